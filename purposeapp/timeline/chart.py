"""The split over time, as a picture: from snapshots to places on it. Templates draw it as SVG.

Time runs from left to right as it really ran. At each assessment stands a column of ten points,
stacked in the fixed order of purposes, and lighter ribbons join the same purpose from one column
to the next. Of more than 60 assessments, a column stands for the last one of a month, and the
fewest and the most points of each purpose in it are kept.

Places from left to right are in per cent of the picture's width, those from top to bottom in
points, 0 to 10. Why it is so: docs/adr/0010.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp.split import BUDGET, Purpose, Split
from purposeapp.timeline.axis import Axis, DateMark, spread_out
from purposeapp.timeline.column import Column, Part, by_month, split_parts
from purposeapp.timeline.snapshot import Snapshot

MAX_SINGLE = 60
"""So many assessments have a column each; of more, the months have."""
EDGE = 4.5  # the least room beside the outermost columns; for their dates and marks too
MAX_WIDTH = 9.0
MIN_DISTANCE = 1.4
GOAL_ROOM = 15.0
ALONE_BESIDE_GOAL = 58.0
MAX_MARKS = 12
MARK_LANES = 3
MARK_DISTANCE = 7.5  # a mark is round, 22 px: so far apart, two don't touch on a phone


@dataclass(frozen=True)
class Mark:
    """A life event, or those of one column, as a number above it."""

    number: int
    column: Column
    x: float
    lane: int
    """Which row it stands in, from 0 at the bottom; two that would touch stand in two."""
    y: float
    """The middle of that row, in per cent of all rows."""


@dataclass(frozen=True)
class Layer:
    """One purpose all through the picture, as two SVG paths, a thousand wide and ten high.

    One path for all columns, not a shape for each of their parts: a fifth of the work for a
    server, and of the bytes.
    """

    purpose: Purpose
    columns: str
    """Its points in each column."""
    ribbons: str
    """What joins them from column to column."""


@dataclass(frozen=True)
class Band:
    """One purpose in condensed time: the range of each column, and a line of the last values."""

    purpose: Purpose
    ranges: str
    """An SVG path of a bar for each column."""
    line: str
    """The points of an SVG polyline."""
    least: int
    most: int
    last: int


@dataclass(frozen=True)
class Wanted:
    """The goal: one more column, behind the time that is over."""

    parts: list[Part]
    by: date | None
    x: float
    left: float
    width: float


@dataclass(frozen=True)
class Chart:
    """All that a template needs to draw the picture, and to say the same in a table."""

    columns: list[Column]
    date_marks: list[DateMark]
    marks: list[Mark]
    wanted: Wanted | None
    is_condensed: bool
    """Whether a column stands for a month, and not for one assessment."""

    @property
    def count(self) -> int:
        """How many assessments are in it."""
        return sum(column.count for column in self.columns)

    @property
    def is_single(self) -> bool:
        return len(self.columns) == 1

    @property
    def unmarked(self) -> int:
        """How many columns have a life event and no mark, since they are too many."""
        return sum(bool(column.event_label) for column in self.columns) - len(self.marks)

    @property
    def lanes(self) -> int:
        """How many rows the marks take."""
        return max((mark.lane + 1 for mark in self.marks), default=0)

    @property
    def lines(self) -> range:
        """Where the ten points of a column are cut apart."""
        return range(1, BUDGET)

    @property
    def caption(self) -> str:
        """What the picture shows, in a sentence or two."""
        if self.count == 1:
            return _(
                "One column so far: ten points. The next one will stand beside it, joined by "
                "ribbons."
            )
        if not self.is_condensed:
            return _(
                "Each column is one assessment, placed by its date: ten points, always all ten. "
                "Ribbons join the same purpose from one to the next."
            )
        condensed = ngettext(
            "%(count)d assessments in one column, which shows the last of them.",
            "%(count)d assessments in %(columns)d columns, one for each month that has any: it "
            "shows the last of them.",
            len(self.columns),
        ) % {"count": self.count, "columns": len(self.columns)}
        ranges = _(
            "Below it, each purpose has a lane: a bar spans the fewest and the most points of the "
            "month, and the line follows the last."
        )
        return f"{condensed} {ranges}"

    @cached_property
    def layers(self) -> list[Layer]:
        """One for each purpose that has points somewhere."""
        layers = []
        for index, purpose in enumerate(Purpose):
            ends = [(column, column.parts[index]) for column in self.columns]
            columns = "".join(
                _box(column, part.top, part.points) for column, part in ends if part.points
            )
            ribbons = "".join(
                _strip(left.right * 10, before, right.left * 10, after)
                for (left, before), (right, after) in pairwise(ends)
                if before.points or after.points
            )
            if columns:
                layers.append(Layer(purpose, columns, ribbons))
        return layers

    @cached_property
    def bands(self) -> list[Band]:
        """A lane for each purpose, where columns stand for several; a thousand by ten."""
        if not self.is_condensed:
            return []
        bands = []
        for index, purpose in enumerate(Purpose):
            parts = [column.parts[index] for column in self.columns]
            both = list(zip(self.columns, parts, strict=True))
            ranges = "".join(
                _box(column, BUDGET - part.most, part.most - part.least)
                for column, part in both
                if part.most > part.least
            )
            line = " ".join(f"{column.x * 10:.1f},{BUDGET - part.points}" for column, part in both)
            least, most = min(part.least for part in parts), max(part.most for part in parts)
            bands.append(Band(purpose, ranges, line, least, most, parts[-1].points))
        return bands


def draw(
    snapshots: Sequence[Snapshot], goal: Split | None = None, wanted_by: date | None = None
) -> Chart:
    """The picture of a history of at least one, oldest first, with the goal if there is one."""
    is_condensed = len(snapshots) > MAX_SINGLE
    groups = by_month(snapshots) if is_condensed else [(snapshot,) for snapshot in snapshots]
    alone = len(groups) == 1
    end = 100 - (ALONE_BESIDE_GOAL if alone else GOAL_ROOM) if goal else 100
    edge = end / 2 if alone else EDGE
    axis = Axis(groups[0][-1].taken_at, groups[-1][-1].taken_at, edge, end - edge)
    columns = _columns(groups, axis, is_condensed)
    wanted = _wanted(goal, wanted_by, columns) if goal else None
    return Chart(columns, axis.date_marks(), _marks(columns, axis), wanted, is_condensed)


def _columns(groups: Sequence[tuple[Snapshot, ...]], axis: Axis, are_months: bool) -> list[Column]:
    """The columns at their times, as wide as their neighbours leave them room."""
    if len(groups) == 1:
        return [Column(groups[0], axis.left, 2 * axis.left, are_months)]
    even = (axis.right - axis.left) / (len(groups) - 1)
    times = [group[-1].taken_at for group in groups]
    places = axis.positions(times, min(MIN_DISTANCE, even))
    gaps = [right - left for left, right in pairwise(places)]
    # One that stands alone in a dense picture would otherwise look as if it counted for more.
    widest = min(MAX_WIDTH, 0.65 * even)
    return [
        Column(group, round(x, 2), round(min(widest, 0.72 * min(beside)), 2), are_months)
        for group, x, beside in zip(
            groups, places, zip([*gaps[:1], *gaps], [*gaps, *gaps[-1:]], strict=True), strict=True
        )
    ]


def _wanted(goal: Split, by: date | None, columns: list[Column]) -> Wanted:
    width = min(MAX_WIDTH, max(4.0, columns[-1].width))
    x = 100 - EDGE
    if len(columns) == 1:
        width, x = columns[0].width, 100 - columns[0].width / 2
    return Wanted(split_parts(goal), by, x, round(x - width / 2, 2), width)


def _marks(columns: list[Column], axis: Axis) -> list[Mark]:
    """A number for each column with a life event, in rows in which none touches another."""
    with_events = [column for column in columns if column.event_label][-MAX_MARKS:]
    lanes: list[list[Column]] = [[] for _lane in range(MARK_LANES)]
    for column in with_events:
        free = [lane for lane in lanes if not lane or column.x - lane[-1].x >= MARK_DISTANCE]
        (free[0] if free else min(lanes, key=lambda lane: lane[-1].x)).append(column)
    places: dict[Column, tuple[float, int]] = {}
    for number, lane in enumerate(lanes):
        xs = spread_out([column.x for column in lane], MARK_DISTANCE, axis.left, axis.right)
        places.update((column, (round(x, 2), number)) for column, x in zip(lane, xs, strict=True))
    rows = sum(map(bool, lanes))
    return [
        Mark(number, column, x, lane, round((rows - lane - 0.5) * 100 / rows, 2))
        for number, column in enumerate(with_events, 1)
        for x, lane in [places[column]]
    ]


def _box(column: Column, top: int, points: int) -> str:
    """An SVG path of some points in a column."""
    width = f"{column.width * 10:.1f}"
    return f"M{column.left * 10:.1f} {top}h{width}v{points}h-{width}z"


def _strip(left: float, before: Part, right: float, after: Part) -> str:
    """An SVG path that joins a part to the same part of the next column, with a soft bend."""
    middle = (left + right) / 2
    return (
        f"M{left:.1f} {before.top}"
        f"C{middle:.1f} {before.top} {middle:.1f} {after.top} {right:.1f} {after.top}"
        f"V{after.bottom}"
        f"C{middle:.1f} {after.bottom} {middle:.1f} {before.bottom} {left:.1f} {before.bottom}Z"
    )
