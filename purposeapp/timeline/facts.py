"""What can be counted in a history: plain facts, for which story.py finds the words.

A history is a sequence of moments, oldest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from purposeapp.split import Purpose
from purposeapp.timeline.snapshot import Moment

NEAR = timedelta(days=90)
"""How far from a change a life event may be to be named beside it."""


@dataclass(frozen=True)
class Course:
    """The way of one purpose through a history."""

    purpose: Purpose
    first: int
    last: int
    least: int
    most: int
    rose: bool
    """Whether it ever had more points than just before."""
    fell: bool


@dataclass(frozen=True)
class Change:
    """The step on which most points moved, the latest of them if there are several."""

    earlier: Moment
    later: Moment
    points: int
    times: int
    """How many steps moved as many."""
    near: Moment | None
    """Where a life event was told: at the end of the step, else next to it within 90 days."""


@dataclass(frozen=True)
class Lead:
    """Who leads now, and since when."""

    purposes: tuple[Purpose, ...]
    """One, or several that share the lead."""
    points: int
    since: Moment
    until: Moment
    in_a_row: int
    always: bool
    """Whether it was so in all assessments."""


@dataclass(frozen=True)
class Facts:
    """What can be counted in a history of at least one."""

    count: int
    first: Moment
    last: Moment
    courses: tuple[Course, ...]
    change: Change | None
    """None where no point ever moved."""
    lead: Lead
    moved_in_all: int
    """Step by step; a point that went and came back counts twice."""
    moved_since_first: int

    @classmethod
    def of(cls, moments: Sequence[Moment]) -> "Facts":
        steps = [later.split.points_moved(earlier.split) for earlier, later in pairwise(moments)]
        return cls(
            count=len(moments),
            first=moments[0],
            last=moments[-1],
            courses=tuple(_course(moments, purpose) for purpose in Purpose),
            change=_biggest(moments, steps),
            lead=_lead(moments),
            moved_in_all=sum(steps),
            moved_since_first=moments[-1].split.points_moved(moments[0].split),
        )


def _course(moments: Sequence[Moment], purpose: Purpose) -> Course:
    points = [moment.split[purpose] for moment in moments]
    return Course(
        purpose,
        points[0],
        points[-1],
        min(points),
        max(points),
        rose=any(later > earlier for earlier, later in pairwise(points)),
        fell=any(later < earlier for earlier, later in pairwise(points)),
    )


def _biggest(moments: Sequence[Moment], steps: list[int]) -> Change | None:
    most = max(steps, default=0)
    if not most:
        return None
    end = max(number for number, points in enumerate(steps, 1) if points == most)
    earlier, later = moments[end - 1], moments[end]
    near = later if later.happened else None
    if not near:

        def distance(moment: Moment) -> timedelta:
            return abs(moment.taken_at - later.taken_at)

        told = [each for each in moments if each.happened and distance(each) <= NEAR]
        near = min(told, key=distance, default=None)
    return Change(earlier, later, most, steps.count(most), near)


def _lead(moments: Sequence[Moment]) -> Lead:
    last = moments[-1]
    leaders = last.split.standouts
    since, in_a_row = last, 0
    for moment in reversed(moments):
        if moment.split.standouts != leaders:
            break
        since, in_a_row = moment, in_a_row + 1
    return Lead(
        tuple(leaders), max(last.split), since, last, in_a_row, always=in_a_row == len(moments)
    )
