"""Transactional outbox: mails are stored in the transaction that causes them, and sent later.

A mail server that is slow, refuses mail or is down delays nobody and undoes nothing. Delivery is
at least once: if a process is killed just after the server has accepted a mail, it is sent again,
with the same Message-ID. For the reasons, see docs/adr/0030.
"""

import logging
import smtplib
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from email.utils import formatdate, make_msgid
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.template.loader import render_to_string

from purposeapp.models import OutgoingMail

from .public_host import public_host

logger = logging.getLogger(__name__)

BACKEND = "purposeapp.web.outbox.OutboxBackend"

MIN_WAIT_S, MAX_WAIT_S = 60, 3600
"""The limits of the seconds after which a process tries again to send mails."""


class OutboxBackend(BaseEmailBackend):
    """Email backend that stores mails in the outbox.

    A mail may have the attributes `max_age`, and `talk` and `user`, with whose end it is deleted.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for mail in email_messages:
            _identify(mail)
            mail.message()  # raises for an invalid mail, such as one with a line break in a header
            max_age: timedelta | None = getattr(mail, "max_age", None)
            about = {name: getattr(mail, name, None) for name in ("talk", "user")}
            stored = OutgoingMail.objects.put(mail, max_age, **about)
            logger.info("mail_stored: %s", stored.pk)  # has the id of the request
        transaction.on_commit(outbox_worker.wake)
        return len(email_messages)


def _identify(mail: EmailMessage) -> None:
    """Set the Date and Message-ID headers now, so that they're the same for all tries."""
    headers = {"Date": formatdate(), "Message-ID": make_msgid(domain=public_host())}
    given = {name.lower() for name in mail.extra_headers}
    mail.extra_headers |= {
        name: value for name, value in headers.items() if name.lower() not in given
    }


def rendered_mail(
    template: str, to: str, context: dict[str, Any], headers: Mapping[str, str] | None = None
) -> EmailMessage:
    """Return an automatic email with the subject and text of a template, not yet sent."""
    subject, body = (
        render_to_string(f"purposeapp/mail/{template}_{part}.txt", context).strip()
        for part in ("subject", "message")
    )
    return EmailMessage(
        subject=subject,
        body=f"{body}\n",
        to=[to],
        headers={"Auto-Submitted": "auto-generated", **(headers or {})},
    )


def mail_server(**options: Any) -> BaseEmailBackend:
    """Return the email backend that sends mails, bypassing the outbox."""
    is_outbox = settings.EMAIL_BACKEND == BACKEND
    # The only use of get_connection. From Django 6.1 on, use `mail.mailers`.
    return get_connection(settings.MAIL_SERVER_BACKEND if is_outbox else None, **options)


class MailServerDownError(Exception):
    """The mail server can't be reached, or takes no emails at all."""


def open_connection(server: BaseEmailBackend) -> bool:
    """Open the connection if it isn't open, and return whether it's a new one.

    Raises MailServerDownError, whatever went wrong: a refused greeting or sign-in is no answer to
    the mail that is to be sent.
    """
    try:
        is_new = bool(server.open())
        if smtp := getattr(server, "connection", None):
            smtp.ehlo_or_helo_if_needed()  # otherwise smtplib does so when it sends
        return is_new
    except Exception as error:
        raise MailServerDownError(reason(error)) from error


class Delivery(NamedTuple):
    """The numbers of due mails that were sent and that failed."""

    sent: int
    failed: int


def deliver_due() -> Delivery:
    """Send the mails that are due, one after another. Failed ones are due again later.

    If the mail server can't be reached, takes no mails at all or doesn't respond, stop and leave
    the rest for later.
    """
    drop_expired()
    sent = failed = 0
    while mail := OutgoingMail.objects.claim():
        try:
            _send(mail.as_email())
        except Exception as error:  # backends and bad addresses raise many kinds of errors
            failed += 1
            logger.warning("mail_failed: %s, try %s, %s", mail.pk, mail.tries, reason(error))
            if isinstance(error, MailServerDownError) or not _is_answer(error):
                break
        else:
            mail.delete()
            sent += 1
        if not threading.main_thread().is_alive():
            break  # the process is ending: leave the rest to another one
    return Delivery(sent, failed)


def _send(mail: EmailMessage) -> None:
    server = mail_server()
    try:
        open_connection(server)
        server.send_messages([mail])
    finally:
        with suppress(OSError):  # by now, the mail is sent or an error is being raised
            server.close()


def drop_expired() -> int:
    """Delete expired mails and return their number."""
    dropped = 0
    for mail in OutgoingMail.objects.expired().only("pk", "tries"):
        logger.warning("mail_given_up: %s, after %s tries", mail.pk, mail.tries)
        dropped += mail.delete()[0]
    return dropped


def _is_answer(error: Exception) -> bool:
    """Return whether only this mail was refused, so that the server may accept others."""
    return not isinstance(error, OSError) or isinstance(
        error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused
    )


def reason(error: Exception) -> str:
    """Return the kind of error, without the server's message, which may repeat the address."""
    if isinstance(error, MailServerDownError):
        return str(error)
    code = getattr(error, "smtp_code", None)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next(iter(error.recipients.values()))[0]
    return f"{type(error).__name__} {code}" if code else type(error).__name__


class OutboxWorker:
    """The background thread that sends the mails in the outbox, at most one per process.

    It ends when no mail is due. If there are mails for later, a timer starts it again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_running = self._is_wanted = False
        self._timer: threading.Timer | None = None

    def wake(self) -> None:
        """Send the mails that are due: start the thread, or let a running one check once more."""
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
            except Exception as error:  # PostgreSQL is unavailable; the mails are unchanged
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
            self._timer.daemon = True  # so that it doesn't keep the process from ending
            with suppress(RuntimeError):  # the process is already ending
                self._timer.start()


outbox_worker = OutboxWorker()
