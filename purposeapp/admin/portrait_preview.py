"""The preview of a portrait with an unpublished sentence."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.portrait import Mix, Slot, chosen, compose
from purposeapp.forms import PortraitPreviewForm
from purposeapp.models import PortraitPart
from purposeapp.split import EVEN_SPLIT, Split

from .rendering import render_page


@require_safe
def portrait_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the portrait of a split as if this sentence were published."""
    part = get_object_or_404(PortraitPart, pk=pk)
    others = list(PortraitPart.objects.published().exclude(pk=pk))
    parts = [*others, part]
    form = PortraitPreviewForm({"split": request.GET.get("split", str(_suggested(part, parts)))})
    context = {"part": part, "form": form}
    if form.is_valid():
        split = form.cleaned_data["split"]
        context |= {
            "split": split,
            "portrait": compose(split, parts),
            "is_in": chosen(split, parts).get(Slot(part.slot)) is part,
            "fits": Mix(split).meets(part),
        }
    status = HTTPStatus.OK if form.is_valid() else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_page(
        request, "admin/portraits_preview.html", _("Preview"), context, status, PortraitPart
    )


def _suggested(part: PortraitPart, parts: list[PortraitPart]) -> Split:
    """Return a split whose portrait gets the sentence or, if there's none, one that it fits."""
    rivals = [other for other in parts if other.slot == part.slot]
    fitting = [split for split in Split.all() if Mix(split).meets(part)]
    slot = Slot(part.slot)
    used = (split for split in fitting if chosen(split, rivals).get(slot) is part)
    return next(used, fitting[0] if fitting else EVEN_SPLIT)
