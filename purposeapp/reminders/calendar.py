"""Reminders as iCalendar files (RFC 5545). They contain no personal data."""

from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from icalendar import TRANSP, Alarm, Calendar, Event

from purposeapp.models import Reminder
from purposeapp.split import Split
from purposeapp.web.public_host import public_host

FILE_NAME = "five-purposes.ics"
CONTENT_TYPE = "text/calendar"

NINE_O_CLOCK = timedelta(hours=9)
"""When the alarm rings, as the time since midnight in the calendar's own time zone."""


def calendar_of(reminder: Reminder, due_on: date) -> bytes:
    """Return the iCalendar file of a reminder due on `due_on`: an all-day event, and its repeats.

    A user's events all have the same UID and a growing SEQUENCE, so that a calendar replaces the
    older event with the newer one instead of ringing for both.
    """
    event = _event(_pseudonym(reminder.user), due_on, f"{settings.PUBLIC_URL}/")
    event.add("sequence", reminder.sequence)
    if reminder.months:
        event.add("rrule", _every(reminder.months, reminder.series_day or due_on.day))
    return _file(event)


def calendar_of_visitor(split: Split, due_on: date) -> bytes:
    """Return the iCalendar file of one reminder for a visitor, whose points are in its link."""
    return _file(_event(f"{split}.{due_on}", due_on, f"{settings.PUBLIC_URL}/?start={split}"))


def _event(name: str, due_on: date, url: str) -> Event:
    event = Event.new(
        uid=f"{name}@{public_host()}",
        stamp=timezone.now(),
        start=due_on,
        end=due_on + timedelta(days=1),
        summary=_("Spend ten points again"),
        description=_("What are you on LinkedIn for now? Spend ten points and see what moved.")
        + f"\n{url}",
        transparency=TRANSP.TRANSPARENT,
        url=url,
    )
    event.add_component(Alarm.new_display(_("Spend ten points again"), NINE_O_CLOCK))
    return event


def _file(event: Event) -> bytes:
    file = Calendar.new(prodid="-//Five Purposes//Reminders//EN")
    file.add_component(event)
    return file.to_ical()


def _every(months: int, day: int) -> dict:
    """Return the RRULE for a day of the month, every so many months.

    By default, calendars skip months without that day (RFC 5545, 3.3.10). This rule takes the last
    day of such a month, as people expect.
    """
    rule = {"freq": "monthly", "interval": months}
    if day > 28:
        rule |= {"bymonthday": list(range(28, day + 1)), "bysetpos": -1}
    return rule


def _pseudonym(user) -> str:
    return salted_hmac("purposeapp.reminders.calendar", str(user.pk)).hexdigest()
