"""Validation of untrusted JSON: strict parsing, then a form for each entry.

A file is accepted or refused as a whole. The error names the line or entry and the reason, and
never repeats any of the file's content.
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
NOT_UTF_8 = _("This isn't a text file in UTF-8. Choose a file that was exported here.")
NOT_JSON = _("This is not JSON.")
NOT_FINITE = _("This is not JSON: NaN and Infinity aren't allowed.")
TOO_MANY_VALUES = _("The file holds more than any export.")
TOO_DEEP = _("The file is nested more deeply than any export.")
NOT_AN_EXPORT = _("This is JSON, but not an export of Five Purposes.")
UNKNOWN_VERSION = _("Choose a file that was exported here, in version 1. We can't read any other.")
NOT_AN_OBJECT = _("This is not a JSON object.")
MISSING = _("“%(key)s” is missing.")
NOT_TEXT = _("This must be text without damaged characters.")
NOT_A_CHOICE = _("This must be one of: %(values)s.")
NOT_A_UUID = _("This must be a UUID.")
NOT_A_NUMBER = _("This must be a whole number from 0 to %(most)d.")
NOT_A_DAY = _("This must be a day, such as 2026-11-23, or null.")

VERSION = 1
"""The only export version so far."""

MAX_DIGITS = 18
"""Maximum number of digits of a number. It bounds the parsing work, not the points."""

MAX_VALUES = 1_000_000
"""Maximum number of values in a document, several times as many as in the largest export.

It bounds memory: a megabyte of brackets becomes many megabytes of lists.
"""

_STRING_OR_VALUE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|([,\[{])', re.DOTALL)
"""A string, or what stands before a value outside of strings: an opening bracket or a comma."""

UNUSABLE = object()
"""Sentinel for a number beyond MAX_DIGITS or a duplicate key. No field accepts it."""


class InvalidFile(ValidationError):
    """The file is refused. The message says where it's wrong, and why."""


@contextmanager
def at_entry(number: int, pattern=AT_ENTRY) -> Iterator[None]:
    """Context manager that turns a ValidationError into InvalidFile with the entry's number."""
    try:
        yield
    except ValidationError as error:
        reason = error.messages[0]
        raise InvalidFile(pattern, params={"number": number, "reason": reason}) from error


def load(data: bytes) -> dict:
    """Parse a JSON export: an object with version 1. Raises InvalidFile."""
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
    # Check the type, because True == 1 and 1.0 == 1 in Python.
    if type(document.get("version")) is not int or document["version"] != VERSION:
        raise InvalidFile(UNKNOWN_VERSION)
    return document


def _refuse_too_many_values(data: bytes) -> None:
    """Raise InvalidFile if the data may have more than MAX_VALUES values.

    Counts opening brackets and commas outside strings: a list or object has one for each value.
    A value has at most two strings, its key and itself. Needs constant memory, whatever the data.
    """
    values = strings = 0
    for found in _STRING_OR_VALUE.finditer(data):
        if found.lastindex:
            values += 1
        else:
            strings += 1
        if values > MAX_VALUES or strings > 2 * MAX_VALUES:
            raise InvalidFile(TOO_MANY_VALUES)


def decode(data: bytes) -> str:
    """Decode a file as UTF-8. Raises InvalidFile."""
    try:
        # Some editors save UTF-8 with a byte order mark.
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
    """A text that can be stored, not stripped. Values of other types are refused.

    Django's own field would convert them to text.
    """

    def __init__(self, **kwargs) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value) -> str:
        if not isinstance(value, str):
            raise ValidationError(NOT_TEXT, code="invalid")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            # An unpaired surrogate, which Python allows in a string but UTF-8 doesn't.
            raise ValidationError(NOT_TEXT, code="invalid") from error
        return value


class ChoiceField(TextField):
    """One of several texts. The error names them, but not the value in the file."""

    def __init__(self, *, values: Sequence[str], **kwargs) -> None:
        super().__init__(**kwargs)
        self.values = values

    def validate(self, value: str) -> None:
        if value not in self.values:
            values = ", ".join(f'"{known}"' for known in self.values)
            raise ValidationError(NOT_A_CHOICE, code="invalid_choice", params={"values": values})


class UUIDField(forms.Field):
    """A UUID in its canonical form, in any case (RFC 9562), as exports have it.

    Python would take braces, missing hyphens and the digits of other scripts too.
    """

    def to_python(self, value) -> UUID:
        try:
            id = UUID(value)
        except (AttributeError, TypeError, ValueError) as error:
            raise ValidationError(NOT_A_UUID, code="invalid") from error
        if str(id) != value.lower():
            raise ValidationError(NOT_A_UUID, code="invalid")
        return id


class WholeNumberField(forms.Field):
    """A whole number from 0 to `max_value`."""

    def __init__(self, *, max_value: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.max_value = max_value

    def to_python(self, value) -> int:
        # Check the exact type, because bool is a subclass of int.
        if type(value) is not int or not 0 <= value <= self.max_value:
            raise ValidationError(NOT_A_NUMBER, code="invalid", params={"most": self.max_value})
        return value


class ISODateField(forms.Field):
    """A date (ISO 8601), or null."""

    def to_python(self, value) -> date | None:
        try:
            return None if value is None else date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(NOT_A_DAY, code="invalid") from error


class EntryForm(forms.Form):
    """Form that validates a file's entries, whose keys are its fields. Unknown keys are ignored.

    One instance validates all entries in turn: creating a form copies its fields, which takes
    longer than validating an entry.
    """

    defaults: dict[str, object] = {}
    """Default values of keys that older exports lack."""

    def __init__(self) -> None:
        super().__init__({})

    def clean_entry(self, entry) -> dict[str, Any]:
        """Return the entry's cleaned values. Raises ValidationError for the first error in it."""
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
