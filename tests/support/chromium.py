"""Find Chromium. Run as a program, this installs it if necessary and prints its path.

Its headless shell is the same engine without the browser window, and takes two thirds of the CPU.
"""

import os
import shutil
import sys

from playwright.sync_api import Playwright, sync_playwright

from tests.support import apt

NAMES = ["chromium", "google-chrome", "google-chrome-stable"]
PLACES = ["/usr/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
SHELL = "chromium-headless-shell"

# Flags that work as root, in a container and without a network, and disable update checks.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


class NoChromiumError(RuntimeError):
    """Chromium is missing and can't be installed; the message says what to do."""


def executable(playwright: Playwright) -> str:
    """Return the path of a Chromium; install one if there is none and that is possible.

    CHROMIUM in the environment takes precedence. Raises NoChromiumError.
    """
    if chosen := os.environ.get("CHROMIUM"):
        if shutil.which(chosen):
            return chosen
        raise NoChromiumError(f"CHROMIUM is set to {chosen}, which is no program.")
    if found := _find(playwright):
        return found
    packages = ["chromium", "fonts-liberation"]
    if apt.install(*packages, unless=lambda: _find(playwright)) and (found := _find(playwright)):
        return found
    raise NoChromiumError(
        "There is no Chromium: install chromium or Google Chrome, or say in CHROMIUM where it is."
    )


def shell(playwright: Playwright) -> str:
    """Return the path of the headless shell, installed if possible, or else of a Chromium.

    CHROMIUM in the environment takes precedence. Raises NoChromiumError.
    """
    chromium = executable(playwright)
    if os.environ.get("CHROMIUM"):
        return chromium
    apt.install(SHELL, unless=_find_shell)
    return _find_shell() or chromium


def _find_shell() -> str | None:
    return shutil.which(SHELL)


def _find(playwright: Playwright) -> str | None:
    candidates = [*PLACES, *NAMES, playwright.chromium.executable_path]
    return next((path for path in map(shutil.which, candidates) if path), None)


if __name__ == "__main__":
    with sync_playwright() as _playwright:
        try:
            print(executable(_playwright), shell(_playwright), sep="\n")
        except NoChromiumError as error:
            sys.exit(str(error))
