"""Wait for a condition instead of sleeping for a fixed time."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, timeout_s: float = 60) -> bool:
    """Poll until the condition holds. Raises AssertionError after the timeout."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return True
