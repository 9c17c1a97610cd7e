"""The preview of the result page with an unpublished tip."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from purposeapp.advice.fit import Audience, Direction, Situation
from purposeapp.advice.result import Result
from purposeapp.forms import PreviewForm, TipForm
from purposeapp.forms.tip import suggested_choice
from purposeapp.models import PortraitPart, Tip
from purposeapp.models.tip import TIP_FIELDS
from purposeapp.sharing.links import share_purpose, share_split
from purposeapp.split import Purpose, Split

from .publication import visibility


def result_with(situation: Situation, tip: Tip | None) -> Result:
    """Return the result with the tips published today and, if it fits, with `tip`, outlined."""
    if tip:
        tip.is_previewed = True  # type: ignore[attr-defined]  # so that templates outline it
    parts = PortraitPart.objects.published()
    tips = list(Tip.objects.published().exclude(pk=tip and tip.pk))
    return Result(situation, [*tips, tip] if tip else tips, parts=parts)


def is_visible(result: Result, tip: Tip) -> bool:
    """Return whether a tip is shown on the result page without a click."""
    return any(tip is shown.tip for advice in result.advice for shown in advice.at_once)


def hidden_count(result: Result, tip: Tip) -> int:
    """Return the number of collapsed tips among which this one is, or 0 if it isn't collapsed."""
    for advice in result.advice:
        if any(tip is shown.tip for shown in advice.more):
            return len(advice.more)
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
def tip_preview(request: HttpRequest, tip_id: int | None = None) -> HttpResponse:
    """Show a result page with this tip: as stored or, on POST, as typed."""
    stored = None if tip_id is None else get_object_or_404(Tip, pk=tip_id)
    form = _unsaved_form(request, stored)
    tip = (form.instance if form.is_valid() else None) if form else stored
    given = request.POST if form else request.GET
    choice = PreviewForm(tip, {**suggested_choice(tip), **_choice_in(given)})
    if choice.is_valid():
        situation = choice.cleaned_data["situation"]
    else:
        situation = Situation(Split.parse(suggested_choice(tip)["split"]))
    result = result_with(situation, tip)
    context = {
        "result": result,
        "share": share_split(result.split),
        "leading": [share_purpose(purpose) for purpose in result.split.standouts],
        "tip": tip,
        "tip_id": tip_id,
        "form": form,
        "kept": [(name, form.data.get(name, "")) for name in TIP_FIELDS] if form else [],
        "choice": choice,
        "is_visible": tip is not None and is_visible(result, tip),
        "hidden_count": hidden_count(result, tip) if tip else 0,
        "why_not": _why_not(situation, tip) if tip else "",
        "why_hidden": visibility(tip) if tip and not _is_public(tip) else "",
    }
    right = choice.is_valid() and (form is None or form.is_valid())
    status = HTTPStatus.OK if right else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "purposeapp/tip_preview.html", context, status=status)


def _is_public(tip: Tip) -> bool:
    return tip.state == Tip.State.PUBLISHED and not tip.starts_later


def _unsaved_form(request: HttpRequest, stored: Tip | None) -> TipForm | None:
    """Return the submitted form, for the preview only, or None on GET."""
    if request.method != "POST":
        return None
    form = TipForm(request.POST, instance=stored or Tip())
    for name in set(form.fields) - set(TIP_FIELDS):
        del form.fields[name]
    return form


def _choice_in(given: Mapping[str, str]) -> dict[str, str]:
    return {name: given[name] for name in ("split", "moves", "as") if name in given}


def _why_not(situation: Situation, tip: Tip) -> str:
    """Return a text that says why a tip isn't on the page, or "" if it fits."""
    purpose = Purpose(tip.purpose)
    points = situation.split[purpose]
    words = {
        "from": tip.points_from,
        "to": tip.points_to,
        "points": points,
        "purpose": purpose.label,
        "audience": Audience(tip.audience).label,
        "direction": Direction(tip.direction).label,
    }
    if not tip.points_from <= points <= tip.points_to:
        return (
            ngettext(
                "It's for %(from)d to %(to)d points, and this split has %(points)d on %(purpose)s.",
                "It's for %(from)d to %(to)d points, and this split has %(points)d on %(purpose)s.",
                points,
            )
            % words
        )
    if tip.audience not in situation.side.audiences:
        return _("It's only for: %(audience)s.") % words
    if tip.direction not in situation.directions(purpose):
        return _("It's only for this direction: %(direction)s. Choose it below.") % words
    return ""
