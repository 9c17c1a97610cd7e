"""Reading an export back: all of it is right, or nothing is taken.

Whoever sends a file may have changed it by hand, or mean harm. So each value is held against
what an export can hold, and what is wrong is said with its place. Nothing of the file is ever
repeated in what is said.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from . import hostile_json
from .exporting import KEYS, VERSION
from .hostile_json import NotAnExport, Wrong, at_entry, is_text
from .models import Assessment, User
from .models.assessment import EARLIEST, NOTE_MAX_LENGTH
from .split import BUDGET, Purpose, Split, budget_error

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
        return at_entry(self.number, reason)


def read(data: bytes) -> list[Entry]:
    """The assessments in an export, each id once, in the order of the file.

    Where an id stands there again with the same points, the first one counts. Keys that are
    not known are passed over. Raises NotAnExport.
    """
    document = hostile_json.load(data)
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
        except Wrong as wrong:
            raise at_entry(number, wrong.args[0]) from wrong
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


def _entry(number: int, values, now: datetime) -> Entry:
    if not isinstance(values, dict):
        raise Wrong(NOT_AN_ENTRY)
    for key in KEYS:
        if key not in values:
            raise Wrong(MISSING % {"key": key})
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
        raise Wrong(BAD_ID) from error
    # Python takes braces, prefixes and the digits of other scripts as well.
    if str(found) != value.lower():
        raise Wrong(BAD_ID)
    return found


def _taken_at(value, now: datetime) -> datetime:
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
    if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
        raise Wrong(BAD_TIME)
    try:
        taken_at = datetime.fromisoformat(value)
    except ValueError as error:
        raise Wrong(BAD_TIME) from error
    # Compared before it is turned into UTC, which the first and last hours of time can't be.
    if taken_at < EARLIEST:
        raise Wrong(TOO_EARLY)
    if taken_at > now:
        raise Wrong(IN_THE_FUTURE)
    return taken_at.astimezone(UTC)


def _split(values: dict) -> Split:
    points = []
    for key in Purpose.values:
        # Booleans are whole numbers to Python, and nowhere else.
        if type(values[key]) is not int or not 0 <= values[key] <= BUDGET:
            raise Wrong(BAD_POINTS % {"key": key})
        points.append(values[key])
    if error := budget_error(sum(points)):
        raise Wrong(error)
    return Split(*points)


def _note(value) -> str:
    if not is_text(value):
        raise Wrong(BAD_NOTE)
    if len(value) > NOTE_MAX_LENGTH:
        raise Wrong(NOTE_TOO_LONG)
    return value
