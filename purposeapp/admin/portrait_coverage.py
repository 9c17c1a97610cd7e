"""The page that shows which splits lack a sentence of their portrait."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.portrait import Slot, without_text
from purposeapp.models import PortraitPart

from .rendering import render_page


@require_safe
def portrait_coverage(request: HttpRequest) -> HttpResponse:
    """For each sentence of a portrait, the splits that have none."""
    missing = without_text(PortraitPart.objects.published())
    context = {"slots": [(slot, missing.get(slot, [])) for slot in Slot]}
    return render_page(
        request, "admin/portraits_coverage.html", _("Coverage"), context, model=PortraitPart
    )
