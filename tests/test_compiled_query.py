"""A compiled query returns the same rows as its queryset."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.models import Assessment, Goal, Reminder, Session
from purposeapp.models.compiled_query import CompiledQuery
from tests.support.make import (
    make_assessment,
    make_goal,
    make_reminder,
    make_user,
    prove_address,
)


def test_latest_and_neighbours(user):
    other = make_user("other@example.org")
    assert Assessment.objects.latest_of(user) is None
    now = timezone.now()
    mine = [make_assessment(user, taken_at=now - timedelta(days=day)) for day in (3, 1, 2)]
    make_assessment(other)
    ordered = list(Assessment.objects.for_user(user).latest_first())
    assert Assessment.objects.latest_of(user) == ordered[0] == mine[1]
    earlier, later = zip(*(each.neighbours() for each in ordered), strict=True)
    assert earlier == (*ordered[1:], None)
    assert later == (None, *ordered[:-1])
    assert Assessment.objects.own(user, mine[0].id) == mine[0]
    assert Assessment.objects.own(other, mine[0].id) is None
    for name in ("split", "note", "submission", "taken_on", "recorded_at"):
        assert getattr(Assessment.objects.latest_of(user), name) == getattr(mine[1], name)


def test_arguments_that_are_equal_keep_their_places(user):
    """`taken_at` and `recorded_at` of a result are often the same moment."""
    now = timezone.now()
    first, second = sorted(
        (make_assessment(user, taken_at=now, recorded_at=now) for _ in range(2)),
        key=lambda each: each.id,
    )
    assert second.neighbours() == (first, None)
    assert first.neighbours() == (None, second)


def test_what_is_joined_comes_along(client, user):
    client.force_login(user)
    key = client.session.session_key
    with CaptureQueriesContext(connection) as queries:
        session = Session.objects.with_key(key)
        assert session.user.email == user.email
    assert len(queries) == 1
    Session.objects.update(user=None)
    assert Session.objects.with_key(key).user is None
    Session.objects.update(expire_date=timezone.now())
    assert Session.objects.with_key(key) is None


def test_what_is_annotated_comes_along(user):
    make_reminder(user, due_on=timezone.localdate())
    assert Reminder.objects.of(user).is_reachable is False
    prove_address(user)
    assert Reminder.objects.of(user).is_reachable is True


def test_a_condition_without_an_argument_stays(user):
    now = timezone.now()
    make_goal(user, set_at=now, ended_at=now)
    assert Goal.objects.current_of(user) is None
    goal = make_goal(user, "2-2-2-2-2")
    assert Goal.objects.current_of(user) == goal


def test_a_row_that_is_changed_can_be_saved(user):
    make_assessment(user)
    assessment = Assessment.objects.latest_of(user)
    assessment.note = "mended"
    assessment.save()
    assert Assessment.objects.count() == 1
    assert Assessment.objects.latest_of(user).note == "mended"


def test_an_argument_that_is_not_asked_for_is_a_mistake(db):
    @CompiledQuery
    def all_of_them(id: UUID) -> models.QuerySet[Assessment]:
        return Assessment.objects.all()

    with pytest.raises(AssertionError, match="not in the SQL"):
        all_of_them(UUID(int=7))
