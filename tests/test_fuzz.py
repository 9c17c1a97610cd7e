"""A short run of `make fuzz`, with a few thousand hostile requests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
pytestmark = pytest.mark.processes


def test_two_thousand_hostile_requests():
    done = subprocess.run(
        [sys.executable, "-m", "drill.fuzz"],
        cwd=CHECKOUT,
        env={**os.environ, "N": "2000"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
