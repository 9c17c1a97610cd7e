"""An export as a whole."""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy

from purposeapp.exchange.hostile_json import NotAnExport, load
from purposeapp.exchange.importing.entries import Entry, add_entries, read_entries
from purposeapp.exchange.importing.goals import GoalEntry, add_goals, read_goals
from purposeapp.exchange.values import check_version
from purposeapp.models import User

NOT_AN_EXPORT = gettext_lazy("This is JSON, but not an export of Five Purposes.")


@dataclass(frozen=True)
class Document:
    """What a file holds; all of it is right."""

    entries: list[Entry]
    goals: list[GoalEntry]

    def __len__(self) -> int:
        return len(self.entries) + len(self.goals)


class ImportResult(NamedTuple):
    """How much of an export was new."""

    assessments: int
    goals: int


def read_document(data: bytes) -> Document:
    """What is in a file. Goals are missing from older exports. Raises NotAnExport."""
    document = load(data)
    if not isinstance(document, dict) or "version" not in document:
        raise NotAnExport(NOT_AN_EXPORT)
    check_version(document)
    assessments, goals = document.get("assessments"), document.get("goals", [])
    if not isinstance(assessments, list) or not isinstance(goals, list):
        raise NotAnExport(NOT_AN_EXPORT)
    return Document(read_entries(assessments), read_goals(goals))


@transaction.atomic
def import_document(user: User, document: Document) -> ImportResult:
    """Add to what `user` has here whatever of an export it lacks: all of that, or nothing.

    Raises NotAnExport where the file contradicts what is here.
    """
    # One import of a person at a time: a second one then finds what the first has added.
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk).first():
        return ImportResult(0, 0)  # the account is gone since, and there is nothing to add to
    return ImportResult(add_entries(user, document.entries), add_goals(user, document.goals))
