"""The Room model: constraints, state transitions, and limits."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.accounts.deletion import delete_account
from purposeapp.models import Room, RoomAnswer, RoomPicture, User
from purposeapp.models.capability_key import hash_of
from purposeapp.models.room import (
    MAX_OPEN_ROOMS,
    MAX_ROOMS_A_DAY,
    RoomState,
    TooFewAnswersError,
    TooManyOpenRoomsError,
    TooManyRoomsTodayError,
)
from purposeapp.models.room_answer import ROOM_TERM, RoomKind
from purposeapp.split import Split
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.make import make_user
from tests.support.rooms import FUTURE, NOW, answer, make_room, room_of

SPLIT = Split(6, 2, 2, 0, 0)


def refused(constraint: str, act) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act()


# --- Constraints ---


def test_a_picture_needs_five_answers(user):
    room = make_room(user)
    rows = {"business_driven": {"tenths": 20}}
    release = {"room": room, "round": 1, "kind": "now", "rows": rows}
    refused("roompicture_needs_five", lambda: RoomPicture.objects.create(answers=4, **release))
    RoomPicture.objects.create(answers=5, **release)


def test_there_is_one_picture_for_a_round_and_kind(user):
    room = make_room(user, "revealed")
    again = {"room": room, "round": 1, "answers": 9, "rows": {}}
    refused("roompicture_once", lambda: RoomPicture.objects.create(kind="now", **again))
    refused("roompicture_kind", lambda: RoomPicture.objects.create(kind="past", **again))


def test_the_middle_half_needs_ten(user):
    rows = {"business_driven": {"tenths": 20, "low": 1, "high": 3}}
    values = {"room": make_room(user), "round": 1, "kind": "now", "rows": rows}
    refused("from_ten", lambda: RoomPicture.objects.create(answers=9, **values))
    RoomPicture.objects.create(answers=10, **values)


def test_a_seat_answers_once_for_a_round_and_kind(user):
    room = make_room(user)
    values = {"room": room, "seat": hash_of("a"), "kind": "now", **SPLIT.as_dict()}
    RoomAnswer.objects.create(round=1, **values)
    RoomAnswer.objects.create(round=2, **values)
    refused("roomanswer_once", lambda: RoomAnswer.objects.create(round=1, **values))


def test_an_answer_is_ten_points_of_a_hashed_seat(user):
    values = {"room": make_room(user), "round": 1, "seat": hash_of("a"), "kind": "now"}
    eleven = {**SPLIT.as_dict(), "job_seeking": 1}
    refused("spends_ten_points", lambda: RoomAnswer.objects.create(**values, **eleven))
    split = SPLIT.as_dict()
    refused("kind_is_known", lambda: RoomAnswer.objects.create(**{**values, **split, "kind": "x"}))
    refused("as_a_hash", lambda: RoomAnswer.objects.create(**{**values, **split, "seat": "a"}))


def test_an_answer_says_nothing_of_whose_it_is():
    columns = {field.column for field in RoomAnswer._meta.get_fields()}
    assert columns - set(SPLIT.as_dict()) == {"id", "room_id", "round", "seat", "kind"}
    assert RoomAnswer._meta.pk.get_internal_type() == "UUIDField"


def test_a_code_is_unique_while_its_room_is_open(user):
    first, second = make_room(user), make_room(user)
    take = lambda: Room.objects.filter(pk=second.pk).update(code=first.code)  # noqa: E731
    refused("room_code_is_unique", take)
    first.end()
    take()
    assert Room.objects.with_code(first.code).id == second.pk


def test_a_room_has_a_title_a_known_state_and_a_code_once_it_is_open(user):
    room = make_room(user, "draft")
    this = Room.objects.filter(pk=room.pk)
    refused("room_has_a_title", lambda: this.update(title=""))
    opened = Room.objects.filter(pk=make_room(user).pk)
    refused("room_state_is_known", lambda: opened.update(state="x"))
    refused("room_has_a_code", lambda: this.update(state="open"))
    refused("room_has_a_code", lambda: this.update(code="CDFGHJ"))
    refused("room_rounds", lambda: this.update(round=0))


# --- State transitions ---


def test_a_title_holds_no_address(user):
    for title in ("see WWW.evil.example", "http://evil.example", "a@evil.example"):
        refused("title_holds_no_address", lambda title=title: make_room(user, title=title))
    refused("title_holds_nothing_invisible", lambda: make_room(user, title="\u202eTeam"))


def test_a_code_that_is_taken_is_not_given_twice(user, monkeypatch):
    taken = make_room(user).code
    codes = iter([taken, taken, "CDFGHJ"])
    monkeypatch.setattr("purposeapp.models.room.make_code", lambda: next(codes))
    assert make_room(user).code == "CDFGHJ"


def test_from_a_draft_to_the_end(user):
    room = make_room(user, "draft")
    assert not answer(room, "a", NOW[0])
    assert not room.reveal()
    assert room.open()
    assert not room.open()
    assert not room.begin_round()
    for number, split in enumerate(NOW[:4]):
        assert answer(room, f"seat {number}", split)
    with pytest.raises(TooFewAnswersError):
        room.reveal()
    assert room_of(room).state == RoomState.OPEN
    assert answer(room, "seat 4", NOW[4])
    assert room.reveal()
    assert not room.reveal()
    assert not answer(room, "late", NOW[5])
    assert RoomAnswer.objects.count() == 5
    assert not room.remove()
    assert room.begin_round()
    assert not RoomAnswer.objects.exists()
    assert room_of(room).round == 2
    assert answer(room, "seat 0", NOW[0])
    assert room.end()
    assert not room.end()
    assert not RoomAnswer.objects.exists()
    assert not answer(room, "seat 0", NOW[0])
    assert RoomPicture.objects.count() == 1
    assert room.remove()
    assert not Room.objects.exists()


def test_a_new_round_and_an_end_leave_the_answers_of_other_rooms(user):
    other = make_room(make_user("other@example.org"), answers=6)
    for act in (Room.begin_round, Room.end):
        assert act(make_room(user, "revealed"))
        assert other.answers.count() == 12


def test_a_room_has_its_own_pictures_alone(user):
    ours = make_room(user, "revealed")
    theirs = make_room(make_user("other@example.org"), answers=5)
    for seat in range(5):
        answer(theirs, f"seat {seat}", "0-0-0-0-10", "0-0-0-10-0")
    theirs.reveal()
    for room in (ours, theirs):
        released = RoomPicture.objects.filter(room=room)
        assert room_of(room).pictures == {(1, each.kind): each.picture for each in released}
    assert room_of(ours).pictures != room_of(theirs).pictures
    assert make_room(user, "draft").pictures == {}


def test_an_answer_takes_the_place_of_the_one_before(user):
    room = make_room(user)
    for split in NOW:
        assert answer(room, "a", split, FUTURE[0])
    assert {(each.kind, str(each.split)) for each in room.answers.all()} == {
        ("now", NOW[-1]),
        ("future", FUTURE[0]),
    }


def test_an_answer_of_another_round_is_refused(user):
    room = make_room(user, "revealed")
    room.begin_round()
    given = {"seat": "a", "kind": "now", "split": SPLIT}
    assert RoomAnswer.objects.store(room.pk, round=1, **given) is None
    assert RoomAnswer.objects.store(room.pk, round=2, **given) == 2
    assert RoomAnswer.objects.store(room.pk, **given) == 2


def test_the_future_needs_an_answer_for_now(user):
    room = make_room(user)
    future = {"seat": "a", "kind": "future", "split": SPLIT}
    assert RoomAnswer.objects.store(room.pk, **future) is None
    answer(room, "b", NOW[0])
    assert RoomAnswer.objects.store(room.pk, **future) is None
    answer(make_room(user), "a", NOW[0])
    assert RoomAnswer.objects.store(room.pk, **future) is None
    answer(room, "a", NOW[0])
    assert RoomAnswer.objects.store(room.pk, **future) == 1
    room.forget("a")
    assert RoomAnswer.objects.store(room.pk, **future) is None
    assert [(each.kind, each.seat) for each in room.answers.all()] == [("now", hash_of("b"))]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_future_that_waits_while_its_seat_is_left_is_refused():
    room, stored = make_room(make_user()), []
    answer(room, "a", NOW[0])
    future = {"seat": "a", "kind": "future", "split": SPLIT}
    locked_meanwhile(
        lambda: room.forget("a"),
        lambda: stored.append(RoomAnswer.objects.store(room.pk, **future)),
    )
    assert stored == [None]
    assert not room.answers.exists()


def test_the_future_is_released_where_five_have_answered_it(user):
    room = make_room(user)
    for number in range(6):
        answer(room, f"seat {number}", NOW[number], FUTURE[number] if number < 4 else None)
    room.reveal()
    assert [(each.kind, each.answers) for each in RoomPicture.objects.all()] == [("now", 6)]
    other = make_room(user, answers=5)
    answer(other, "seat 9", NOW[0])
    other.reveal()
    assert set(room_of(other).pictures) == {(1, "now"), (1, "future")}
    assert room_of(other).pictures[1, "now"].answers == 6
    assert room_of(other).pictures[1, "future"].answers == 5


def test_a_room_is_over_after_its_term_and_tidied_up(user):
    room = make_room(user, answers=6)
    revealed = make_room(user, "revealed")
    young = make_room(user, answers=6)
    long_ago = timezone.now() - ROOM_TERM
    old = Room.objects.filter(pk__in=[room.pk, revealed.pk])
    old.update(opened_at=long_ago)
    assert room_of(room).effective_state == RoomState.ENDED
    assert not answer(room, "late", NOW[0])
    assert not room.reveal()
    assert not revealed.begin_round()
    assert Room.objects.with_code(room.code).state == RoomState.ENDED
    assert Room.objects.end_overdue() == 2
    assert Room.objects.end_overdue() == 0
    assert set(RoomAnswer.objects.values_list("room", flat=True)) == {young.pk}
    assert set(RoomPicture.objects.values_list("room", flat=True)) == {revealed.pk}
    # `end_rooms` runs every hour: one run may fail, and the next one be an hour late.
    assert ROOM_TERM + timedelta(hours=2) <= timedelta(hours=24)


def test_a_host_has_five_open_rooms_at_most(user):
    rooms = [make_room(user) for _ in range(MAX_OPEN_ROOMS)]
    draft = make_room(user, "draft")
    with pytest.raises(TooManyOpenRoomsError):
        draft.open()
    make_room(make_user("other@example.org"))
    Room.objects.filter(pk=rooms[0].pk).update(opened_at=timezone.now() - ROOM_TERM)
    assert draft.open()


def test_a_host_makes_twenty_rooms_a_day_at_most(user):
    make = lambda: Room.objects.make(host=user, title="Team", asks_future=True)  # noqa: E731
    rooms = [make() for _ in range(MAX_ROOMS_A_DAY)]
    with pytest.raises(TooManyRoomsTodayError):
        make()
    assert Room.objects.make(host=make_user("other@example.org"), title="Team", asks_future=True)
    yesterday = timezone.now() - timedelta(days=1)
    Room.objects.filter(pk=rooms[0].pk).update(made_at=yesterday)
    assert make()


def test_a_room_takes_so_many_and_lets_those_in_it_change_theirs(user, monkeypatch):
    for module in ("room", "room_answer"):
        monkeypatch.setattr(f"purposeapp.models.{module}.MAX_ANSWERS", 3)
    room = make_room(user, answers=3)
    assert not answer(room, "one more", NOW[0])
    assert answer(room, "seat 0", NOW[1], FUTURE[1])
    assert room.answers.count() == 6


def test_a_deleted_account_takes_its_rooms_along(user):
    for state in ("draft", "open", "revealed", "ended"):
        make_room(user, state, answers=6)
    others = make_room(make_user("other@example.org"), answers=6)
    delete_account(user)
    assert set(Room.objects.all()) == {others}
    assert RoomAnswer.objects.count() == 12
    assert not RoomPicture.objects.exists()


def test_deleting_an_account_costs_the_same_however_many_rooms_have_ended(db):
    def cost(email: str, ended: int) -> int:
        host = make_user(email)
        for _ in range(ended):
            make_room(host, "ended")
        with CaptureQueriesContext(connection) as queries:
            host.delete()
        return len(queries)

    assert cost("few@example.org", ended=1) == cost("many@example.org", ended=3)


# --- Concurrency ---


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_twenty_posts_of_one_seat_are_one_answer():
    room = make_room(make_user())
    assert at_once(*[lambda: answer(room, "a", NOW[0])] * 20) == []
    assert room.answers.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_taken_is_in_the_picture_and_nothing_is_taken_after():
    room = make_room(make_user(), answers=5)
    taken = []

    def late(number):
        if answer(room, f"late {number}", NOW[number % 6]):
            taken.append(number)

    tasks = [lambda number=number: late(number) for number in range(8)]
    assert at_once(*tasks[:4], room.reveal, *tasks[4:]) == []
    picture = room_of(room).pictures[1, RoomKind.NOW]
    assert picture.answers == 5 + len(taken) == room.answers.filter(kind="now").count()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_reveals_at_once_release_one_picture():
    room = make_room(make_user(), answers=6)
    assert at_once(room.reveal, room.reveal, room.reveal) == []
    assert RoomPicture.objects.count() == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_that_are_made_at_once_don_t_exceed_the_limit():
    user = make_user()
    for _ in range(MAX_ROOMS_A_DAY - 1):
        make_room(user, "draft")
    make = lambda: Room.objects.make(host=user, title="Team", asks_future=True)  # noqa: E731
    raised = at_once(make, make, make)
    assert [type(error) for error in raised] == [TooManyRoomsTodayError] * 2
    assert Room.objects.count() == MAX_ROOMS_A_DAY


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_room_that_is_sent_twice_at_once_is_made_once():
    room = {"host": make_user(), "title": "Team", "asks_future": True, "submission": uuid.uuid4()}
    make = lambda: Room.objects.make(**room)  # noqa: E731
    assert at_once(*[make] * 6) == []
    assert Room.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_that_open_at_once_don_t_exceed_the_limit():
    user = make_user()
    for _ in range(MAX_OPEN_ROOMS - 1):
        make_room(user)
    drafts = [make_room(user, "draft") for _ in range(3)]
    raised = at_once(*[draft.open for draft in drafts])
    assert [type(error) for error in raised] == [TooManyOpenRoomsError] * 2
    assert Room.objects.live().count() == MAX_OPEN_ROOMS


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_answer_while_its_host_leaves_disturbs_nothing():
    user = make_user()
    room = make_room(user, answers=6)
    tasks = [lambda n=n: answer(room, f"late {n}", NOW[0]) for n in range(6)]
    assert at_once(*tasks[:3], lambda: delete_account(user), *tasks[3:]) == []
    assert not Room.objects.exists()
    assert not RoomAnswer.objects.exists()
    assert not User.objects.filter(pk=user.pk).exists()


def test_an_answer_shares_its_lock_with_others(user, django_assert_num_queries):
    room = make_room(user)
    with django_assert_num_queries(1) as queries:
        answer(room, "a", NOW[0])
    assert "FOR SHARE" in queries.captured_queries[0]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM purposeapp_roomanswer")
        assert cursor.fetchone() == (1,)
