"""Drive the distribution's Firefox through Marionette, its own remote protocol.

Playwright works only with a patched Firefox, which no distribution has. Run as a program, this
installs Firefox if necessary and prints its path.
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
START_TIMEOUT_S = 60  # for a slow machine; it takes about three
STEP_TIMEOUT_MS = 15_000  # the time that one step may take
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the web element identifier (W3C WebDriver)

PREFERENCES = {
    "marionette.port": 0,  # any free port; Firefox writes it to the profile
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.aboutwelcome.enabled": False,
    "signon.rememberSignons": False,
}


class NoFirefoxError(RuntimeError):
    """Firefox is missing and can't be installed; the message says what to do."""


def executable() -> str:
    """Return the path of a Firefox; install one if there is none and that is possible.

    FIREFOX in the environment takes precedence. Raises NoFirefoxError.
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
    """A window of a headless Firefox, and the user's actions in it."""

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
            self._read()  # the greeting, with the protocol version
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
        """Run a WebDriver command. Raises RuntimeError with Firefox's error message."""
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

    # --- User actions ---

    def goto(self, path: str) -> None:
        self.do("Navigate", url=f"{self.base_url}{path}")

    def back(self) -> None:
        self.do("Back")

    def back_to_whatever_comes(self) -> None:
        """Go back, and accept the browser's own error page as an outcome too."""
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
        """Wait for an element and return its reference."""
        return self.do("FindElement", using="xpath", value=xpath)["value"][ELEMENT]

    def count(self, xpath: str) -> int:
        """Return how many elements match now."""
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
