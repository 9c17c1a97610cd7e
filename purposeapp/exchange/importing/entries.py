"""The assessments of an export."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from purposeapp.exchange.exporting import KEYS
from purposeapp.exchange.hostile_json import NotAnExport, Wrong, at_entry
from purposeapp.exchange.importing.values import (
    read_event,
    read_id,
    read_note,
    read_split,
    read_timestamp,
)
from purposeapp.exchange.values import check_keys
from purposeapp.models import Assessment, User
from purposeapp.split import Purpose, Split

NOT_AN_ENTRY = gettext_lazy("This is not an assessment.")
OTHER_POINTS_IN_FILE = gettext_lazy("An entry above has the same “id” and other points.")
OTHER_POINTS_HERE = gettext_lazy("Your history has it already, with other points.")

LATER_KEYS = ("event", "event_words")
"""What exports did not always have."""


@dataclass(frozen=True)
class Entry:
    """One assessment, as it stands in a file."""

    number: int
    """Where it stands, counted from 1."""
    id: UUID
    taken_at: datetime
    split: Split
    note: str
    event: str
    event_words: str

    def refusal(self, reason: str | Promise) -> NotAnExport:
        """Why the file that it stands in is not taken."""
        return at_entry(self.number, reason)


def read_entries(listed: list) -> list[Entry]:
    """The assessments in an export, each id once, in the order of the file.

    Where an id stands there again with the same points, the first one counts. Keys that are
    not known are passed over. Raises NotAnExport.
    """
    entries: dict[UUID, Entry] = {}
    for number, values in enumerate(listed, start=1):
        try:
            entry = _entry(number, values)
        except Wrong as wrong:
            raise at_entry(number, str(wrong)) from wrong
        if entries.setdefault(entry.id, entry).split != entry.split:
            raise entry.refusal(OTHER_POINTS_IN_FILE)
    return list(entries.values())


def _entry(number: int, values) -> Entry:
    if not isinstance(values, dict):
        raise Wrong(NOT_AN_ENTRY)
    check_keys(values, (key for key in KEYS if key not in LATER_KEYS))
    event, words = read_event(values)
    return Entry(
        number=number,
        id=read_id(values["id"]),
        taken_at=read_timestamp(values, "taken_at"),
        split=read_split(values),
        note=read_note(values),
        event=event,
        event_words=words,
    )


def add_entries(user: User, entries: list[Entry]) -> int:
    """Add to the history of `user` those entries that it lacks, and return how many they were.

    What is there already stays as it is, with its own note, life event and moment. An id that
    stands in somebody else's history is not free; such an entry gets an id that is always the
    same for this person, so that it is recognised too. Raises NotAnExport where an entry is
    there with other points.
    """
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
        id=id,
        user=user,
        taken_at=entry.taken_at,
        note=entry.note,
        event=entry.event,
        event_words=entry.event_words,
        **entry.split.as_dict(),
    )
