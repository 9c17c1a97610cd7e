"""Install Debian packages, if the tests run as root on Debian."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def install(*packages: str, unless: Callable[[], object]) -> bool:
    """Install the packages, only once even if several test processes start together.

    Return False if that isn't possible: we are not root, this is not Debian (Ubuntu's browser
    packages only ask for a snap), or apt failed and has printed why.
    """
    release = Path("/etc/os-release")
    is_debian = release.exists() and "ID=debian" in release.read_text().splitlines()
    if os.geteuid() != 0 or not is_debian or not shutil.which("apt-get"):
        return False
    with Path(tempfile.gettempdir(), "five-purposes-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if unless():
            return True
        print(f"Installing {packages[0]} with apt-get ...", file=sys.stderr, flush=True)
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "--quiet", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,
            )
            if done.returncode:
                print(f"apt-get {command[0]} failed.", file=sys.stderr, flush=True)
                return False
    return True
