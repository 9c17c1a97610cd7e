"""Reading an export back: all of it is right, or nothing is taken.

Whoever sends a file may have changed it by hand, or mean harm. So each value is held against
what an export can hold, and what is wrong is said with its place. Nothing of the file is ever
repeated in what is said.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from .exporting import KEYS, VERSION
from .models import Assessment, User
from .models.assessment import EARLIEST, NOTE_MAX_LENGTH
from .split import BUDGET, Purpose, Split, budget_error

AT_LINE = gettext_lazy("Line %(line)d: %(reason)s")
AT_ENTRY = gettext_lazy("Entry %(entry)d: %(reason)s")
NOT_UTF_8 = gettext_lazy("This is not UTF-8 text.")
NOT_JSON = gettext_lazy("This is not JSON.")
TOO_DEEP = gettext_lazy("The file is nested more deeply than any export.")
NOT_AN_EXPORT = gettext_lazy("This is JSON, but not an export of Five Purposes.")
UNKNOWN_VERSION = gettext_lazy("This export has another version than 1, the only one known here.")
NOT_AN_ENTRY = gettext_lazy("This is not an assessment.")
MISSING = gettext_lazy("“%(key)s” is missing.")
BAD_ID = gettext_lazy("“id” must be a UUID.")
BAD_POINTS = gettext_lazy("“%(key)s” must be a whole number from 0 to 10.")
BAD_TIME = gettext_lazy(
    "“taken_at” must be a date and time with its offset, such as 2026-11-23T10:00:00Z."
)
TOO_EARLY = gettext_lazy("“taken_at” is before LinkedIn opened.")
IN_THE_FUTURE = gettext_lazy("“taken_at” is in the future.")
BAD_NOTE = gettext_lazy("“note” must be text without damaged characters.")
NOTE_TOO_LONG = gettext_lazy("“note” is longer than 2,000 characters.")
OTHER_POINTS_IN_FILE = gettext_lazy("An entry above has the same “id” and other points.")
OTHER_POINTS_HERE = gettext_lazy("Your history has it already, with other points.")

LONGEST_NUMBER = 18
"""Digits that a number may have and still be read as one. It bounds the work, and no points."""


class NotAnExport(Exception):
    """A file that is not taken. Its text says where it is wrong, and why."""


@dataclass(frozen=True)
class Entry:
    """One assessment, as it stands in a file."""

    number: int
    """Where it stands, counted from 1."""
    id: UUID
    taken_at: datetime
    split: Split
    note: str

    def refusal(self, reason: str | Promise) -> NotAnExport:
        """Why the file that it stands in is not taken."""
        return _at_entry(self.number, reason)


def read(data: bytes) -> list[Entry]:
    """The assessments in an export, each id once, in the order of the file.

    Where an id stands there again with the same points, the first one counts. Keys that are
    not known are passed over. Raises NotAnExport.
    """
    document = _load(_decode(data))
    if not isinstance(document, dict) or "version" not in document:
        raise NotAnExport(NOT_AN_EXPORT)
    # True is 1 to Python, and 1.0 is too.
    if type(document["version"]) is not int or document["version"] != VERSION:
        raise NotAnExport(UNKNOWN_VERSION)
    if not isinstance(document.get("assessments"), list):
        raise NotAnExport(NOT_AN_EXPORT)
    now = timezone.now()
    entries: dict[UUID, Entry] = {}
    for number, values in enumerate(document["assessments"], start=1):
        try:
            entry = _entry(number, values, now)
        except _Wrong as wrong:
            raise _at_entry(number, wrong.args[0]) from wrong
        if entries.setdefault(entry.id, entry).split != entry.split:
            raise entry.refusal(OTHER_POINTS_IN_FILE)
    return list(entries.values())


@transaction.atomic
def bring_back(user: User, entries: list[Entry]) -> int:
    """Add to the history of `user` those entries that it lacks, and return how many they were.

    What is there already stays as it is, with its own note and moment. An id that stands in
    somebody else's history is not free; such an entry gets an id that is always the same for
    this person, so that it is recognised too. Raises NotAnExport where an entry is there with
    other points, and then adds nothing.
    """
    # One import of a person at a time: a second one then finds what the first has added.
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk).first():
        return 0  # the account is gone since, and there is no history to add to
    before, missing = _compare(user, entries)
    # Whether an id is free is for PostgreSQL to say. Nothing that others have is ever read.
    Assessment.objects.bulk_create(
        [_assessment(user, entry, entry.id) for entry in missing], ignore_conflicts=True
    )
    after, missing = _compare(user, entries)
    Assessment.objects.bulk_create(
        [_assessment(user, entry, _own_id(user, entry)) for entry in missing]
    )
    return after - before + len(missing)


def _own_id(user: User, entry: Entry) -> UUID:
    """The id that an entry gets for `user` where its own one is not free."""
    return uuid5(entry.id, str(user.pk))


def _compare(user: User, entries: list[Entry]) -> tuple[int, list[Entry]]:
    """How many of the entries are in the history of `user`, and those that are not.

    The latter are in the order of their ids, so that two imports that add the same ones wait
    for each other instead of blocking each other for good.
    """
    own_ids = {entry.id: _own_id(user, entry) for entry in entries}
    mine = Assessment.objects.for_user(user).only(*Purpose.values)
    here = mine.in_bulk([*own_ids, *own_ids.values()])
    missing = []
    for entry in entries:
        stored = here.get(entry.id) or here.get(own_ids[entry.id])
        if stored is None:
            missing.append(entry)
        elif stored.split != entry.split:
            raise entry.refusal(OTHER_POINTS_HERE)
    return len(here), sorted(missing, key=lambda entry: entry.id)


def _assessment(user: User, entry: Entry, id: UUID) -> Assessment:
    return Assessment(
        id=id, user=user, taken_at=entry.taken_at, note=entry.note, **entry.split.as_dict()
    )


class _Wrong(Exception):
    """What is wrong with a value; whoever catches it knows where it stands."""


def _at_line(text: str | bytes, position: int, reason: str | Promise) -> NotAnExport:
    newline = "\n" if isinstance(text, str) else b"\n"
    line = text[:position].count(newline) + 1  # type: ignore[arg-type]
    return NotAnExport(AT_LINE % {"line": line, "reason": reason})


def _at_entry(number: int, reason: str | Promise) -> NotAnExport:
    return NotAnExport(AT_ENTRY % {"entry": number, "reason": reason})


def _decode(data: bytes) -> str:
    try:
        # Some editors put a mark before a text that they save as UTF-8.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _at_line(data, error.start, NOT_UTF_8) from error


def _load(text: str):
    try:
        return json.loads(
            text, parse_int=_number, parse_constant=_refuse, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise _at_line(text, error.pos, NOT_JSON) from error
    except _Wrong as wrong:
        # Not in a string: those are passed over first.
        found = re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"|(NaN|-?Infinity)', text)
        position = next(match.start() for match in found if match[1])
        raise _at_line(text, position, NOT_JSON) from wrong
    except RecursionError as error:
        raise NotAnExport(TOO_DEEP) from error


def _number(digits: str) -> int | None:
    """A number; None, so nothing that is good anywhere, for one that is absurdly long."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


