"""Facts about a history: what can be counted. story.py puts them into words.

A history is a sequence of snapshots, oldest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from purposeapp.split import Purpose
from purposeapp.timeline.snapshot import Snapshot

NEAR = timedelta(days=90)
"""How far a life event may be from a change to be mentioned with it."""


@dataclass(frozen=True)
class Trend:
    """The trend of a purpose in a history."""

    purpose: Purpose
    first: int
    last: int
    min_points: int
    max_points: int
    rises: int
    """How many times its points increased from one snapshot to the next."""
    falls: int


@dataclass(frozen=True)
class Change:
    """The step from one snapshot to the next that moved the most points; the latest such step."""

    earlier: Snapshot
    later: Snapshot
    points: int
    times: int
    """The number of steps that moved this many points."""
    near: Snapshot | None
    """The snapshot with a life event: the end of the step, or else the nearest within 90 days."""


@dataclass(frozen=True)
class Lead:
    """The purposes that lead now, and since when."""

    purposes: tuple[Purpose, ...]
    """One purpose, or several that share the lead."""
    points: int
    since: Snapshot
    until: Snapshot
    in_a_row: int
    always: bool
    """Whether they led in all snapshots."""


@dataclass(frozen=True)
class Facts:
    """The facts about a history of at least one snapshot."""

    count: int
    first: Snapshot
    last: Snapshot
    trends: tuple[Trend, ...]
    change: Change | None
    """None if no point ever moved."""
    lead: Lead
    moved_in_all: int
    """The sum of all steps: a point that moved away and back counts twice."""
    moved_since_first: int

    @classmethod
    def of(cls, snapshots: Sequence[Snapshot]) -> "Facts":
        steps = [later.split.points_moved(earlier.split) for earlier, later in pairwise(snapshots)]
        return cls(
            count=len(snapshots),
            first=snapshots[0],
            last=snapshots[-1],
            trends=tuple(
                map(_trend, Purpose, zip(*(each.split for each in snapshots), strict=True))
            ),
            change=_biggest(snapshots, steps),
            lead=_lead(snapshots),
            moved_in_all=sum(steps),
            moved_since_first=snapshots[-1].split.points_moved(snapshots[0].split),
        )


def _trend(purpose: Purpose, points: tuple[int, ...]) -> Trend:
    return Trend(
        purpose,
        points[0],
        points[-1],
        min(points),
        max(points),
        rises=sum(later > earlier for earlier, later in pairwise(points)),
        falls=sum(later < earlier for earlier, later in pairwise(points)),
    )


def _biggest(snapshots: Sequence[Snapshot], steps: list[int]) -> Change | None:
    most = max(steps, default=0)
    if not most:
        return None
    end = max(number for number, points in enumerate(steps, 1) if points == most)
    earlier, later = snapshots[end - 1], snapshots[end]
    near = later if later.event_label else None
    if not near:

        def distance(snapshot: Snapshot) -> timedelta:
            return abs(snapshot.taken_at - later.taken_at)

        nearby = [each for each in snapshots if each.event_label and distance(each) <= NEAR]
        near = min(nearby, key=distance, default=None)
    return Change(earlier, later, most, steps.count(most), near)


def _lead(snapshots: Sequence[Snapshot]) -> Lead:
    last = snapshots[-1]
    leaders = last.split.standouts
    since, in_a_row = last, 0
    for snapshot in reversed(snapshots):
        if snapshot.split.standouts != leaders:
            break
        since, in_a_row = snapshot, in_a_row + 1
    return Lead(
        tuple(leaders), max(last.split), since, last, in_a_row, always=in_a_row == len(snapshots)
    )
