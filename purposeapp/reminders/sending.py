"""Sending the reminders that are due: to each person once, whatever breaks on the way.

Nobody gets two: whoever brings a mail holds the reminder meanwhile, and it has moved on, for
good, before the mail server can take the mail. Nobody is forgotten: until then nothing has moved
on, and what the server does not take after all is moved back. docs/adr/0012 says what is left
between the two.
"""

import logging
from collections.abc import Iterator
from copy import copy
from datetime import date
from enum import Enum, auto
from urllib.parse import urlsplit
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from purposeapp.models import Reminder
from purposeapp.models.reminder import last_day
from purposeapp.reminders.postman import MailServerDownError, postman, reason

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of one reminder that was due."""

    SENT = auto()
    FAILED = auto()
    """The mail was not taken. It stays due."""
    POSTPONED = auto()
    """Its person has spent their points meanwhile, so it comes later."""


class NotSentError(Exception):
    """One mail was not taken."""


def message(reminder: Reminder, address: str, last: date | None) -> EmailMessage:
    """What is sent to remind somebody. Of what they recorded it holds the `last` day alone.

    The same reminder of the same day has the same Message-ID, which tells nothing about anybody.
    """
    stop_url = settings.PUBLIC_URL + reverse("reminders_unsubscribe", args=[reminder.stop_key])
    context = {
        "reminder": reminder,
        "last": last,
        "public_url": settings.PUBLIC_URL,
        "stop_url": stop_url,
    }
    identity = uuid5(reminder.stop_key, f"{reminder.due_on}")
    return EmailMessage(
        subject=render_to_string("purposeapp/mail/reminder_subject.txt", context).strip(),
        body=render_to_string("purposeapp/mail/reminder_message.txt", context).strip() + "\n",
        to=[address],
        headers={
            "Message-ID": f"<{identity}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


class ReminderRun:
    """One walk past all who are due, each in a transaction of its own."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.waiting = Reminder.objects.reachable().due(today).by_due_date()
        self._postman = postman()

    def __iter__(self) -> Iterator[Outcome]:
        """Remind one person after the other, and say what became of each.

        It never looks back, so that one who fails neither stops it nor keeps it in a circle.
        Raises MailServerDownError.
        """
        place = None
        try:
            while True:
                try:
                    with transaction.atomic():
                        _commit_at_once()
                        waiting = self.waiting.after_key(*place) if place else self.waiting
                        reminder = waiting.locked_for_sending().select_related("user").first()
                        if reminder is None:
                            return
                        place, was = (reminder.due_on, reminder.pk), copy(reminder)
                        outcome = self._prepare(reminder)
                    # From here on it is written down.
                    if outcome is Outcome.SENT:
                        self._deliver(reminder, was)
                except NotSentError:
                    outcome = Outcome.FAILED
                yield outcome
        finally:
            self._postman.go_home()

    def _prepare(self, reminder) -> Outcome:
        """Do all that can be done before the transaction ends."""
        last = last_day(reminder.user)
        if reminder.postpone(last=last, today=self.today):
            reminder.save(update_fields=["due_on"])
            return Outcome.POSTPONED
        mail = message(reminder, reminder.address, last)
        reminder.advance(self.today)
        reminder.save(update_fields=["rhythm", "due_on"])
        try:
            self._postman.offer(mail)
        except MailServerDownError:
            raise
        except Exception as error:  # each way to send has its own
            raise self._failure(reminder, error) from error
        return Outcome.SENT

    def _deliver(self, reminder: Reminder, was: Reminder) -> None:
        try:
            self._postman.deliver()
        except Exception as error:  # each way to send has its own
            reminder.revert(was)
            raise self._failure(reminder, error) from error
        # This is on the disk when it is done, and with it all that was committed before.
        Reminder.objects.filter(pk=reminder.pk).update(last_sent_at=timezone.now())

    def _failure(self, reminder: Reminder, error: Exception) -> NotSentError:
        self._postman.give_up()
        logger.warning("reminder_failed: account %s, %s", reminder.pk, reason(error))
        return NotSentError()


def _commit_at_once() -> None:
    """Have this transaction committed in memory only, so that the mail can follow at once.

    Waiting for the disk would make the moment in which a mail can be lost ten times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
