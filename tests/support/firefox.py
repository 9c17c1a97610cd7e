"""A Firefox of the distribution, driven through Marionette, its own remote protocol.

Playwright drives a patched Firefox alone, which no distribution has. Run as a program, this makes
sure that there is a Firefox, and prints its path.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.support import apt

NAMES = ["firefox-esr", "firefox"]
PLACES = ["/Applications/Firefox.app/Contents/MacOS/firefox"]
START_TIMEOUT_S = 60  # seconds, for a slow machine; it takes about three
STEP_TIMEOUT_MS = 15_000  # milliseconds that one step may take
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of a reference (W3C WebDriver)

PREFERENCES = {
    "marionette.port": 0,  # a free one, which the profile then names
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.aboutwelcome.enabled": False,
    "signon.rememberSignons": False,
}


class NoFirefoxError(RuntimeError):
    """There is no Firefox and none can be had; the message says what to do."""


def executable() -> str:
    """The path of a Firefox, which is installed first where that is possible.

    FIREFOX in the environment has the first word. Raises NoFirefoxError.
    """
    if chosen := os.environ.get("FIREFOX"):
        if shutil.which(chosen):
            return chosen
        raise NoFirefoxError(f"FIREFOX is set to {chosen}, which is no program.")
    if found := _find():
        return found
    if apt.install("firefox-esr", unless=_find) and (found := _find()):
        return found
    raise NoFirefoxError("There is no Firefox: install it, or say in FIREFOX where it is.")


def _find() -> str | None:
    return next((path for path in map(shutil.which, [*NAMES, *PLACES]) if path), None)


class Firefox:
    """One window of a Firefox without a screen, and what somebody does in it."""

    def __init__(self, path: str, profile: Path, base_url: str, **preferences: Any) -> None:
        self.base_url = base_url
        lines = (
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in {**PREFERENCES, **preferences}.items()
        )
        (profile / "user.js").write_text("\n".join(lines))
        self.process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--marionette", "--profile", str(profile)],
            env={**os.environ, "HOME": str(profile), "MOZ_CRASHREPORTER_DISABLE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._connection: socket.socket | None = None
        try:
            port = self._wait_for_port(profile / "MarionetteActivePort")
            self._connection = socket.create_connection(("127.0.0.1", port), START_TIMEOUT_S)
            self._stream = self._connection.makefile("rb")
            self._read()  # which protocol it speaks
            self._number = 0
            self.do("NewSession")
            self.do("SetTimeouts", implicit=STEP_TIMEOUT_MS, pageLoad=STEP_TIMEOUT_MS)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._connection:
            self._stream.close()
            self._connection.close()
        self.process.terminate()
        try:
            self.process.wait(START_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def do(self, command: str, **parameters: Any) -> Any:
        """One command of WebDriver; raises RuntimeError with what Firefox says of it."""
        self._number += 1
        assert self._connection
        message = json.dumps([0, self._number, f"WebDriver:{command}", parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _kind, _number, error, result = self._read()
        if error:
            raise RuntimeError(f"{command} {parameters}: {error['message']}")
        return result

    def _read(self) -> Any:
        digits = b""
        while (byte := self._stream.read(1)) != b":":
            assert byte, "Firefox is gone."
            digits += byte
        return json.loads(self._stream.read(int(digits)))

    def _wait_for_port(self, file: Path) -> int:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (file.exists() and (text := file.read_text())):
            if time.monotonic() > deadline:
                raise RuntimeError("Firefox did not start.")
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"Firefox ended with {self.process.returncode}.")
        return int(text)

    # --- What somebody does ---

    def goto(self, path: str) -> None:
        self.do("Navigate", url=f"{self.base_url}{path}")

    def back(self) -> None:
        self.do("Back")

    def back_to_whatever_comes(self) -> None:
        """Back, where the browser's own error page is an answer, too."""
        try:
            self.back()
        except RuntimeError as error:
            if "Reached error page" not in str(error):
                raise

    def forward(self) -> None:
        self.do("Forward")

    def reload(self) -> None:
        self.do("Refresh")

    def find(self, xpath: str) -> str:
        """The element, waited for until it is there."""
        return self.do("FindElement", using="xpath", value=xpath)["value"][ELEMENT]

    def count(self, xpath: str) -> int:
        """How many there are now."""
        count = f"return document.evaluate({json.dumps(f'count({xpath})')}, document).numberValue"
        return self.run(count)

    def type(self, name: str, text: str) -> None:
        field = self.find(f"//main//*[@name='{name}']")
        self.do("ElementClear", id=field)
        self.do("ElementSendKeys", id=field, text=text)

    def value(self, name: str) -> str:
        self.find(f"//main//*[@name='{name}']")
        return self.run(f"return document.querySelector(\"main [name='{name}']\").value")

    def press(self, words: str) -> None:
        """Press the last button with these words in the main part of the page."""
        button = f"(//main//button[normalize-space()='{words}'])[last()]"
        self.do("ElementClick", id=self.find(button))

    def run(self, script: str) -> Any:
        return self.do("ExecuteScript", script=script, args=[])["value"]

    @property
    def path(self) -> str:
        return self.run("return location.pathname")


if __name__ == "__main__":
    try:
        print(executable())
    except NoFirefoxError as error:
        sys.exit(str(error))
