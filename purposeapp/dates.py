"""Days as this site counts them, and dates and spans of time in words.

Formats are named as Django names them, such as DATE_FORMAT, and looked up in config/formats/.
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
    """The day that it is in the current time zone: the reader's, else UTC."""
    return timezone.localdate()


def site_today() -> date:
    """The day that it is in UTC, by which what is the same for everybody goes."""
    return timezone.now().astimezone(UTC).date()


def newest_day() -> date:
    """The day that has begun somewhere on earth (UTC+14): the last one that can be over."""
    return timezone.now().astimezone(FIRST_TO_BEGIN).date()


def oldest_today() -> date:
    """The day that has not ended everywhere on earth (UTC−12): the first that can be today."""
    return timezone.now().astimezone(LAST_TO_END).date()


@per_language
def day_in_words(day: date) -> str:
    """The date in words, such as 3 March 2025, in the language that is active."""
    return date_format(day, "DATE_FORMAT")


def local_format(time: datetime, name: str) -> str:
    """The time in the current time zone, in a format of Django's, by its name or as a pattern."""
    local = localtime(time)
    # Zones without letters of their own are called +14 or -12, which says little beside a time.
    zone = re.sub(r"^(?=[+-])", "UTC", local.tzname() or "")
    # Django names no time zone in the hour that comes twice; a fixed offset it always names.
    fixed = datetime_timezone(local.utcoffset() or timedelta(), zone)
    return date_format(local.replace(tzinfo=fixed, fold=0), name)


def time_between(earlier: date, later: date) -> str:
    """How long it is from one day to another, as people say it: in two units at most.

    It never says too much: days that are left over beside years and months become "more than".
    The days of somebody who travels can run backwards; that is less than a day.
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
