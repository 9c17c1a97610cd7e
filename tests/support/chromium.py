"""Where Chromium is. Run as a program, this makes sure that there is one, and prints its path.

Its headless shell is the same engine with no window around it, and takes half of the work.
"""

import os
import shutil
import sys

from playwright.sync_api import Playwright, sync_playwright

from tests.support import apt

NAMES = ["chromium", "google-chrome", "google-chrome-stable"]
PLACES = ["/usr/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
SHELL = "chromium-headless-shell"

# What works as root, in a container, without a network, and asks nobody for updates.
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
    """There is no Chromium and none can be had; the message says what to do."""


def executable(playwright: Playwright) -> str:
    """The path of a Chromium, which is installed first where that is possible.

    CHROMIUM in the environment has the first word. Raises NoChromiumError.
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
    """The path of the headless shell, installed first where possible; of a Chromium where not.

    CHROMIUM in the environment has the first word. Raises NoChromiumError.
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
