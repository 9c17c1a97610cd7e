"""Waiting for a condition, instead of for a time."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, timeout_s: float = 60) -> bool:
    """Poll until the condition holds. Raises AssertionError where it never does."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return True
