"""A snapshot: one assessment without its person, as the picture over time and its story need it.

And how times are said: as dates, and as the time between two of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django.utils.dateformat import format as say_date
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp.split import Split

EXCERPT_LENGTH = 140
"""How many characters of a note are shown where there is no room for all of it."""

DAY = "j F Y"
DAY_AND_TIME = "j F Y, H:i"


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
        return self.say(DAY)

    def name(self, *, shares_day: bool) -> str:
        """The day, with the time where another one of that day stands beside it."""
        return self.say(DAY_AND_TIME if shares_day else DAY)

    @property
    def excerpt(self) -> str:
        """The note in one line, shortened where it is long."""
        line = " ".join(self.note.split())
        if len(self.note) <= EXCERPT_LENGTH:
            return line
        return line[: EXCERPT_LENGTH - 1].rstrip() + "…"

    def say(self, pattern: str) -> str:
        """The time in the words of one of Django's patterns."""
        return say_date(localtime(self.taken_at), pattern)


def repeated(days: Iterable[date]) -> set[date]:
    """The days that are there more than once."""
    return {day for day, count in Counter(days).items() if count > 1}


def time_between(earlier: date, later: date) -> str:
    """How long it is from one day to another, as people say it: in two units at most.

    It never says too much: days that are left over beside years and months become "more than".
    """
    length = relativedelta(later, earlier)
    parts = [
        ngettext("%d year", "%d years", length.years) % length.years if length.years else "",
        ngettext("%d month", "%d months", length.months) % length.months if length.months else "",
        ngettext("%d day", "%d days", length.days) % length.days if length.days else "",
    ]
    said = [part for part in parts if part]
    words = get_text_list(said[:2], _("and"))
    if len(said) > 2:
        return _("more than %(time)s") % {"time": words}
    return words or _("less than a day")
