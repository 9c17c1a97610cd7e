"""Ten points at a time: one assessment, or the last one of a month."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp import sentences
from purposeapp.split import Purpose, Split
from purposeapp.timeline.dates import local_format
from purposeapp.timeline.snapshot import Snapshot

MAX_EVENTS = 3
"""So many life events are named where a column stands for several assessments."""


def by_month(snapshots: Sequence[Snapshot]) -> list[tuple[Snapshot, ...]]:
    """The snapshots of each month that has any, oldest first."""
    months = groupby(snapshots, key=lambda snapshot: (snapshot.on.year, snapshot.on.month))
    return [tuple(group) for _month, group in months]


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

    snapshots: tuple[Snapshot, ...]
    """Those that it stands for, oldest first; the last one is drawn."""
    x: float
    """Its middle."""
    width: float
    is_month: bool
    """Whether it stands for a month, and not for one assessment."""

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
        name = "YEAR_MONTH_FORMAT" if self.is_month else "DATETIME_FORMAT"
        return local_format(self.last.taken_at, name)

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

    @property
    def event_label(self) -> str:
        """The life events in one line, with their dates where the column is a month."""
        if not self.is_month:
            return self.last.event_label
        return self._events(_("%(event)s (%(date)s)"))

    @property
    def dated_events(self) -> str:
        """The life events in one line, each behind its date."""
        return self._events(_("%(date)s · %(event)s"))

    def _events(self, pattern: str) -> str:
        words = [
            pattern % {"event": each.event_label, "date": each.day} for each in self.with_events
        ]
        if self.more_events:
            more = ngettext("%(number)d more before", "%(number)d more before", self.more_events)
            words.append(more % {"number": self.more_events})
        return sentences.enumerated(words)
