"""A real OpenID Connect provider on loopback, in LinkedIn's place, in a process of its own.

In a process, since the library that it stands on warns about itself, and warnings are errors here.
"""

import os
import re
import subprocess
import sys
import threading
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

LISTENS = re.compile(r"running on (http://[^ ]+)")


class Provider:
    """Signs people in by what they type, and tells who they are."""

    def start(self) -> None:
        """Start it, and come back when it listens. Raises RuntimeError when it does not."""
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", "0"],
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        for line in self.process.stderr:
            said.append(line)
            if listens := LISTENS.search(line):
                self.url = listens[1]
                # Somebody has to listen on, or it would stand still when the pipe is full.
                self.listener = threading.Thread(target=self.process.stderr.read, daemon=True)
                self.listener.start()
                return
        self.stop()
        raise RuntimeError(f"The provider did not start:\n{''.join(said)}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        if hasattr(self, "listener"):
            self.listener.join()
        self.process.stderr.close()

    def knows(self, sub: str, **claims) -> None:
        """Somebody has an account there, and this is what the provider tells about them."""
        claims.setdefault("name", "Ada Example")
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=30).raise_for_status()

    def consent(self, authorize_url: str, sub: str) -> str:
        """Sign in there as somebody, agree, and return where it leads back to."""
        return self._answer(authorize_url, {"sub": sub})

    def refuse(self, authorize_url: str) -> str:
        """Refuse, and return where it leads back to; with the state, as LinkedIn does."""
        back = self._answer(authorize_url, {"action": "deny"})
        state = parse_qs(urlsplit(authorize_url).query)["state"][0]
        return f"{back}&{urlencode({'state': state})}"

    def _answer(self, authorize_url: str, form: dict) -> str:
        answer = requests.post(authorize_url, form, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        return urljoin(self.url, answer.headers["Location"])
