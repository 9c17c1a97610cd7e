"""Sending the reminders that are due, at least once: in doubt rather twice than never.

One person at a time: a row lock is taken, the mail is sent, the next date is committed. Killed
between the two, a run leaves a mail that comes again. It has the same Message-ID then, by which
mailboxes know it as the same one. docs/adr/0012 says why.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from purposeapp.models import Reminder, Talk, User
from purposeapp.models.reminder import BY_DUE_DATE, last_day, reachable_people
from purposeapp.web.outbox import mail_server, reason

from .calendar import CONTENT_TYPE, FILE_NAME, calendar_of

logger = logging.getLogger(__name__)

SMTP_TIMEOUT_S = 20
"""Seconds that a mail server may take for each answer.

The reminder is locked meanwhile: whoever presses stop may be asked to try again.
"""

AT_ONCE = 500
"""How many reminders are looked up in one statement."""

SERVICE_CLOSING = 421
"""What a mail server answers that ends the connection, such as after so many mails (RFC 5321)."""


class MailServerDownError(Exception):
    """Nobody can be written to now."""


def message(
    reminder: Reminder, address: str, last: date | None, *, has_talk: bool = False
) -> EmailMessage:
    """What is sent to remind somebody. Of what they recorded it holds the `last` day alone, and of
    their talks that there is one.

    The same reminder of the same day has the same Message-ID, which tells nothing about anybody;
    one that is chosen anew for that day has another.
    """
    stop_url = settings.PUBLIC_URL + reverse("reminders_unsubscribe", args=[reminder.stop_key])
    context = {
        "reminder": reminder,
        "last": last,
        "has_talk": has_talk,
        "public_url": settings.PUBLIC_URL,
        "stop_url": stop_url,
    }
    identity = uuid5(reminder.stop_key, f"{reminder.due_on} {reminder.chosen_at.isoformat()}")
    mail = EmailMessage(
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
    if reminder.due_on:
        mail.attach(FILE_NAME, calendar_of(reminder, reminder.due_on), CONTENT_TYPE)
    return mail


class ReminderRun:
    """One run past all who are due, each in a transaction of its own.

    `sent`, `failed` and `postponed` count what became of them. Whoever failed stays due; whoever
    spent their points meanwhile is postponed.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sent = self.failed = self.postponed = 0
        self._people = self._people_to_remind()
        # Past the outbox: a reminder is due until the mail server has it.
        self._connection = mail_server(timeout=SMTP_TIMEOUT_S)

    def remind_next(self) -> bool:
        """Send or postpone the reminder that is due longest; False where none is left.

        It never looks back, so that one who fails neither stops the run nor keeps it in a circle.
        Raises MailServerDownError.
        """
        return any(self._remind(user_id) for user_id in self._people)

    def _people_to_remind(self) -> Iterator[int]:
        """The ids of those whose day has come where they are, and who may have mail.

        A keyset of reminders first, then their people: one statement for each of the two tables,
        which need not lie on the same machine.
        """
        due = Reminder.objects.due_somewhere(self.now).by_due_date()
        keys = list(due.values_list(*BY_DUE_DATE)[:AT_ONCE])
        while keys:
            people = reachable_people().in_bulk([user_id for _, user_id in keys])
            for due_on, user_id in keys:
                if user_id in people and due_on <= self._today(people[user_id]):
                    yield user_id
            keys = list(due.after_key(*keys[-1]).values_list(*BY_DUE_DATE)[:AT_ONCE])

    @transaction.atomic
    def _remind(self, user_id: int) -> bool:
        """Send or postpone one reminder; False where it is not due, or not theirs to have, by now.

        What another run holds is left to it, and what it has done is seen once the row is held.
        """
        user = reachable_people().filter(pk=user_id).first()
        if not user:
            return False
        today = self._today(user)
        reminder = Reminder.objects.for_user(user).due(today).locked_for_sending().first()
        if not reminder:
            return False
        reminder.user = user
        last = last_day(user)
        if reminder.postpone(last=last, today=today):
            reminder.save(update_fields=["due_on", "day_of_month", "sequence"])
            self.postponed += 1
            return True
        has_talk = Talk.objects.for_user(user).running().exists()
        mail = message(reminder, user.email, last, has_talk=has_talk)
        try:
            self._send(mail)
        except MailServerDownError:
            raise
        except Exception as error:  # each way to send, and each odd address, has its own
            self.close()
            logger.warning("reminder_failed: account %s, %s", user.pk, reason(error))
            self.failed += 1
            return True
        reminder.advance(today)
        reminder.last_sent_at = timezone.now()
        reminder.save(update_fields=["rhythm", "due_on", "sequence", "last_sent_at"])
        self.sent += 1
        return True

    def _today(self, user: User) -> date:
        """What day it is where they are."""
        return self.now.astimezone(user.zone).date()

    def close(self) -> None:
        """End the connection to the mail server."""
        with suppress(OSError):
            self._connection.close()

    def _send(self, mail: EmailMessage) -> None:
        """Send over the open connection; over a new one where the server has closed that one."""
        mail.connection = self._connection
        is_new = self._open()
        try:
            mail.send()
        except smtplib.SMTPException as error:
            if is_new or not _closed_by_server(error):
                raise
            self.close()
            self._open()
            mail.send()

    def _open(self) -> bool:
        """See to it that there is a connection; whether it is a new one."""
        try:
            return bool(self._connection.open())
        except OSError as error:
            raise MailServerDownError(reason(error)) from error


def _closed_by_server(error: smtplib.SMTPException) -> bool:
    code = getattr(error, "smtp_code", None)
    return isinstance(error, smtplib.SMTPServerDisconnected) or code == SERVICE_CLOSING
