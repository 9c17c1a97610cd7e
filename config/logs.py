"""Redact personal data in log lines."""

import re

from structlog.typing import EventDict, WrappedLogger

DETAIL = re.compile(
    r"^DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL | re.MULTILINE
)
"""The DETAIL that PostgreSQL adds to an error, up to the next exception of the chain."""


def hide_rows(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Redact the DETAIL of a formatted exception: it repeats the row that broke a constraint."""
    if "exception" in event:
        event["exception"] = DETAIL.sub("DETAIL: …", event["exception"])
    return event
