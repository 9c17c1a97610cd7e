"""Data import: adds the contents of an export to an account, as a whole or not at all."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Assessment, Goal, User
from purposeapp.models.assessment import MAX_ASSESSMENTS
from purposeapp.models.goal import MAX_GOALS
from purposeapp.models.integrity import violates
from purposeapp.split import Purpose

from .deserialization import Document, grouped, key_of_goal
from .json_validation import InvalidFile

TOO_MANY_HERE = _(
    "Your history can hold %(most)s results. With this file it would have %(count)s. Delete some "
    "first, or import fewer."
)
TOO_MANY_GOALS_HERE = _(
    "Your account can hold %(most)s goals. With this file it would have %(count)s."
)
OTHER_POINTS_HERE = _("It's already in your history, with different points.")

BATCH_SIZE = 1_000
"""Number of rows per INSERT statement."""


class ImportResult(NamedTuple):
    """The number of assessments and goals that an import added."""

    assessments: int
    goals: int


def import_document(user: User, document: Document) -> ImportResult:
    """Add the assessments and goals of a document that `user` lacks, atomically.

    Idempotent: existing rows stay as they are. Raises InvalidFile if the document contradicts
    existing rows, or would exceed the account's limits.
    """
    try:
        return _import(user, document)
    except IntegrityError as error:
        if not violates(error, "assessment_not_too_many"):
            raise
        _known, missing = _compare(user, document)
        count = Assessment.objects.for_user(user).count() + len(missing)
        limits = {"most": MAX_ASSESSMENTS, "count": count}
        raise InvalidFile(TOO_MANY_HERE, params=grouped(limits)) from error


@transaction.atomic
def _import(user: User, document: Document) -> ImportResult:
    # A row lock runs a user's imports one at a time, so that each sees what the others have added.
    if not User.objects.lock(user.pk):
        return ImportResult(0, 0)  # the account was deleted in the meantime
    return ImportResult(_add_assessments(user, document), _add_goals(user, document.goals))


def _add_assessments(user: User, document: Document) -> int:
    """Add the assessments that the history of `user` lacks, and return their number.

    If another user's assessment has the same id, the new one gets an id derived from it and the
    user. It's always the same, so another import recognizes it.
    """
    now = timezone.now()
    for position, assessment in enumerate(document.assessments.values()):
        # Assessments with the same `taken_at` stay in the order of the file.
        assessment.recorded_at = now + timedelta(microseconds=position)
    before, missing = _compare(user, document)
    for assessment in missing:
        assessment.user = user
    # PostgreSQL decides whether an id is free. Other users' rows are never read.
    Assessment.objects.bulk_create(missing, BATCH_SIZE, ignore_conflicts=True)
    after, missing = _compare(user, document)
    for assessment in missing:
        assessment.id = _own_id(user, assessment)
    Assessment.objects.bulk_create(missing, BATCH_SIZE)
    return after - before + len(missing)


def _own_id(user: User, assessment: Assessment) -> UUID:
    """Return the id that an assessment gets for `user` if its own is taken by another user."""
    return uuid5(assessment.id, str(user.pk))


def _compare(user: User, document: Document) -> tuple[int, list[Assessment]]:
    """Return how many of the assessments `user` already has, and those that they lack.

    The missing ones are sorted by id, so that two imports of the same assessments wait for each
    other instead of ending in a deadlock.
    """
    own_ids = {found.id: _own_id(user, found) for found in document.assessments.values()}
    mine = Assessment.objects.for_user(user).only(*Purpose.values)
    here = mine.in_bulk([*own_ids, *own_ids.values()])
    missing = []
    for number, assessment in document.assessments.items():
        stored = here.get(assessment.id) or here.get(own_ids[assessment.id])
        if stored is None:
            missing.append(assessment)
        elif stored.split != assessment.split:
            params = {"number": number, "reason": OTHER_POINTS_HERE}
            raise InvalidFile(document.place, params=params)
    return len(here), sorted(missing, key=lambda found: found.id)


def _add_goals(user: User, goals: list[Goal]) -> int:
    """Add the goals that `user` lacks, and return their number.

    Raises InvalidFile if the account would exceed its maximum.

    An imported goal without an end becomes the current goal if `user` has none. Otherwise the
    existing goal stays current, and the imported one is stored as ended: when the existing one
    was set or, if it was set after that, as soon as it was set.
    """
    if not goals:
        return 0
    mine = Goal.objects.for_user(user)
    here = {key_of_goal(goal) for goal in mine.filter(set_at__in={goal.set_at for goal in goals})}
    current = mine.current().first()
    missing = [goal for goal in goals if key_of_goal(goal) not in here]
    if missing and (count := mine.count() + len(missing)) > MAX_GOALS:
        limits = {"most": MAX_GOALS, "count": count}
        raise InvalidFile(TOO_MANY_GOALS_HERE, params=grouped(limits))
    for goal in missing:
        goal.user = user
        if current and not goal.ended_at:
            goal.ended_at = max(goal.set_at, current.set_at)
    Goal.objects.bulk_create(missing)
    return len(missing)
