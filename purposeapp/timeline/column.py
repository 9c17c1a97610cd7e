"""Ten points at a time: one assessment, or the last one of a day, a month or a year."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from purposeapp.split import Purpose, Split
from purposeapp.timeline.dates import local_format
from purposeapp.timeline.snapshot import Snapshot

MAX_SINGLE = 60
"""So many assessments have a column each."""
MAX_MONTHS = 120
"""So many months have a column each; of more, the years have."""
TWO_MONTHS = timedelta(days=62)
MAX_EVENTS = 3
"""So many life events are named where a column stands for several assessments."""


class Unit(Enum):
    """What a column stands for."""

    SINGLE = "DATETIME_FORMAT", gettext_lazy("assessment")
    DAY = "DATE_FORMAT", gettext_lazy("day")
    MONTH = "YEAR_MONTH_FORMAT", gettext_lazy("month")
    YEAR = "Y", gettext_lazy("year")

    @property
    def label(self) -> str:
        return str(self.value[1])

    def name_of(self, snapshot: Snapshot) -> str:
        """The one that a snapshot falls in, such as March 2025."""
        return local_format(snapshot.taken_at, self.value[0])

    @classmethod
    def for_all(cls, snapshots: Sequence[Snapshot]) -> "Unit":
        """The one that leaves so few columns that an eye can tell them apart."""
        if len(snapshots) <= MAX_SINGLE:
            return cls.SINGLE
        if snapshots[-1].taken_at - snapshots[0].taken_at <= TWO_MONTHS:
            return cls.DAY
        months = {(day.year, day.month) for day in (snapshot.on for snapshot in snapshots)}
        return cls.MONTH if len(months) <= MAX_MONTHS else cls.YEAR

    def groups(self, snapshots: Sequence[Snapshot]) -> list[tuple[Snapshot, ...]]:
        """The snapshots that share a column, oldest first."""
        if self is Unit.SINGLE:
            return [(snapshot,) for snapshot in snapshots]
        length = {Unit.DAY: 3, Unit.MONTH: 2, Unit.YEAR: 1}[self]
        by_date = groupby(snapshots, key=lambda snapshot: snapshot.on.timetuple()[:length])
        return [tuple(group) for _date, group in by_date]


@dataclass(frozen=True)
class Part:
    """The points of one purpose in a column, from the top down, and their range."""

    purpose: Purpose
    top: int
    points: int
    least: int
    most: int

    @property
    def bottom(self) -> int:
        return self.top + self.points

    @property
    def in_words(self) -> str:
        """The points, and the fewest and the most where they differ."""
        if self.least == self.most:
            return str(self.points)
        return _("%(points)d (%(least)d to %(most)d)") % {
            "points": self.points,
            "least": self.least,
            "most": self.most,
        }


def split_parts(split: Split, all_splits: Collection[Split] = ()) -> list[Part]:
    """The five parts of a column that shows `split`, with the ranges among `all_splits`."""
    parts, top = [], 0
    for purpose in Purpose:
        points = split[purpose]
        among = [points, *(each[purpose] for each in all_splits)]
        parts.append(Part(purpose, top, points, min(among), max(among)))
        top += points
    return parts


@dataclass(frozen=True)
class Column:
    """A column of the picture. Its place is in per cent of the picture's width."""

    unit: Unit
    snapshots: tuple[Snapshot, ...]
    """Those that it stands for, oldest first; the last one is drawn."""
    x: float
    """Its middle."""
    width: float

    @property
    def left(self) -> float:
        return round(self.x - self.width / 2, 2)

    @property
    def right(self) -> float:
        return round(self.x + self.width / 2, 2)

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    @cached_property
    def parts(self) -> list[Part]:
        """All five purposes, in their order."""
        return split_parts(self.last.split, {snapshot.split for snapshot in self.snapshots})

    @property
    def name(self) -> str:
        """The date and time, or the month."""
        return self.unit.name_of(self.last)

    @property
    def count(self) -> int:
        return len(self.snapshots)

    @property
    def when(self) -> str:
        """The name, and of how many assessments the last one is drawn."""
        if self.count == 1:
            return self.name
        return _("%(name)s, the last of %(count)d") % {"name": self.name, "count": self.count}

    @cached_property
    def with_events(self) -> list[Snapshot]:
        """The snapshots with a life event, the latest few."""
        return [snapshot for snapshot in self.snapshots if snapshot.event_label][-MAX_EVENTS:]

    @property
    def more_events(self) -> int:
        """How many more life events there are."""
        return sum(bool(snapshot.event_label) for snapshot in self.snapshots) - len(
            self.with_events
        )

    @cached_property
    def event_label(self) -> str:
        """The life events in one line, with their dates where the column has several days."""
        dated = self.unit in (Unit.MONTH, Unit.YEAR)
        words = [
            f"{snapshot.event_label} ({snapshot.day})" if dated else snapshot.event_label
            for snapshot in self.with_events
        ]
        if self.more_events:
            words.append(_("%d more before") % self.more_events)
        return "; ".join(words)
