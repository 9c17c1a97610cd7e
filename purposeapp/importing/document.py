"""A file as it was sent, up to the JSON that it holds."""

import json
import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

AT_LINE = gettext_lazy("Line %(line)d: %(reason)s")
NOT_UTF_8 = gettext_lazy("This is not UTF-8 text.")
NOT_JSON = gettext_lazy("This is not JSON.")
TOO_DEEP = gettext_lazy("The file is nested more deeply than any export.")

LONGEST_NUMBER = 18
"""Digits that a number may have and still be read as one. It bounds the work, and no points."""


class NotAnExport(Exception):
    """A file that is not taken. Its text says where it is wrong, and why."""


class _NoNumber(Exception):
    """NaN or Infinity: Python reads them, but they are not JSON."""


def load(data: bytes):
    """What the JSON in a file holds. Raises NotAnExport, with the line, where it is none."""
    text = _decode(data)
    try:
        return json.loads(
            text, parse_int=_number, parse_constant=_refuse, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _at_line(text, error.pos, NOT_JSON) from error
    except _NoNumber as error:
        # Not in a string: those are passed over first.
        found = re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"|(NaN|-?Infinity)', text)
        position = next(match.start() for match in found if match[1])
        raise _at_line(text, position, NOT_JSON) from error
    except RecursionError as error:
        raise NotAnExport(TOO_DEEP) from error


def _decode(data: bytes) -> str:
    try:
        # Some editors put a mark before a text that they save as UTF-8.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _at_line(data, error.start, NOT_UTF_8) from error


def _at_line(text: str | bytes, position: int, reason: str | Promise) -> NotAnExport:
    newline = "\n" if isinstance(text, str) else b"\n"
    line = text[:position].count(newline) + 1  # type: ignore[arg-type]
    return NotAnExport(AT_LINE % {"line": line, "reason": reason})


def _number(digits: str) -> int | None:
    """A number; None, so nothing that is good anywhere, for one that is absurdly long."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _refuse(constant: str):
    raise _NoNumber


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a key that stands there twice has no value that is good anywhere."""
    values: dict[str, object] = {}
    for key, value in pairs:
        values[key] = None if key in values else value
    return values
