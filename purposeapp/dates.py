"""Today's date in different time zones, and dates and durations in words.

Formats have Django's names, such as DATE_FORMAT, and are defined in config/formats/.
"""

import re
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as datetime_timezone

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp.per_language import per_language
from purposeapp.time_zones import FIRST_TO_BEGIN, LAST_TO_END


def today() -> date:
    """Return today's date in the current time zone: the reader's, or UTC if it's unknown."""
    return timezone.localdate()


def site_today() -> date:
    """Return today's date in UTC, for everything that is the same for all readers."""
    return timezone.localdate(timezone=UTC)


def newest_day() -> date:
    """Return today's date in UTC+14: the latest date that has begun anywhere on earth."""
    return timezone.localdate(timezone=FIRST_TO_BEGIN)


def oldest_today() -> date:
    """Return today's date in UTC−12: the earliest date that is still today anywhere on earth."""
    return timezone.localdate(timezone=LAST_TO_END)


@per_language
def day_in_words(day: date) -> str:
    """Return the date in words in the active language, such as 3 March 2025."""
    return date_format(day, "DATE_FORMAT")


def local_format(time: datetime, name: str) -> str:
    """Format a time in the current time zone, by the name of a format or by a pattern."""
    local = localtime(time)
    # Zones without an abbreviation are called +14 or -12, which is unclear next to a time.
    zone = re.sub(r"^(?=[+-])", "UTC", local.tzname() or "")
    # For the repeated hour when clocks go back, Django omits the name of a time zone. It always
    # shows that of a fixed offset.
    fixed = datetime_timezone(local.utcoffset() or timedelta(), zone)
    return date_format(local.replace(tzinfo=fixed, fold=0), name)


def time_between(earlier: date, later: date) -> str:
    """Return the time from one date to another in words, with two units at most.

    It never overstates: if there are days left after years and months, it says "more than". The
    dates of a traveller can be in reverse order; that counts as less than a day.
    """
    length = relativedelta(max(earlier, later), earlier)
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
