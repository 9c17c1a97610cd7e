"""Sending the reminders that are due: to each person once, whatever breaks on the way.

Nobody is forgotten: a reminder moves on only in the transaction in which the mail server has
taken the mail. Nobody gets two: whoever sends a mail holds the reminder, so that nobody else
does at the same time, and finds it moved on afterwards. docs/adr/0012 says what is left between
the two, and why a mail that is sent a second time is known by its Message-ID.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from enum import Enum, auto
from urllib.parse import urlsplit
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from .models import Reminder
from .models.reminder import last_day

PATIENCE = 600
"""Seconds that a mail server may take to answer (RFC 5321, 4.5.3.2.6).

Whoever hangs up earlier does not know whether it took the mail, and sends it again (RFC 1047).
"""

logger = logging.getLogger(__name__)


class Outcome(Enum):
    """What became of one reminder that was due."""

    SENT = auto()
    FAILED = auto()
    """The mail server did not take it. It stays due."""
    PUT_OFF = auto()
    """Its person has spent their points meanwhile, so it comes later."""


class MailServerDownError(Exception):
    """Nobody can be written to now; all who are due stay due."""


class NotSentError(Exception):
    """One mail was not taken."""


def message(reminder: Reminder, address: str) -> EmailMessage:
    """What is sent to remind somebody. It holds nothing of what they recorded but the day.

    The same reminder of the same day has the same Message-ID, which tells nothing about anybody.
    """
    stop_url = settings.PUBLIC_URL + reverse("stop_reminders", args=[reminder.stop_key])
    context = {
        "reminder": reminder,
        "last": last_day(reminder.user),
        "public_url": settings.PUBLIC_URL,
        "stop_url": stop_url,
    }
    identity = uuid5(reminder.stop_key, f"{reminder.due_on}")
    return EmailMessage(
        subject=render_to_string("purposeapp/mail/reminder_subject.txt", context).strip(),
        body=render_to_string("purposeapp/mail/reminder_message.txt", context),
        to=[address],
        headers={
            "Message-ID": f"<{identity}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "List-Unsubscribe": f"<{stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


class Round:
    """One walk past all who are due, each in a transaction of its own."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.waiting = Reminder.objects.reachable().due(today).in_order()
        self._connection = get_connection(timeout=PATIENCE)

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
                        waiting = self.waiting.behind(*place) if place else self.waiting
                        reminder = waiting.claimed().select_related("user").first()
                        if reminder is None:
                            return
                        place = reminder.due_on, reminder.pk
                        outcome = self._remind(reminder)
                except NotSentError:
                    outcome = Outcome.FAILED
                yield outcome
        finally:
            self._hang_up()

    def _remind(self, reminder) -> Outcome:
        if reminder.put_off(self.today):
            reminder.save(update_fields=["due_on"])
            return Outcome.PUT_OFF
        mail = message(reminder, reminder.address)
        reminder.go_on(self.today)
        # Before the mail: whatever can go wrong here must go wrong while it is not sent yet.
        reminder.save(update_fields=["rhythm", "due_on", "last_sent_at"])
        self._send(mail, reminder)
        return Outcome.SENT

    def _send(self, mail: EmailMessage, reminder: Reminder) -> None:
        try:
            self._connection.open()
        except OSError as error:
            raise MailServerDownError(_reason(error)) from error
        try:
            self._connection.send_messages([mail])
        except Exception as error:  # each kind of connection has its own
            # The next one gets a new connection: nobody knows what state this one is in.
            self._hang_up()
            logger.warning("reminder_failed: account %s, %s", reminder.pk, _reason(error))
            raise NotSentError from error

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._connection.close()


def _reason(error: Exception) -> str:
    """What went wrong, without the address that a mail server repeats in its answer."""
    codes = {getattr(error, "smtp_code", None)}
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
    return " ".join([type(error).__name__, *(str(code) for code in codes if code)])
