"""Transactional outbox: mails are stored with what caused them, and sent after the answer.

A mail server that is slow, refuses or is away keeps nobody waiting and undoes nothing. A mail is
sent at least once: a process that is killed just after the server took it sends it again, with
the same Message-ID. docs/adr/0030 says why.
"""

import logging
import smtplib
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from email.utils import formatdate, make_msgid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from purposeapp.models import OutgoingMail

logger = logging.getLogger(__name__)

BACKEND = "purposeapp.web.outbox.OutboxBackend"

MIN_WAIT_S, MAX_WAIT_S = 60, 3600
"""Seconds after which a process looks again for mails that could not be sent."""


class OutboxBackend(BaseEmailBackend):
    """Django's mail API puts mails into the outbox. A mail may name its own `max_age`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            _identify(mail)
            mail.message()  # raises for what could never be sent, such as a header of two lines
            max_age: timedelta | None = getattr(mail, "max_age", None)
            OutgoingMail.objects.put(mail, max_age)
        transaction.on_commit(outbox_worker.wake)
        return len(email_messages)


def _identify(mail: EmailMessage) -> None:
    """Give it the date and the Message-ID now: they stay the same however often it is tried."""
    domain = urlsplit(settings.PUBLIC_URL).hostname
    headers = {"Date": formatdate(), "Message-ID": make_msgid(domain=domain)}
    given = {name.lower() for name in mail.extra_headers}
    mail.extra_headers |= {
        name: value for name, value in headers.items() if name.lower() not in given
    }


def mail_server(**options: Any) -> BaseEmailBackend:
    """What takes mails from here on, past the outbox."""
    is_outbox = settings.EMAIL_BACKEND == BACKEND
    # The one place that asks Django for a connection. From Django 6.1 on: `mail.mailers`.
    return get_connection(settings.MAIL_SERVER_BACKEND if is_outbox else None, **options)


class Delivery(NamedTuple):
    """What became of the mails that were due."""

    sent: int
    failed: int


def deliver_due() -> Delivery:
    """Send the mails that are due, one after the other; what fails is due again later.

    Where the mail server can't be reached, or falls silent, the others wait too.
    """
    drop_expired()
    sent = failed = 0
    while mail := OutgoingMail.objects.claim():
        try:
            _send(mail.as_email())
        except Exception as error:  # each way to send, and each odd address, has its own
            failed += 1
            logger.warning("mail_failed: %s, try %s, %s", mail.pk, mail.tries, reason(error))
            if not _is_answer(error):
                break
        else:
            mail.delete()
            sent += 1
        if not threading.main_thread().is_alive():
            break  # the process ends: what is left waits for another one
    return Delivery(sent, failed)


def _send(mail: EmailMessage) -> None:
    server = mail_server()
    try:
        server.open()
        server.send_messages([mail])
    finally:
        with suppress(OSError):  # it has the mail already, or an error says why not
            server.close()


def drop_expired() -> int:
    """Delete the mails that are of no use any more, and return how many that were."""
    dropped = 0
    for mail in OutgoingMail.objects.expired().only("pk", "tries"):
        logger.warning("mail_given_up: %s, after %s tries", mail.pk, mail.tries)
        dropped += mail.delete()[0]
    return dropped


def _is_answer(error: Exception) -> bool:
    """Whether the mail server said no to this mail, and may take another one."""
    return not isinstance(error, OSError) or isinstance(
        error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
    )


def reason(error: Exception) -> str:
    """What went wrong, without the address that a mail server repeats in its answer."""
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    return f"{type(error).__name__} {code}" if code else type(error).__name__


class OutboxWorker:
    """The one background thread of a process that sends what is in the outbox.

    It ends when nothing is due. Where something still waits, a timer wakes it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_running = self._is_wanted = False
        self._timer: threading.Timer | None = None

    def wake(self) -> None:
        """Have the outbox looked at, now or as soon as the mail under way is through."""
        with self._lock:
            self._is_wanted = True
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="outbox_worker").start()

    def _run(self) -> None:
        while self._take_order():
            try:
                deliver_due()
                wait = OutgoingMail.objects.seconds_to_next()
            except Exception as error:  # PostgreSQL is away; the mails are as they were
                logger.warning("outbox_failed: %s", type(error).__name__)
                wait = MIN_WAIT_S
            finally:
                connection.close()
            if wait is not None:
                self._wake_after(min(max(wait, MIN_WAIT_S), MAX_WAIT_S))

    def _take_order(self) -> bool:
        with self._lock:
            self._is_running, self._is_wanted = self._is_wanted, False
            return self._is_running

    def _wake_after(self, seconds: float) -> None:
        with self._lock:
            if self._timer:
                self._timer.cancel()
            self._timer = threading.Timer(seconds, self.wake)
            self._timer.daemon = True  # it holds up no process that ends
            with suppress(RuntimeError):  # which this one is about to do
                self._timer.start()


outbox_worker = OutboxWorker()
