"""Snapshots: assessments without the person, as the chart over time and its story need them."""

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
"""The number of characters of a note that are shown where there is no room for more."""


@dataclass(frozen=True)
class Snapshot:
    """An assessment without the person: its time, split, life event and note.

    Don't share it between requests: its day depends on the reader's time zone.
    """

    id: UUID
    taken_at: datetime
    split: Split
    event_label: str = ""
    """The life event before it; empty if none was recorded."""
    note: str = ""
    """The note, or its beginning: at least one character more than `excerpt` shows."""

    taken_on: date | None = None
    """The day that was entered for a result on paper, whose time of day is unknown."""

    @cached_property
    def on(self) -> date:
        """The day that was entered, or else the day in the reader's time zone."""
        return self.taken_on or localtime(self.taken_at).date()

    @cached_property
    def day(self) -> str:
        """The date in words, such as 3 March 2025."""
        return day_in_words(self.on)

    def name(self, *, shares_day: bool, short: bool = False) -> str:
        """Return the day, with the time if another snapshot of that day is shown with it.

        `short` is for lines that can't wrap, such as 3 Mar 2025.
        """
        prefix = "SHORT_" if short else ""
        if shares_day and not self.taken_on:
            return local_format(self.taken_at, f"{prefix}DATETIME_FORMAT")
        day = date_format(self.on, "SHORT_DATE_FORMAT") if short else self.day
        return _("%(day)s, on paper") % {"day": day} if shares_day else day

    @property
    def excerpt(self) -> str:
        """The note in one line, truncated if it's long."""
        line = " ".join(self.note[: EXCERPT_LENGTH + 1].split())
        if len(self.note) <= EXCERPT_LENGTH:
            return line
        return line[: EXCERPT_LENGTH - 1].rstrip() + "…"


def repeated(days: Iterable[date]) -> set[date]:
    """Return the days that occur more than once."""
    return {day for day, count in Counter(days).items() if count > 1}