def _refuse(constant: str):
    """NaN and Infinity: Python reads them, but they are not JSON."""
    raise _Wrong(NOT_JSON)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; a key that stands there twice has no value that is good anywhere."""
    values: dict[str, object] = {}
    for key, value in pairs:
        values[key] = None if key in values else value
    return values


def _entry(number: int, values, now: datetime) -> Entry:
    if not isinstance(values, dict):
        raise _Wrong(NOT_AN_ENTRY)
    for key in KEYS:
        if key not in values:
            raise _Wrong(MISSING % {"key": key})
    return Entry(
        number=number,
        id=_id(values["id"]),
        taken_at=_taken_at(values["taken_at"], now),
        split=_split(values),
        note=_note(values["note"]),
    )


def _id(value) -> UUID:
    try:
        found = UUID(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise _Wrong(BAD_ID) from error
    # Python takes braces, prefixes and the digits of other scripts as well.
    if str(found) != value.lower():
        raise _Wrong(BAD_ID)
    return found


def _taken_at(value, now: datetime) -> datetime:
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
    if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
        raise _Wrong(BAD_TIME)
    try:
        taken_at = datetime.fromisoformat(value)
    except ValueError as error:
        raise _Wrong(BAD_TIME) from error
    # Compared before it is turned into UTC, which the first and last hours of time can't be.
    if taken_at < EARLIEST:
        raise _Wrong(TOO_EARLY)
    if taken_at > now:
        raise _Wrong(IN_THE_FUTURE)
    return taken_at.astimezone(UTC)


def _split(values: dict) -> Split:
    points = []
    for key in Purpose.values:
        # Booleans are whole numbers to Python, and nowhere else.
        if type(values[key]) is not int or not 0 <= values[key] <= BUDGET:
            raise _Wrong(BAD_POINTS % {"key": key})
        points.append(values[key])
    if error := budget_error(sum(points)):
        raise _Wrong(error)
    return Split(*points)


def _note(value) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise _Wrong(BAD_NOTE)
    if len(value) > NOTE_MAX_LENGTH:
        raise _Wrong(NOTE_TOO_LONG)
    try:
        value.encode()  # half of a surrogate pair is no text that could be stored
    except UnicodeEncodeError as error:
        raise _Wrong(BAD_NOTE) from error
    return value
