"""Handing over a mail in two steps, so that what must be written down can be, in between.

SMTP is the only way to send that takes time: several answers are waited for. But a mail server
is bound to nothing until it has read the dot after the last line (RFC 5321, 4.1.1.4). So
everything up to that dot is one step, in which the server can refuse and we can change our mind,
and the dot is the other.
"""

import re
import smtplib
from contextlib import suppress
from typing import Any, Protocol, cast

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

HANDSHAKE = 20
"""Seconds that a mail server may take for each answer before the mail is handed over.

Its person's reminder is held meanwhile: whoever presses stop waits for it.
"""

PATIENCE = 600
"""Seconds that a mail server may take to say whether it took a mail (RFC 5321, 4.5.3.2.6).

Whoever hangs up earlier does not know whether it took the mail, and sends it again (RFC 1047).
"""


class MailServerDownError(Exception):
    """Nobody can be written to now."""


class Postman(Protocol):
    """Brings one mail after the other."""

    def offer(self, mail: EmailMessage) -> None:
        """Do all that can fail, short of handing it over.

        Raises MailServerDownError where nobody can be written to, and anything else where the
        mail is refused.
        """

    def deliver(self) -> None:
        """Hand over what was offered. Raises OSError where it was not taken."""

    def give_up(self) -> None:
        """Break off, whatever was under way. The next mail is brought over a new connection."""

    def go_home(self) -> None:
        """End it in good order."""


def postman() -> Postman:
    """Whoever brings the mails that EMAIL_URL says."""
    connection = get_connection(timeout=HANDSHAKE)
    return SmtpPostman(connection) if isinstance(connection, SmtpBackend) else Writer(connection)


class SmtpPostman:
    """Brings mails to a mail server, all over one connection."""

    def __init__(self, backend: SmtpBackend) -> None:
        self._backend = backend
        self._offering = False

    def offer(self, mail: EmailMessage) -> None:
        headers = mail.message()
        sender, recipient = str(headers["From"]), str(headers["To"])
        is_new = self._open()
        try:
            self._expect(250, self._server.mail(sender))
        except smtplib.SMTPException:
            if is_new:
                raise
            # Some servers end a connection after so many mails, or after a while.
            self.give_up()
            self._open()
            self._expect(250, self._server.mail(sender))
        answer = self._server.rcpt(recipient)
        # 251: it goes on to another server, which is as good (RFC 5321, 3.4).
        self._expect(251 if answer[0] == 251 else 250, answer)
        self._expect(354, self._server.docmd("DATA"))
        self._offering = True
        lines = headers.as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own
        # A line that begins with a dot gets another one, so that none of them ends the mail.
        self._server.send(re.sub(rb"^\.", b"..", lines, flags=re.MULTILINE))
        if not lines.endswith(b"\n"):
            self._server.send(b"\r\n")

    def deliver(self) -> None:
        self._wait_at_most(PATIENCE)
        self._server.send(b".\r\n")
        self._expect(250, self._server.getreply())
        self._wait_at_most(HANDSHAKE)
        self._offering = False

    def _wait_at_most(self, seconds: int) -> None:
        if self._server.sock:
            self._server.sock.settimeout(seconds)

    def give_up(self) -> None:
        # Without a goodbye: in the middle of a mail, that would become a part of it.
        if self._backend.connection:
            self._server.close()
            self._backend.connection = None
        self._offering = False

    def go_home(self) -> None:
        if self._offering:
            self.give_up()
        with suppress(OSError):
            self._backend.close()

    def _open(self) -> bool:
        """See to it that there is a connection; whether it is a new one."""
        try:
            is_new = bool(self._backend.open())
            self._server.ehlo_or_helo_if_needed()
        except OSError as error:
            raise MailServerDownError(reason(error)) from error
        return is_new

    @property
    def _server(self) -> smtplib.SMTP:
        return cast(smtplib.SMTP, self._backend.connection)

    def _expect(self, code: int, answer: tuple[int, bytes]) -> None:
        if answer[0] != code:
            raise smtplib.SMTPResponseException(*answer)


class Writer:
    """Writes mails where nobody has to be asked: to a file, to the log, to a test."""

    def __init__(self, backend) -> None:
        self._backend = backend

    def offer(self, mail: EmailMessage) -> None:
        self._backend.open()
        made = mail.message()  # now, so that nothing but the writing is left
        cast(Any, mail).message = lambda: made
        self._mail = mail

    def deliver(self) -> None:
        self._backend.send_messages([self._mail])

    def give_up(self) -> None:
        self._backend.close()

    def go_home(self) -> None:
        self._backend.close()


def reason(error: Exception) -> str:
    """What went wrong, without the address that a mail server repeats in its answer."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
