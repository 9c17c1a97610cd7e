import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from purposeapp.models import Assessment
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.split import Purpose, Split
from tests.support.concurrency import at_once
from tests.support.make import NOON, make_assessment, make_user

COLUMNS = ", ".join(Purpose.values)


def insert(user, *numbers) -> None:
    """Insert an assessment by SQL, without Django's validation."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO purposeapp_assessment (id, user_id, submission, taken_at, recorded_at,"
            f" note, {COLUMNS}) VALUES (gen_random_uuid(), %s, gen_random_uuid(), now(), now(),"
            f" '', %s, %s, %s, %s, %s)",
            [user.pk, *numbers],
        )


@pytest.mark.parametrize(
    ("numbers", "constraint"),
    [
        ((6, 2, 1, 0, 0), "assessment_spends_ten_points"),
        ((6, 2, 2, 1, 0), "assessment_spends_ten_points"),
        ((11, 0, 0, 0, -1), "assessment_(business_driven|vanity_project)_0_to_10"),
        ((0, 12, -2, 0, 0), "assessment_(community_spirit|learning_sponge)_0_to_10"),
        ((0, 0, 0, 11, -1), "assessment_(job_seeking|vanity_project)_0_to_10"),
    ],
)
def test_postgresql_itself_refuses_what_is_not_ten_points(user, numbers, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        insert(user, *numbers)
    assert not Assessment.objects.exists()


def test_postgresql_accepts_exactly_the_1001_splits(db):
    """Evaluate the check constraints in PostgreSQL for every five numbers from -1 to 11."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint"
            " WHERE conrelid = 'purposeapp_assessment'::regclass AND contype = 'c'"
            " AND conname ~ '_(0_to_10|spends_ten_points)$'"
        )
        checks = " AND ".join(f"({check})" for (check,) in cursor.fetchall())
        series = " CROSS JOIN ".join(
            f"generate_series(-1, 11) AS s_{name}({name})" for name in Purpose.values
        )
        cursor.execute(f"SELECT {COLUMNS} FROM {series} WHERE {checks}")
        accepted = cursor.fetchall()
    assert sorted(accepted) == sorted(map(tuple, Split.all()))


def test_every_split_is_saved_and_read_back(user):
    Assessment.objects.bulk_create(
        Assessment(user=user, **split.as_dict()) for split in Split.all()
    )
    stored = [assessment.split for assessment in Assessment.objects.for_user(user)]
    assert sorted(map(str, stored)) == sorted(map(str, Split.all()))


@pytest.mark.parametrize(
    ("numbers", "errors"),
    [
        ((6, 2, 0, 0, 0), ["You have used 8 of 10 points. Add 2 more."]),
        ((6, 2, 2, 2, 0), ["You have used 12 of 10 points. Take 2 away."]),
        ((11, 0, 0, 0, -1), ["Enter a whole number from 0 to 10."] * 2),
    ],
)
def test_the_model_says_what_is_wrong_in_the_words_of_the_questionnaire(user, numbers, errors):
    assessment = Assessment(user=user, **dict(zip(Purpose.values, numbers, strict=True)))
    with pytest.raises(ValidationError) as caught:
        assessment.full_clean()
    assert caught.value.messages == errors


def test_all_but_the_user_and_the_points_has_a_default(user):
    assessment = make_assessment(user)
    assessment.full_clean()
    assert assessment.note == ""
    assert str(assessment) == f"6-2-2-0-0 ({assessment.taken_at:%Y-%m-%d})"


def test_a_note_that_is_too_long_is_refused_by_postgresql_too(user):
    make_assessment(user, note="é" * NOTE_MAX_LENGTH)
    with pytest.raises(IntegrityError, match="assessment_note_not_too_long"), transaction.atomic():
        make_assessment(user, note="é" * (NOTE_MAX_LENGTH + 1))


def test_the_same_submission_makes_one_assessment_per_split(user):
    submission = uuid.uuid4()
    first, again, other = (
        Assessment.objects.record(user=user, split=Split.parse(name), submission=submission)
        for name in ("6-2-2-0-0", "6-2-2-0-0", "5-3-2-0-0")
    )
    assert first == again
    assert first != other
    assert Assessment.objects.count() == 2


def test_a_unique_constraint_holds_that(user):
    submission = uuid.uuid4()
    make_assessment(user, submission=submission)
    with (
        pytest.raises(IntegrityError, match="assessment_once_per_submission_and_split"),
        transaction.atomic(),
    ):
        make_assessment(user, submission=submission)
    make_assessment(make_user("other@example.org"), submission=submission)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_at_once_make_one_assessment():
    user, submission = make_user(), uuid.uuid4()
    split, made = Split.parse("6-2-2-0-0"), []

    def record():
        made.append(Assessment.objects.record(user=user, split=split, submission=submission))

    assert at_once(*[record] * 8) == []
    assert len(made) == 8
    assert {assessment.pk for assessment in made} == {Assessment.objects.get().pk}


def test_the_order_is_by_when_it_was_taken_and_before_continues_it(user):
    days = [make_assessment(user, taken_at=NOON + timedelta(days=day)) for day in (2, 0, 1, 1)]
    everything = list(Assessment.objects.for_user(user).latest_first())
    assert [assessment.taken_at.day for assessment in everything] == [3, 2, 2, 1]
    assert list(Assessment.objects.for_user(user).oldest_first()) == everything[::-1]
    for place, assessment in enumerate(everything):
        rest = Assessment.objects.for_user(user).before(assessment).latest_first()
        assert list(rest) == everything[place + 1 :]
    assert days[0] == everything[0]


def test_for_user_leaves_out_everything_else(user):
    mine = make_assessment(user)
    make_assessment(make_user("other@example.org"))
    assert list(Assessment.objects.for_user(user)) == [mine]


def test_the_assessments_go_with_their_user(user):
    make_assessment(user)
    user.delete()
    assert not Assessment.objects.exists()
