"""Log lines without the words of anybody."""

import re

from structlog.typing import EventDict, WrappedLogger

DETAIL = re.compile(
    r"^DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.DOTALL | re.MULTILINE
)
"""What PostgreSQL adds to an error, as far as the next exception of the chain."""


def hide_rows(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Redact a formatted exception: in its detail, PostgreSQL repeats the row that broke a rule."""
    if "exception" in event:
        event["exception"] = DETAIL.sub("DETAIL: …", event["exception"])
    return event
