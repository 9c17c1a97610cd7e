import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest
from django.conf import settings

FAILS = """
import logging
from config import settings
import sentry_sdk
note = "a note of someone"
try:
    raise ValueError(f"the row of {note} breaks a rule")
except ValueError:
    logging.getLogger("site").exception("could not store %s", note)
sentry_sdk.flush()
"""


@pytest.fixture
def sentry():
    """A fake Sentry server: the events that it receives, and its DSN."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Encoding"] == "br"
            received.append(brotli.decompress(body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield received, f"http://key@127.0.0.1:{server.server_port}/1"
        server.shutdown()
        thread.join()


@pytest.mark.processes
def test_a_failure_is_reported_with_its_stack_and_nothing_of_anybody(sentry):
    received, dsn = sentry
    environment = {"PATH": os.environ["PATH"], "SENTRY_DSN": dsn}
    done = subprocess.run(
        [sys.executable, "-c", FAILS], cwd=settings.BASE_DIR, env=environment, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    (event,) = received
    assert '"ValueError"' in event
    assert "could not store %s" in event
    assert '"lineno":7' in event
    assert "a note of someone" not in event.replace('note = \\"a note of someone\\"', "")
