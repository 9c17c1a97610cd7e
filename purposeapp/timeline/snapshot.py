"""A snapshot: one assessment without its person, as the picture over time and its story need it.

And how times are said: as dates, and as the time between two of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from purposeapp.dates import day_in_words, local_format
from purposeapp.split import Split

EXCERPT_LENGTH = 140
"""How many characters of a note are shown where there is no room for all of it."""


@dataclass(frozen=True)
class Snapshot:
    """One assessment, without the person: when it was, the split, its life event and its note.

    It is of one request, since its day is that of the reader.
    """

    id: UUID
    taken_at: datetime
    split: Split
    event_label: str = ""
    """What happened in life before it; empty where none was recorded."""
    note: str = ""
    """The note, or so much of it that `excerpt` can see whether there is more."""

    taken_on: date | None = None
    """The day that was entered for what was done on paper; no time of day is known of it."""

    @cached_property
    def on(self) -> date:
        """The day: the one that was entered, or the one that it was where the reader is."""
        return self.taken_on or localtime(self.taken_at).date()

    @cached_property
    def day(self) -> str:
        """The date in words, such as 3 March 2025."""
        return day_in_words(self.on)

    def name(self, *, shares_day: bool, short: bool = False) -> str:
        """The day, with the time where another one of that day stands beside it.

        A short one, such as 3 Mar 2025, is for where a line can't wrap.
        """
        prefix = "SHORT_" if short else ""
        if shares_day and not self.taken_on:
            return local_format(self.taken_at, f"{prefix}DATETIME_FORMAT")
        day = date_format(self.on, "SHORT_DATE_FORMAT") if short else self.day
        return _("%(day)s, on paper") % {"day": day} if shares_day else day

    @property
    def excerpt(self) -> str:
        """The note in one line, shortened where it is long."""
        line = " ".join(self.note[: EXCERPT_LENGTH + 1].split())
        if len(self.note) <= EXCERPT_LENGTH:
            return line
        return line[: EXCERPT_LENGTH - 1].rstrip() + "…"


def repeated(days: Iterable[date]) -> set[date]:
    """The days that are there more than once."""
    return {day for day, count in Counter(days).items() if count > 1}
