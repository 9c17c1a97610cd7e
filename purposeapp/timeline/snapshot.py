"""A snapshot: one assessment without its person, as the picture over time and its story need it.

And how times are said: as dates, and as the time between two of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localtime

from purposeapp.split import Split
from purposeapp.timeline.dates import local_format

EXCERPT_LENGTH = 140
"""How many characters of a note are shown where there is no room for all of it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One assessment, without the person: when it was, the split, its life event and its note."""

    id: UUID
    taken_at: datetime
    split: Split
    event_label: str = ""
    """What happened in life before it; empty where none was recorded."""
    note: str = ""
    """The note, or so much of it that `excerpt` can see whether there is more."""

    @property
    def order(self) -> tuple[datetime, UUID]:
        """By what snapshots are sorted; as AssessmentQuerySet.oldest_first does it."""
        return self.taken_at, self.id

    @property
    def on(self) -> date:
        """The day, where the site is."""
        return localtime(self.taken_at).date()

    @property
    def day(self) -> str:
        """The date in words, such as 3 March 2025."""
        return local_format(self.taken_at, "DATE_FORMAT")

    def name(self, *, shares_day: bool) -> str:
        """The day, with the time where another one of that day stands beside it."""
        return local_format(self.taken_at, "DATETIME_FORMAT" if shares_day else "DATE_FORMAT")

    @property
    def excerpt(self) -> str:
        """The note in one line, shortened where it is long."""
        line = " ".join(self.note.split())
        if len(self.note) <= EXCERPT_LENGTH:
            return line
        return line[: EXCERPT_LENGTH - 1].rstrip() + "…"


def repeated(days: Iterable[date]) -> set[date]:
    """The days that are there more than once."""
    return {day for day, count in Counter(days).items() if count > 1}
