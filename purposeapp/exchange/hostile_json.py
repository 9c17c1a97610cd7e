"""JSON from whoever may mean harm: it is read as strictly as it is defined, or refused.

What is wrong is said with its line or entry. Nothing of a file is ever repeated in what is said.
"""

import json
import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

AT_LINE = gettext_lazy("Line %(line)d: %(reason)s")
AT_ENTRY = gettext_lazy("Entry %(entry)d: %(reason)s")
NOT_UTF_8 = gettext_lazy("This is not UTF-8 text.")
NOT_JSON = gettext_lazy("This is not JSON.")
TOO_DEEP = gettext_lazy("The file is nested more deeply than any export.")

MAX_DIGITS = 18
"""Digits that a number may have and still be read as one. It bounds the work, and no points."""


class NotAnExport(Exception):
    """A file that is not taken. Its text says where it is wrong, and why."""


class Wrong(Exception):
    """What is wrong with a value; whoever catches it knows where it stands."""


def load(data: bytes):
    """What the JSON text in `data` holds. Raises NotAnExport.

    A key that stands twice in an object, and an absurdly long number, become None, which is
    good for nothing in an export.
    """
    text = _decode(data)
    try:
        return json.loads(
            text, parse_int=_number, parse_constant=_refuse, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _at_line(text, error.pos, NOT_JSON) from error
    except Wrong as wrong:
        # Not in a string: those are passed over first.
        found = re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"|(NaN|-?Infinity)', text)
        position = next(match.start() for match in found if match[1])
        raise _at_line(text, position, NOT_JSON) from wrong
    except RecursionError as error:
        raise NotAnExport(TOO_DEEP) from error


def at_entry(number: int, reason: str | Promise) -> NotAnExport:
    """Why a file is not taken: for this reason, in this entry, counted from 1."""
    return NotAnExport(AT_ENTRY % {"entry": number, "reason": reason})


def is_text(value) -> bool:
    """Whether it is text that can be stored: no NUL, and no half of a surrogate pair."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _at_line(text: str | bytes, position: int, reason: str | Promise) -> NotAnExport:
    newline = "\n" if isinstance(text, str) else b"\n"
    line = text[:position].count(newline) + 1  # type: ignore[arg-type]
    return NotAnExport(AT_LINE % {"line": line, "reason": reason})


def _decode(data: bytes) -> str:
    try:
        # Some editors put a mark before a text that they save as UTF-8.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _at_line(data, error.start, NOT_UTF_8) from error


def _number(digits: str) -> int | None:
    """A number; None, so nothing that is good anywhere, for one that is absurdly long."""
    return int(digits) if len(digits) <= MAX_DIGITS else None


def _refuse(constant: str):
    """NaN and Infinity: Python reads them, but they are not JSON."""
    raise Wrong(NOT_JSON)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a key that stands there twice has no value that is good anywhere."""
    values: dict[str, object] = {}
    for key, value in pairs:
        values[key] = None if key in values else value
    return values
