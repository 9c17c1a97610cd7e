"""The page that shows which splits have too few tips, or too many."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from purposeapp.advice.coverage import Coverage
from purposeapp.advice.fit import Audience, SeeksAs
from purposeapp.advice.selection import room
from purposeapp.models import Tip
from purposeapp.split import BUDGET

from .rendering import render_page

SAMPLES = 12


@require_safe
def coverage(request):
    """How many published tips fit each purpose and each number of points, seen from one side."""
    side = request.GET.get("as")
    side = SeeksAs(side) if side in SeeksAs.values else SeeksAs.BOTH
    found = Coverage(Tip.objects.published(), side)
    context = {
        "side": side,
        "sides": [
            (SeeksAs.CANDIDATE, Audience.CANDIDATE.label),
            (SeeksAs.EMPLOYER, Audience.EMPLOYER.label),
            (SeeksAs.BOTH, SeeksAs.BOTH.label),
        ],
        "points": range(BUDGET + 1),
        "rows": [
            (purpose, [(count, _mark(points, count)) for points, count in enumerate(counts)])
            for purpose, counts in found.counts.items()
        ],
        "bare": len(found.bare),
        "bare_samples": _spread(found.bare),
        "crowded": len(found.crowded),
        "crowded_samples": _spread(found.crowded),
    }
    return render_page(request, "admin/tips_coverage.html", _("Coverage"), context)


def _mark(points: int, count: int) -> str:
    """What is wrong with so many tips for so many points; empty if nothing is."""
    if count > room(points):
        return _("too many")
    return "" if count or not points else _("none")


def _spread(splits: list) -> list:
    """A few of them, from all over the list."""
    step = max(1, len(splits) // SAMPLES)
    return splits[::step][:SAMPLES]
