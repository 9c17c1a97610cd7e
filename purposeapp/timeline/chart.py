"""The chart of splits over time: computes positions from snapshots. Templates draw it as SVG.

Time runs from left to right on a linear scale, and purposes are stacked in their fixed order. Few
results are drawn as columns with their days below; many are drawn as bands above a calendar.

Horizontal positions are in percent of the chart's width, vertical ones in points, 0 to 10. For the
reasons, see docs/adr/0010.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from purposeapp.split import Split
from purposeapp.timeline.axis import Axis, DateMark, avoid_collisions, day_marks, spread_out
from purposeapp.timeline.bands import Band, draw_bands, draw_ticks
from purposeapp.timeline.columns import Layer, Part, draw_columns, split_parts
from purposeapp.timeline.snapshot import Snapshot, repeated

MAX_COLUMNS = 12
"""The most results that are drawn as columns; more are drawn as bands."""
MAX_LABELLED = 6
"""The most columns that are placed far enough apart for a date below each, on a wide screen."""
LABELLED_DISTANCE = 17.2
MIN_DISTANCE = 5.6
TAIL = 4.0
"""How far bands continue after the newest result, which would be as narrow as a line otherwise."""
EDGE = 4.5  # half of the widest column
MAX_WIDTH = 9.0
GOAL_WIDTH = 6.0
GOAL_ROOM = 15.0
GOAL_LABEL = 87.0  # where the label below the goal begins, on a narrow phone
ALONE_BESIDE_GOAL = 58.0
MAX_MARKS = 12
MARK_LANES = 3
MARK_EDGE = 2.0
MARK_DISTANCE = 7.5  # so that two marks, circles of 22 px, don't touch on a phone


class Entry(NamedTuple):
    """A result: its position in the chart and its row in the table."""

    snapshot: Snapshot
    x: float
    shares_day: bool
    """Whether there is another result on the same day."""

    @property
    def name(self) -> str:
        return self.snapshot.name(shares_day=self.shares_day)


@dataclass(frozen=True)
class Mark:
    """A numbered mark for a life event, above its result."""

    number: int
    entry: Entry
    x: float
    lane: int
    """The row of the mark, from 0 at the bottom; marks that would touch are in different rows."""
    y: float
    """The middle of that row, in percent of the height of all rows."""


@dataclass(frozen=True)
class Wanted:
    """The goal: one more column, to the right of the results."""

    parts: tuple[Part, ...]
    by: date | None
    x: float
    left: float
    width: float


@dataclass(frozen=True)
class Chart:
    """Everything that a template needs to draw the chart and the equivalent table."""

    entries: list[Entry]
    width: float
    """The width of a column; 0 for bands."""
    date_marks: list[DateMark]
    marks: list[Mark]
    wanted: Wanted | None

    @property
    def is_single(self) -> bool:
        return len(self.entries) == 1

    @property
    def unmarked(self) -> int:
        """The number of results with a life event but no mark, since there are too many."""
        return sum(bool(entry.snapshot.event_label) for entry in self.entries) - len(self.marks)

    @property
    def lanes(self) -> int:
        """The number of rows of marks."""
        return max((mark.lane + 1 for mark in self.marks), default=0)

    @property
    def has_lower_labels(self) -> bool:
        return any(mark.is_lower for mark in self.date_marks)

    @property
    def caption(self) -> str:
        """How to read the chart."""
        if self.is_single:
            return _("Your first result. The next one will appear beside it.")
        if self.width:
            return _(
                "Each column is one result; its ten points are always shown. Ribbons follow each "
                "purpose over time."
            )
        return _(
            "Each band is one purpose; together they always fill ten points. The ticks below are "
            "your results."
        )

    @cached_property
    def layers(self) -> list[Layer]:
        """The columns and ribbons of each purpose; empty if there are bands."""
        return draw_columns(self._splits, self._places, self.width) if self.width else []

    @cached_property
    def bands(self) -> list[Band]:
        """The band of each purpose; empty if there are columns."""
        return [] if self.width else draw_bands(self._splits, self._places, TAIL)

    @property
    def ticks(self) -> str:
        """Ticks at the results below bands, as an SVG path; empty if there are columns."""
        return "" if self.width else draw_ticks(self._places)

    @property
    def _splits(self) -> list[Split]:
        return [entry.snapshot.split for entry in self.entries]

    @property
    def _places(self) -> list[float]:
        return [entry.x for entry in self.entries]


def draw(
    snapshots: Sequence[Snapshot], goal: Split | None = None, wanted_by: date | None = None
) -> Chart:
    """Return the chart of one or more snapshots, oldest first, with the goal if there is one."""
    count = len(snapshots)
    end = 100 - (ALONE_BESIDE_GOAL if count == 1 else GOAL_ROOM) if goal else 100.0
    left = end / 2 if count == 1 else EDGE if count <= MAX_COLUMNS else 0
    right = end - (left or TAIL)
    axis = Axis(snapshots[0].taken_at, snapshots[-1].taken_at, left, right)
    places, width = _places(snapshots, axis)
    days = [snapshot.on for snapshot in snapshots]
    shared = repeated(days)
    entries = [
        Entry(snapshot, x, day in shared)
        for snapshot, x, day in zip(snapshots, places, days, strict=True)
    ]
    dates = [] if width else axis.calendar_marks()
    if len(dates) < 2:
        dates = day_marks(days, places, width)
    wanted = _wanted(goal, wanted_by, width, is_alone=count == 1) if goal else None
    return Chart(
        entries,
        width,
        avoid_collisions(dates, end=GOAL_LABEL if goal else 100),
        _marks(entries, axis),
        wanted,
    )


def _places(snapshots: Sequence[Snapshot], axis: Axis) -> tuple[list[float], float]:
    """Return the position of each result and the width of a column; 0 if there are too many."""
    times, count = [snapshot.taken_at for snapshot in snapshots], len(snapshots)
    if count == 1:
        return [axis.left], 2 * axis.left
    if count > MAX_COLUMNS:
        return [round(x, 2) for x in axis.positions(times)], 0
    least = LABELLED_DISTANCE if count <= MAX_LABELLED else MIN_DISTANCE
    even = (axis.right - axis.left) / (count - 1)
    places = [round(x, 2) for x in axis.positions(times, min(least, even))]
    closest = min(right - left for left, right in pairwise(places))
    return places, round(min(MAX_WIDTH, 0.72 * closest), 2)


def _wanted(goal: Split, by: date | None, width: float, *, is_alone: bool) -> Wanted:
    width = width if is_alone else max(GOAL_WIDTH, width)
    x = 100 - width / 2 if is_alone else 100 - EDGE
    return Wanted(split_parts(goal), by, x, round(x - width / 2, 2), width)


def _marks(entries: list[Entry], axis: Axis) -> list[Mark]:
    """Return marks for the latest life events, in rows so that none touches another."""
    with_events = [entry for entry in entries if entry.snapshot.event_label][-MAX_MARKS:]
    lanes: list[list[Entry]] = [[] for _lane in range(MARK_LANES)]
    for entry in with_events:
        free = [lane for lane in lanes if not lane or entry.x - lane[-1].x >= MARK_DISTANCE]
        (free[0] if free else min(lanes, key=lambda lane: lane[-1].x)).append(entry)
    places: dict[Entry, tuple[float, int]] = {}
    left, right = max(axis.left, MARK_EDGE), min(axis.right, 100 - MARK_EDGE)
    for number, lane in enumerate(lanes):
        xs = spread_out([entry.x for entry in lane], MARK_DISTANCE, left, right)
        places.update((entry, (round(x, 2), number)) for entry, x in zip(lane, xs, strict=True))
    rows = sum(map(bool, lanes))
    return [
        Mark(number, entry, x, lane, round((rows - lane - 0.5) * 100 / rows, 2))
        for number, entry in enumerate(with_events, 1)
        for x, lane in [places[entry]]
    ]
