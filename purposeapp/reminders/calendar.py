"""A reminder as a file for somebody's own calendar (RFC 5545). It names nobody."""

from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from icalendar import TRANSP, Alarm, Calendar, Event

from purposeapp.models import Reminder

FILE_NAME = "five-purposes.ics"
CONTENT_TYPE = "text/calendar"

NINE_O_CLOCK = timedelta(hours=9)
"""When the calendar rings, counted from the start of the day, wherever its owner is."""


def calendar_of(reminder: Reminder, due_on: date) -> bytes:
    """The file of a reminder that is due then: the same for a mail and for a download."""
    return calendar(
        user=reminder.user,
        start=due_on,
        months=reminder.months,
        day=reminder.series_day,
        sequence=reminder.sequence,
    )


def calendar(
    *, user, start: date, months: int | None, day: int | None = None, sequence: int = 0
) -> bytes:
    """One event of a whole day: on `start`, and every so many `months` after it.

    It comes back on that `day` of the month, the one of `start` if none is given. It has the same
    UID for one person whatever they choose, and a SEQUENCE that grows, so that a calendar puts
    the newer choice in the place of the older one instead of ringing for both.
    """
    event = Event.new(
        uid=f"{_pseudonym(user)}@{urlsplit(settings.PUBLIC_URL).hostname}",
        stamp=timezone.now(),
        start=start,
        end=start + timedelta(days=1),
        summary=_("Spend ten points again"),
        description=_("What are you on LinkedIn for now? Spend ten points and see what moved.")
        + f"\n{settings.PUBLIC_URL}/",
        transparency=TRANSP.TRANSPARENT,
        url=f"{settings.PUBLIC_URL}/",
    )
    event.add("sequence", sequence)
    if months:
        event.add("rrule", _every(months, day or start.day))
    event.add_component(Alarm.new_display(_("Spend ten points again"), NINE_O_CLOCK))
    file = Calendar.new(prodid="-//Five Purposes//Reminders//EN")
    file.add_component(event)
    return file.to_ical()


def _every(months: int, day: int) -> dict:
    """The rule for every so many months on a day of the month.

    Calendars leave out a month without that day (RFC 5545, 3.3.10); people mean its last one.
    """
    rule = {"freq": "monthly", "interval": months}
    if day > 28:
        rule |= {"bymonthday": list(range(28, day + 1)), "bysetpos": -1}
    return rule


def _pseudonym(user) -> str:
    return salted_hmac("purposeapp.reminders.calendar", str(user.pk)).hexdigest()
