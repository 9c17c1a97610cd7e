"""Untrusted JSON: parsed strictly, and each entry validated by a form.

A file is valid as a whole or refused as a whole, with the line or entry and the reason. Nothing
of it is ever repeated in the reason.
"""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

AT_LINE = _("Line %(line)d: %(reason)s")
AT_ENTRY = _("Entry %(number)d: %(reason)s")
AT_KEY = _("“%(key)s”: %(reason)s")
NOT_UTF_8 = _("This is not UTF-8 text.")
NOT_JSON = _("This is not JSON.")
NOT_FINITE = _("This is not JSON: NaN and Infinity aren't allowed.")
TOO_MANY_VALUES = _("The file holds more than any export.")
TOO_DEEP = _("The file is nested more deeply than any export.")
NOT_AN_EXPORT = _("This is JSON, but not an export of Five Purposes.")
UNKNOWN_VERSION = _("This isn't a version 1 export, the only kind we can read.")
NOT_AN_OBJECT = _("This is not a JSON object.")
MISSING = _("“%(key)s” is missing.")
NOT_TEXT = _("This must be text without damaged characters.")
NOT_A_CHOICE = _("This must be one of: %(values)s.")
NOT_A_UUID = _("This must be a UUID.")
NOT_A_NUMBER = _("This must be a whole number from 0 to %(most)d.")
NOT_A_DAY = _("This must be a day, such as 2026-11-23, or null.")

VERSION = 1
"""The version of every export that there is."""

MAX_DIGITS = 18
"""Digits that a number may have and still be read as one. It bounds the work, and no points."""

MAX_VALUES = 1_000_000
"""Values that a document may have, several times those of the largest export. It bounds memory: a
megabyte of brackets becomes many megabytes of lists."""

_TEXTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)

UNUSABLE = object()
"""Sentinel for a number beyond MAX_DIGITS, or a duplicate key: no field takes it."""


class InvalidFile(ValidationError):
    """A file that is not taken. Its message says where it is wrong, and why."""


@contextmanager
def at_entry(number: int, pattern=AT_ENTRY) -> Iterator[None]:
    """Raise InvalidFile, with the number of the entry, for any ValidationError within."""
    try:
        yield
    except ValidationError as error:
        reason = error.messages[0]
        raise InvalidFile(pattern, params={"number": number, "reason": reason}) from error


def load(data: bytes) -> dict:
    """The export in `data`, an object of version 1. Raises InvalidFile."""
    text = decode(data)
    _refuse_too_many_values(data)
    try:
        document = json.loads(
            text, parse_int=_number, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise InvalidFile(AT_LINE, params={"line": error.lineno, "reason": NOT_JSON}) from error
    except RecursionError as error:
        raise InvalidFile(TOO_DEEP) from error
    if not isinstance(document, dict):
        raise InvalidFile(NOT_AN_EXPORT)
    # True is 1 to Python, and 1.0 is too.
    if type(document.get("version")) is not int or document["version"] != VERSION:
        raise InvalidFile(UNKNOWN_VERSION)
    return document


def _refuse_too_many_values(data: bytes) -> None:
    """Each value but the first in a list or an object comes after a comma or begins one."""
    structure = _TEXTS.sub(b"", data)
    if sum(map(structure.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise InvalidFile(TOO_MANY_VALUES)


def decode(data: bytes) -> str:
    """The text of a file that is UTF-8. Raises InvalidFile."""
    try:
        # Some editors put a byte order mark before a text that they save as UTF-8.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidFile(AT_LINE, params={"line": line, "reason": NOT_UTF_8}) from error


def _number(digits: str) -> object:
    return int(digits) if len(digits) <= MAX_DIGITS else UNUSABLE


def _refuse_constant(constant: str) -> None:
    raise InvalidFile(NOT_FINITE)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in pairs:
        values[key] = UNUSABLE if key in values else value
    return values


class TextField(forms.CharField):
    """Text as it is in the file, spaces included, that can be stored.

    Django's own field converts whatever else it is given.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value) -> str:
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT, code="invalid")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            # Half of a surrogate pair: text to Python, and to nobody else.
            raise ValidationError(NOT_TEXT, code="invalid") from error
        return value


class ChoiceField(TextField):
    """One of a few words. The reason names those, and not what the file has."""

    def __init__(self, *, values: Sequence[str], **kwargs) -> None:
        super().__init__(**kwargs)
        self.values = values

    def validate(self, value: str) -> None:
        if value not in self.values:
            values = ", ".join(f'"{known}"' for known in self.values)
            raise ValidationError(NOT_A_CHOICE, code="invalid_choice", params={"values": values})


class UUIDField(forms.Field):
    """A UUID."""

    def to_python(self, value) -> UUID:
        try:
            return UUID(value)
        except (AttributeError, TypeError, ValueError) as error:
            raise ValidationError(NOT_A_UUID, code="invalid") from error


class WholeNumberField(forms.Field):
    """A whole number from 0 to `max_value`."""

    def __init__(self, *, max_value: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.max_value = max_value

    def to_python(self, value) -> int:
        # By the exact type: booleans are whole numbers to Python, and nowhere else.
        if type(value) is not int or not 0 <= value <= self.max_value:
            raise ValidationError(NOT_A_NUMBER, code="invalid", params={"most": self.max_value})
        return value


class DayField(forms.Field):
    """A day (ISO 8601), or null."""

    def to_python(self, value) -> date | None:
        try:
            return None if value is None else date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(NOT_A_DAY, code="invalid") from error


class EntryForm(forms.Form):
    """The entries of a file, one after the other: their keys are the fields.

    Keys that are not known are passed over. One form for all of them, since making a form copies
    its fields, which takes longer than to clean an entry.
    """

    defaults: dict[str, object] = {}
    """Default values of keys that older exports lack."""

    def __init__(self) -> None:
        super().__init__({})

    def clean_entry(self, entry) -> dict[str, Any]:
        """The cleaned values of an entry. Raises ValidationError: the first thing wrong with it."""
        if not isinstance(entry, dict):
            raise ValidationError(NOT_AN_OBJECT)
        self.data = {**self.defaults, **entry}
        for key in self.fields:
            if key not in self.data:
                raise ValidationError(MISSING, params={"key": key})
        self.full_clean()
        for key, reasons in self.errors.items():
            if key == NON_FIELD_ERRORS:
                raise ValidationError(reasons[0])
            raise ValidationError(AT_KEY, params={"key": key, "reason": reasons[0]})
        return self.cleaned_data
