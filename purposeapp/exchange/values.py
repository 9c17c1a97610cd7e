"""The values in a file, each held against what it can be. What is wrong is raised as Wrong."""

import re
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy

from .hostile_json import NotAnExport, Wrong, is_text

UNKNOWN_VERSION = gettext_lazy("This export has another version than 1, the only one known here.")
MISSING = gettext_lazy("“%(key)s” is missing.")
BAD_NUMBER = gettext_lazy("“%(key)s” must be a whole number from 0 to %(most)d.")
BAD_DAY = gettext_lazy("“%(key)s” must be a day, such as 2026-11-23, or null.")
BAD_TEXT = gettext_lazy("“%(key)s” must be text without damaged characters.")


def check_version(document: dict) -> None:
    """Raise NotAnExport for any version but 1."""
    # True is 1 to Python, and 1.0 is too.
    if type(document.get("version")) is not int or document["version"] != 1:
        raise NotAnExport(UNKNOWN_VERSION)


def check_keys(values: dict, keys: Iterable[str]) -> None:
    """Raise Wrong for the first of `keys` that is missing."""
    for key in keys:
        if key not in values:
            raise Wrong(MISSING % {"key": key})


def read_number(values: dict, key: str, most: int) -> int:
    """A whole number from 0 to `most`."""
    # Booleans are whole numbers to Python, and nowhere else.
    if type(values[key]) is not int or not 0 <= values[key] <= most:
        raise Wrong(BAD_NUMBER % {"key": key, "most": most})
    return values[key]


def read_day(values: dict, key: str) -> date | None:
    """A day, or None for null."""
    value = values[key]
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise Wrong(BAD_DAY % {"key": key})
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Wrong(BAD_DAY % {"key": key}) from error


def read_text(values: dict, key: str) -> str:
    """Text that can be stored."""
    if not is_text(values[key]):
        raise Wrong(BAD_TEXT % {"key": key})
    return values[key]
