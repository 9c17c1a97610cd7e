"""Coverage of tips: the page on splits with too few or too many, and a warning of new gaps."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from purposeapp.advice.coverage import Coverage, uncovered_for_some_side
from purposeapp.advice.fit import Audience, Direction, Side
from purposeapp.advice.selection import capacity
from purposeapp.models import Tip
from purposeapp.split import BUDGET, Purpose

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
            (
                purpose,
                [
                    (count, _mark(points, count), _list_of(purpose, points, side))
                    for points, count in enumerate(counts)
                ],
            )
            for purpose, counts in found.counts.items()
        ],
        "uncovered": len(found.uncovered),
        "uncovered_samples": _samples(found.uncovered),
        "overfull": len(found.overfull),
        "overfull_samples": _samples(found.overfull),
    }
    return render_page(request, "admin/tips_coverage.html", _("Coverage"), context)


def _list_of(purpose: Purpose, points: int, side: Side) -> str:
    """Return the address of the list of the tips that a number in the table counts."""
    query: dict[str, str | int] = {
        "purpose__exact": purpose.value,
        "points_from__lte": points,
        "points_to__gte": points,
        "direction__exact": Direction.ANY.value,
        "audience__in": ",".join(sorted(side.audiences)),
        "state": Tip.State.PUBLISHED.value,
    }
    return reverse("admin:purposeapp_tip_changelist", query=query)


def _mark(points: int, count: int) -> str:
    """Return a label if the number of tips for these points is too high or zero, else ""."""
    if count > capacity(points):
        return _("too many")
    return "" if count or not points else _("none")


def _samples(splits: list) -> list:
    """Return at most MAX_SAMPLES evenly spaced items of a list."""
    step = max(1, len(splits) // MAX_SAMPLES)
    return splits[::step][:MAX_SAMPLES]


@contextmanager
def warning_of_gaps(request: HttpRequest) -> Iterator[None]:
    """Context manager for a change of tips. Warns if more splits lack a tip after it than before.

    Use it under the table lock.
    """
    before = uncovered_for_some_side(Tip.objects.published())
    yield
    tips = list(Tip.objects.published())
    uncovered = uncovered_for_some_side(tips)
    if len(uncovered) <= len(before):
        return
    said = ngettext(
        "%(n)d of 1,001 splits now has no tip for one of its purposes.",
        "%(n)d of 1,001 splits now have no tip for one of their purposes.",
        len(uncovered),
    )
    worst = max(Side, key=lambda side: len(Coverage(tips, side).uncovered))
    address = reverse("admin:purposeapp_tip_coverage", query={"as": worst.value})
    link = '{} <a href="{}">{}</a>'
    warning = format_html(link, said % {"n": len(uncovered)}, address, _("See coverage"))
    messages.warning(request, warning)
