"""An SMTP server on loopback whose replies a test can change at any step."""

import re
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """Accepts mails over SMTP (RFC 5321), and stores them.

    `at` is called with the step and the recipient before the server replies: CONNECT, HELLO,
    AUTH, MAIL, RCPT, DATA, END (the mail has arrived but is not yet accepted), TAKEN (it is
    accepted but the client doesn't know), RSET and QUIT. It may return a reply to use in place of
    the usual one.
    """

    def __init__(self, at: Callable[[str, str], str | None] | None = None) -> None:
        self.at = at or (lambda step, recipient: None)
        self.taken: list[EmailMessage] = []
        self.connections = 0
        self.greeted_by: set[str] = set()
        self.lock = threading.Lock()

    def __enter__(self) -> "MailServer":
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                with outer.lock:
                    outer.connections += 1
                with suppress(OSError):  # the client is gone
                    outer._talk(self.rfile, self.wfile)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def recipients(self) -> list[str]:
        """The recipient of each mail, in alphabetical order, with repetitions."""
        return sorted(message["To"] for message in self.taken)

    def _talk(self, incoming, outgoing) -> None:
        recipient = ""

        def answer(step: str, usual: str) -> str:
            reply = self.at(step, recipient) or usual
            if reply == HANG_UP:
                raise ConnectionAbortedError
            outgoing.write(f"{reply}\r\n".encode())
            return reply

        answer("CONNECT", "220 ready")
        while line := incoming.readline():
            verb = line[:4].decode().upper()
            if verb in ("EHLO", "HELO"):
                self.greeted_by.add(line[5:].decode().strip())
                answer("HELLO", "250-hello\r\n250 AUTH PLAIN")
            elif verb == "AUTH":
                answer("AUTH", "235 welcome")
            elif verb == "MAIL":
                answer("MAIL", "250 go on")
            elif verb == "RCPT":
                recipient = re.search(r"<(.*?)>", line.decode())[1]
                answer("RCPT", "250 go on")
            elif verb == "DATA":
                if not answer("DATA", "354 go on").startswith("354"):
                    continue
                data = b""
                while (line := incoming.readline()) not in (b".\r\n", b""):
                    data += line.removeprefix(b".") if line.startswith(b"..") else line
                if not line:
                    return  # the client broke off in the middle: discard the mail
                if reply := self.at("END", recipient):
                    outgoing.write(f"{reply}\r\n".encode())
                    continue
                with self.lock:
                    self.taken.append(message_from_bytes(data, policy=policy.default))
                answer("TAKEN", "250 taken")
            elif verb == "RSET":
                answer("RSET", "250 forgotten")
            elif verb == "QUIT":
                answer("QUIT", "221 bye")
                return


HANG_UP = "HANG UP"
"""What `at` returns to cut the connection instead of replying."""
