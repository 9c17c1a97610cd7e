"""The coverage page of portraits: which splits lack a sentence."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.portrait import Slot, without_text
from purposeapp.models import PortraitPart

from .rendering import render_page


@require_safe
def portrait_coverage(request: HttpRequest) -> HttpResponse:
    """Show the splits without a sentence, for each slot of a portrait."""
    missing = without_text(PortraitPart.objects.published())
    context = {"slots": [(slot, missing.get(slot, [])) for slot in Slot]}
    return render_page(
        request, "admin/portraits_coverage.html", _("Coverage"), context, model=PortraitPart
    )
