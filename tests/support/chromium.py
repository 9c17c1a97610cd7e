"""Where Chromium is. Run as a program, this makes sure that there is one, and prints its path."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ["chromium", "google-chrome", "google-chrome-stable"]
PLACES = ["/usr/bin/chromium", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]

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
    if os.geteuid() == 0 and _is_debian() and shutil.which("apt-get"):
        _install(playwright)
        if found := _find(playwright):
            return found
    raise NoChromiumError(
        "There is no Chromium: install chromium or Google Chrome, or say in CHROMIUM where it is."
    )


def _find(playwright: Playwright) -> str | None:
    candidates = [*PLACES, *NAMES, playwright.chromium.executable_path]
    return next((path for path in map(shutil.which, candidates) if path), None)


def _is_debian() -> bool:
    release = Path("/etc/os-release")  # Ubuntu's package of that name only asks for a snap
    return release.exists() and "ID=debian" in release.read_text().splitlines()


def _install(playwright: Playwright) -> None:
    """Let Debian install it: once, also when several processes of tests begin together."""
    print("Installing Chromium with apt-get ...", file=sys.stderr, flush=True)
    with Path(tempfile.gettempdir(), "five-purposes-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _find(playwright):
            return
        packages = ["chromium", "fonts-liberation"]
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "--quiet", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
            )
            if done.returncode:
                raise NoChromiumError(f"apt-get {command[0]} failed, so there is no Chromium.")


if __name__ == "__main__":
    with sync_playwright() as _playwright:
        try:
            print(executable(_playwright))
        except NoChromiumError as error:
            sys.exit(str(error))
