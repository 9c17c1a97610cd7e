"""A real OpenID Connect provider on loopback, in LinkedIn's place.

It runs in its own process because its library emits warnings, which are errors in our tests.
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
    """A provider that signs in anyone by the `sub` that they enter, and returns their claims."""

    def start(self) -> None:
        """Start the provider and wait until it listens. Raises RuntimeError if it fails."""
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
                # Keep reading, or the process would block when the pipe is full.
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
        """Create an account at the provider, with these claims."""
        claims.setdefault("name", "Ada Example")
        requests.put(f"{self.url}/users/{sub}", json=claims, timeout=30).raise_for_status()

    def consent(self, authorize_url: str, sub: str) -> str:
        """Sign in at the provider as `sub`, consent, and return the redirect URL."""
        return self._answer(authorize_url, {"sub": sub})

    def refuse(self, authorize_url: str) -> str:
        """Refuse consent, and return the redirect URL, with the state added as LinkedIn does."""
        back = self._answer(authorize_url, {"action": "deny"})
        state = parse_qs(urlsplit(authorize_url).query)["state"][0]
        return f"{back}&{urlencode({'state': state})}"

    def _answer(self, authorize_url: str, form: dict) -> str:
        answer = requests.post(authorize_url, form, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.text
        return urljoin(self.url, answer.headers["Location"])
