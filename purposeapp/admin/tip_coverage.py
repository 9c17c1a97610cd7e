"""The coverage page of tips: which splits have too few or too many."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.coverage import Coverage
from purposeapp.advice.fit import Audience, Side
from purposeapp.advice.selection import capacity
from purposeapp.models import Tip
from purposeapp.split import BUDGET

from .rendering import render_page

MAX_SAMPLES = 12


@require_safe
def tip_coverage(request: HttpRequest) -> HttpResponse:
    """Show the number of published tips per purpose and points, for a side of job seeking."""
    side = request.GET.get("as")
    side = Side(side) if side in Side.values else Side.BOTH
    found = Coverage(Tip.objects.published(), side)
    context = {
        "side": side,
        "sides": [
            (Side.CANDIDATE, Audience.CANDIDATE.label),
            (Side.EMPLOYER, Audience.EMPLOYER.label),
            (Side.BOTH, Side.BOTH.label),
        ],
        "points": range(BUDGET + 1),
        "rows": [
            (purpose, [(count, _mark(points, count)) for points, count in enumerate(counts)])
            for purpose, counts in found.counts.items()
        ],
        "uncovered": len(found.uncovered),
        "uncovered_samples": _samples(found.uncovered),
        "overfull": len(found.overfull),
        "overfull_samples": _samples(found.overfull),
    }
    return render_page(request, "admin/tips_coverage.html", _("Coverage"), context)


def _mark(points: int, count: int) -> str:
    """Return a label if the number of tips for these points is too high or zero, else ""."""
    if count > capacity(points):
        return _("too many")
    return "" if count or not points else _("none")


def _samples(splits: list) -> list:
    """Return at most MAX_SAMPLES evenly spaced items of a list."""
    step = max(1, len(splits) // MAX_SAMPLES)
    return splits[::step][:MAX_SAMPLES]
