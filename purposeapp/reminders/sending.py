"""Sends due reminders with at-least-once delivery: if in doubt, twice rather than never.

For one user at a time, a run locks the reminder's row, sends the email, and commits the next due
date. If it's killed between sending and committing, the email is sent again, with the same
Message-ID, so that mail programs can recognize the duplicate. docs/adr/0012 says why.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from uuid import uuid5

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from purposeapp.models import Goal, Reminder, Talk, User
from purposeapp.models.reminder import BY_DUE_DATE, last_day
from purposeapp.web.outbox import (
    MailServerDownError,
    mail_server,
    open_connection,
    reason,
    rendered_mail,
)
from purposeapp.web.public_host import public_host

from .calendar import CONTENT_TYPE, FILE_NAME, calendar_of

logger = logging.getLogger(__name__)

SMTP_TIMEOUT_S = 20
"""Timeout for each response of the mail server, in seconds.

The reminder's row is locked during that time: a user who stops it may be asked to try again.
"""

AT_ONCE = 500
"""Number of reminders fetched per query."""

SERVICE_CLOSING = 421
"""SMTP reply code of a server that closes the connection, e.g. after many emails (RFC 5321)."""


def message(
    reminder: Reminder,
    address: str,
    last: date | None,
    *,
    wanted_by: date | None = None,
    has_talk: bool = False,
) -> EmailMessage:
    """Return the reminder email to `address`.

    Its only personal data are the day of the `last` result, the target date of the goal if it is
    ahead, and whether the user has a talk.

    The Message-ID is a function of the reminder, its due date and when it was chosen, and reveals
    nothing about the user. So a repeated email has the same one, but a reminder that was chosen
    anew for the same day has a different one.
    """
    stop_url = settings.PUBLIC_URL + reverse("reminders_unsubscribe", args=[reminder.stop_key])
    context = {
        "reminder": reminder,
        "last": last,
        "wanted_by": wanted_by,
        "has_talk": has_talk,
        "public_url": settings.PUBLIC_URL,
        "stop_url": stop_url,
    }
    identity = uuid5(reminder.stop_key, f"{reminder.due_on} {reminder.chosen_at.isoformat()}")
    headers = {
        "Message-ID": f"<{identity}@{public_host()}>",
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail = rendered_mail("reminder", address, context, headers)
    if reminder.due_on:
        mail.attach(FILE_NAME, calendar_of(reminder, reminder.due_on), CONTENT_TYPE)
    return mail


class ReminderRun:
    """One run over all due reminders, each in its own transaction.

    `sent`, `failed` and `postponed` count the outcomes. A failed reminder stays due. One whose
    user has spent their points in the meantime is postponed.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sent = self.failed = self.postponed = 0
        self._people = self._people_to_remind()
        # Not through the outbox: a reminder stays due until the mail server has accepted it.
        self._connection = mail_server(timeout=SMTP_TIMEOUT_S)

    def remind_next(self) -> bool:
        """Send or postpone the longest overdue reminder. Returns False if none is left.

        Reminders that fail aren't retried in this run, so they neither stop it nor make it loop
        forever. Raises MailServerDownError.
        """
        return any(self._remind(user_id) for user_id in self._people)

    def _people_to_remind(self) -> Iterator[int]:
        """Yield the ids of reachable users whose reminder is due in their own time zone.

        Fetches a page of reminders (keyset pagination), then their users: one query per table
        and no join, as the two tables need not be on the same machine.
        """
        due = Reminder.objects.due_somewhere(self.now).by_due_date()
        keys = list(due.values_list(*BY_DUE_DATE)[:AT_ONCE])
        while keys:
            people = User.objects.reachable().in_bulk([user_id for _, user_id in keys])
            for due_on, user_id in keys:
                if user_id in people and due_on <= self._today(people[user_id]):
                    yield user_id
            keys = list(due.after_key(*keys[-1]).values_list(*BY_DUE_DATE)[:AT_ONCE])

    @transaction.atomic
    def _remind(self, user_id: int) -> bool:
        """Send or postpone one reminder. Returns False if it's not due or can't be sent any more.

        Skips a row that another run has locked. Once the row is locked here, what other runs have
        committed is visible.
        """
        user = User.objects.reachable().filter(pk=user_id).first()
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
        wanted_by = Goal.objects.target_date_of(user, today)
        mail = message(reminder, user.email, last, wanted_by=wanted_by, has_talk=has_talk)
        try:
            self._send(mail)
        except MailServerDownError:
            raise
        except Exception as error:  # mail backends and odd addresses raise all kinds of errors
            self.close()
            # Not whose it is, as /privacy/ promises. A retry has the same Message-ID.
            logger.warning(
                "reminder_failed: %s, %s", mail.extra_headers["Message-ID"], reason(error)
            )
            self.failed += 1
            return True
        reminder.advance(today)
        reminder.last_sent_at = timezone.now()
        reminder.save(update_fields=["rhythm", "due_on", "sequence", "last_sent_at"])
        self.sent += 1
        return True

    def _today(self, user: User) -> date:
        """Return the current date in the user's time zone."""
        return self.now.astimezone(user.zone).date()

    def close(self) -> None:
        """Close the connection to the mail server."""
        with suppress(OSError):
            self._connection.close()

    def _send(self, mail: EmailMessage) -> None:
        """Send over the open connection. If the server has closed it, reconnect and try again."""
        mail.connection = self._connection
        is_new = open_connection(self._connection)
        try:
            mail.send()
        except smtplib.SMTPException as error:
            if is_new or not _closed_by_server(error):
                raise
            self.close()
            open_connection(self._connection)
            mail.send()


def _closed_by_server(error: smtplib.SMTPException) -> bool:
    code = getattr(error, "smtp_code", None)
    return isinstance(error, smtplib.SMTPServerDisconnected) or code == SERVICE_CLOSING
