"""A history as a file to take away: JSON, which holds it exactly, and CSV, for spreadsheets.

The keys of the one are the columns of the other. Both are a public contract: keys may be added
at the end, none is renamed.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from datetime import UTC

from .models import Assessment, Reminder
from .split import Purpose

VERSION = 1
KEYS = ["id", "taken_at", *Purpose.values, "note"]

STARTS_A_FORMULA = re.compile(
    r"""
    [\t\r\n]                # some spreadsheets skip these, and run what follows
    |
    [\s"'\x00-\x1f\u200b-\u200f\u2060\ufeff]*   # so do some with quotes and what is invisible
    [=+\-@\uff1d\uff0b\uff0d\uff20]             # how a formula begins, in full width too
    """,
    re.VERBOSE,
)


def to_json(assessments: Iterable[Assessment], reminder: Reminder | None = None) -> str:
    """The assessments as JSON, in the order given; an import reads it back without a loss.

    The reminder stands there to be read; no import sets one.
    """
    return json.dumps(
        {
            "version": VERSION,
            "assessments": [_values(assessment) for assessment in assessments],
            "reminder": reminder and _reminder(reminder),
        },
        ensure_ascii=False,
        indent=2,
    )


def to_csv(assessments: Iterable[Assessment]) -> str:
    """The assessments as CSV (RFC 4180), in the order given, under a row of headers.

    A note that a spreadsheet would run as a formula gets an apostrophe before it, so that it
    stays text (OWASP, "CSV injection"). That makes CSV the one to read, JSON the one to keep.
    """
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, KEYS, lineterminator="\r\n")
    table.writeheader()
    for assessment in assessments:
        table.writerow({**_values(assessment), "note": defused(assessment.note)})
    return file.getvalue()


def defused(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    return f"'{text}" if STARTS_A_FORMULA.match(text) else text


def _reminder(reminder: Reminder) -> dict[str, str | None]:
    due_on = reminder.due_on.isoformat() if reminder.due_on else None
    return {"rhythm": reminder.rhythm, "due_on": due_on}


def _values(assessment: Assessment) -> dict[str, str | int]:
    # Not strftime: it writes years before 1000 without their zeros.
    taken_at = assessment.taken_at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "id": str(assessment.id),
        "taken_at": taken_at.replace("+00:00", "Z"),
        **assessment.split.as_dict(),
        "note": assessment.note,
    }
