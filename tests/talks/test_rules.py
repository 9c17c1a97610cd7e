"""The Talk model: its states, what each side may do in them, and constraints."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from purposeapp.accounts.deletion import delete_account
from purposeapp.models import Talk, TalkAnswer, TalkNote, User
from purposeapp.models.capability_key import hash_of, make_key
from purposeapp.models.talk import NAME_WITH_ADDRESS, TalkState
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_note import NOTE_MAX_LENGTH
from purposeapp.models.talk_queryset import (
    INVITATION_TERM,
    KEPT_AFTER_TERM,
    MAX_INVITATIONS_A_DAY,
    MAX_OPEN_INVITATIONS,
    TALK_TERM,
    TooManyInvitationsTodayError,
    TooManyOpenInvitationsError,
)
from purposeapp.split import Split
from tests.support.concurrency import at_once
from tests.support.make import make_user
from tests.support.talks import GUESTS, INVITERS, LABEL, STATES, make_talk, talk_of

SPLIT = Split.parse("6-2-2-0-0")
OTHER = Split.parse("0-0-0-0-10")
HASH = hash_of("a key")
NOBODY = AnonymousUser()


def answers(talk: Talk, side: TalkSide) -> dict[str, str]:
    rows = TalkAnswer.objects.filter(talk=talk, side=side)
    return {answer.kind: str(answer.split) for answer in rows}


# --- Keys -------------------------------------------------------------------------------------


def test_a_key_has_128_random_bits_and_only_its_hash_is_stored(user):
    keys = {make_key() for _ in range(1_000)}
    assert len(keys) == 1_000
    assert all(re.fullmatch("[A-Za-z0-9_-]{22}", key) for key in keys)
    talk, invite_key, guest_key = make_talk(user, "open")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(talk)::text FROM purposeapp_talk AS talk")
        stored = cursor.fetchone()[0]
    assert hash_of(invite_key) in stored
    assert hash_of(guest_key) in stored
    assert invite_key not in stored
    assert guest_key not in stored
    assert Talk.objects.of_invitation(invite_key) == talk
    assert Talk.objects.of_guest(guest_key) == talk
    assert not Talk.objects.of_invitation(guest_key)
    assert not Talk.objects.of_guest(invite_key)
    assert not Talk.objects.of_guest(hash_of(guest_key))


def test_a_renewed_invitation_has_another_key_and_the_one_before_opens_nothing(user):
    talk, key, _ = make_talk(user)
    newer = talk.renew_invitation()
    assert (newer.talk, newer.is_new) == (talk, True)
    assert not Talk.objects.start(key, user=NOBODY)
    assert Talk.objects.start(newer.key, user=NOBODY)
    assert talk.renew_invitation() is None


# --- States -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "state"),
    [
        ("invited", TalkState.INVITED),
        ("started", TalkState.STARTED),
        ("answered", TalkState.ANSWERED),
        ("agreed", TalkState.ANSWERED),
        ("open", TalkState.OPEN),
        ("left", TalkState.ENDED),
        ("withdrawn", TalkState.ENDED),
        ("expired", TalkState.ENDED),
        ("over", TalkState.ENDED),
    ],
)
def test_the_state_follows_from_what_is_stored(user, made, state):
    talk = make_talk(user, made).talk
    assert talk.state == state
    assert talk.is_open == (state == TalkState.OPEN)


def test_an_invitation_holds_for_14_days_and_a_talk_for_90_after_the_last_step(user):
    talk = make_talk(user).talk
    assert talk.expires_at == talk.made_at + timedelta(days=14) == talk.made_at + INVITATION_TERM
    talk = make_talk(user, "started").talk
    assert talk.expires_at == talk.started_at + timedelta(days=90) == talk.started_at + TALK_TERM
    talk = make_talk(user, "open").talk
    assert talk.expires_at == talk.guest_agreed_at + TALK_TERM


@pytest.mark.parametrize("state", STATES)
def test_postgresql_counts_the_term_as_python_does(user, state):
    talk = make_talk(user, state).talk
    assert Talk.objects.over_by(talk.expires_at).get() == talk
    assert not Talk.objects.over_by(talk.expires_at - timedelta(microseconds=1)).exists()


def test_old_talks_are_deleted_with_all_that_is_in_them(user):
    kept = make_talk(user, "over").talk
    old = make_talk(user, "over").talk
    old.write(TalkSide.GUEST, "Never read.")
    Talk.objects.filter(pk=old.pk).update(
        **{
            name: getattr(old, name) - KEPT_AFTER_TERM
            for name in ("made_at", "started_at", "inviter_agreed_at", "guest_agreed_at")
        }
    )
    assert Talk.objects.delete_old() == 1
    assert Talk.objects.get() == kept
    assert set(TalkAnswer.objects.values_list("talk", flat=True)) == {kept.pk}
    assert Talk.objects.delete_old() == 0


# --- Inviting and starting ----------------------------------------------------------------------


def test_an_invitation_is_made_and_started_once(user):
    talk, key, _is_new = Talk.objects.invite(inviter=user, name="Anna")
    assert (talk.inviter, talk.name, talk.state) == (user, "Anna", TalkState.INVITED)
    guest_key = Talk.objects.start(key, user=NOBODY)
    started = Talk.objects.of_guest(guest_key)
    assert (started.state, started.guest) == (TalkState.STARTED, None)
    assert Talk.objects.start(key, user=NOBODY) is None


def test_a_guest_who_is_signed_in_finds_it_in_their_list(user):
    guest = make_user("guest@example.org")
    talk = make_talk(user, "started", guest=guest).talk
    assert list(Talk.objects.for_user(guest)) == list(Talk.objects.for_user(user)) == [talk]
    assert (talk.side_of(user), talk.side_of(guest)) == (TalkSide.INVITER, TalkSide.GUEST)
    assert not Talk.objects.for_user(make_user("stranger@example.org")).exists()
    assert not Talk.objects.for_user(NOBODY).exists()
    talk.withdraw(TalkSide.GUEST)
    assert not Talk.objects.for_user(guest).exists()
    assert list(Talk.objects.for_user(user)) == [talk]


def test_nobody_starts_their_own_invitation(user):
    talk, key, _ = make_talk(user)
    assert Talk.objects.start(key, user=user) is None
    assert talk_of(talk).started_at is None


@pytest.mark.parametrize("state", ["started", "open", "left", "withdrawn", "expired", "over"])
def test_an_invitation_that_is_used_up_starts_nothing(user, state):
    talk, key, _ = make_talk(user, state)
    before = Talk.objects.values().get()
    assert Talk.objects.start(key, user=NOBODY) is None
    assert talk.renew_invitation() is None
    assert Talk.objects.values().get() == before


def test_a_person_has_so_many_open_invitations_at_most(user):
    for _ in range(MAX_OPEN_INVITATIONS):
        made = make_talk(user)
    Talk.objects.update(made_at=timezone.now() - timedelta(days=2))
    with pytest.raises(TooManyOpenInvitationsError):
        Talk.objects.invite(inviter=user, name="Anna")
    assert Talk.objects.invite(inviter=make_user("other@example.org"), name="Ben")
    made.talk.withdraw(TalkSide.INVITER)
    assert Talk.objects.invite(inviter=user, name="Anna")


def test_invitations_that_have_expired_are_not_counted_as_open(user):
    for _ in range(MAX_OPEN_INVITATIONS):
        make_talk(user, "expired")
    assert not Talk.objects.open_invitations().exists()
    assert Talk.objects.invite(inviter=user, name="Anna")


def test_a_person_makes_so_many_invitations_a_day_revoked_ones_too(user):
    for _ in range(MAX_INVITATIONS_A_DAY):
        talk = Talk.objects.invite(inviter=user, name="Anna").talk
        talk.withdraw(TalkSide.INVITER)
    with pytest.raises(TooManyInvitationsTodayError):
        Talk.objects.invite(inviter=user, name="Anna")
    assert Talk.objects.invite(inviter=make_user("other@example.org"), name="Ben")
    Talk.objects.filter(pk=talk.pk).update(made_at=timezone.now() - timedelta(days=1))
    assert Talk.objects.invite(inviter=user, name="Anna")


# --- Answering, agreeing, notes -------------------------------------------------------------------


def test_an_answer_takes_the_place_of_the_one_before(user):
    talk = make_talk(user, "started").talk
    assert talk.answer(TalkSide.GUEST, TalkKind.NOW, SPLIT)
    assert talk.answer(TalkSide.GUEST, TalkKind.NOW, OTHER)
    assert answers(talk, TalkSide.GUEST) == {"now": str(OTHER)}
    assert answers(talk, TalkSide.INVITER) == {}


def test_the_inviter_answers_before_anybody_has_started(user):
    talk = make_talk(user).talk
    assert talk.answer(TalkSide.INVITER, TalkKind.NOW, SPLIT)
    assert talk_of(talk).state == TalkState.INVITED


def test_whoever_has_not_finished_cannot_agree(user):
    talk = make_talk(user, "started").talk
    assert not talk.agree(TalkSide.GUEST)
    talk.answer(TalkSide.GUEST, TalkKind.NOW, SPLIT)
    talk.answer(TalkSide.GUEST, TalkKind.GUESS, SPLIT)
    assert not talk.agree(TalkSide.GUEST)
    talk.answer(TalkSide.GUEST, TalkKind.FUTURE, SPLIT)
    assert talk.agree(TalkSide.GUEST)
    assert not talk_of(talk).is_open


def test_nobody_agrees_before_it_started(user):
    talk = make_talk(user).talk
    for kind in TalkKind:
        talk.answer(TalkSide.INVITER, kind, SPLIT)
    assert not talk.agree(TalkSide.INVITER)


def test_agreeing_twice_keeps_the_first_time(user):
    talk = make_talk(user, "agreed").talk
    assert talk.agree(TalkSide.INVITER)
    assert talk_of(talk).inviter_agreed_at == talk.inviter_agreed_at


def test_after_agreeing_points_stay_as_they_are(user):
    talk = make_talk(user, "agreed").talk
    for kind in TalkKind:
        assert not talk.answer(TalkSide.INVITER, kind, OTHER)
    assert answers(talk, TalkSide.INVITER) == INVITERS
    assert talk.answer(TalkSide.GUEST, TalkKind.NOW, OTHER)


def test_a_note_is_written_changed_and_taken_back(user):
    talk = make_talk(user, "open").talk
    assert talk.write(TalkSide.GUEST, "One")
    assert talk.write(TalkSide.GUEST, "Two")
    assert TalkNote.objects.get().text == "Two"
    assert talk.write(TalkSide.GUEST, "")
    assert not TalkNote.objects.exists()


@pytest.mark.parametrize("state", ["left", "withdrawn", "expired", "over"])
@pytest.mark.parametrize("side", TalkSide)
def test_in_a_talk_that_has_ended_nothing_happens_any_more(user, state, side):
    talk = make_talk(user, state).talk
    before = answers(talk, side)
    assert not talk.answer(side, TalkKind.NOW, OTHER)
    assert not talk.agree(side)
    assert not talk.write(side, "Too late.")
    assert answers(talk, side) == before
    assert not TalkNote.objects.exists()


def test_a_talk_that_was_deleted_meanwhile_takes_nothing(user):
    talk = make_talk(user, "started").talk
    Talk.objects.all().delete()
    assert not talk.answer(TalkSide.GUEST, TalkKind.NOW, SPLIT)
    assert not talk.agree(TalkSide.GUEST)
    assert not talk.write(TalkSide.GUEST, "Too late.")
    talk.withdraw(TalkSide.GUEST)


# --- Withdrawing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "left"),
    [(TalkSide.INVITER, {"guest": GUESTS}), (TalkSide.GUEST, {"inviter": INVITERS})],
)
def test_withdrawing_deletes_the_rows_of_that_side_alone(user, side, left):
    talk = make_talk(user, "open").talk
    for each in TalkSide:
        talk.write(each, f"By the {each}.")
    talk.withdraw(side)
    assert answers(talk, side) == {}
    assert {side.other.value: answers(talk, side.other)} == left
    assert TalkNote.objects.get().side == side.other
    stored = talk_of(talk)
    assert stored.state == TalkState.ENDED
    assert stored.has_withdrawn(side)
    assert not stored.has_withdrawn(side.other)
    assert (stored.name, stored.label) == (
        ("", "") if side == TalkSide.INVITER else ("Anna", LABEL)
    )
    talk.withdraw(side)
    assert talk_of(talk).expires_at == stored.expires_at


def test_both_may_withdraw(user):
    talk = make_talk(user, "open").talk
    talk.withdraw(TalkSide.GUEST)
    talk.withdraw(TalkSide.INVITER)
    assert not TalkAnswer.objects.exists()


def test_deleting_the_account_withdraws_from_all(user):
    guest = make_user("guest@example.org")
    invited, started, opened = (
        make_talk(user, s, guest=guest).talk for s in ("invited", "started", "open")
    )
    theirs = make_talk(guest, "open", guest=user).talk
    delete_account(user)
    for talk in (invited, started, opened):
        stored = talk_of(talk)
        assert (stored.inviter, stored.name, stored.label) == (None, "", "")
        assert stored.has_withdrawn(TalkSide.INVITER)
        assert answers(talk, TalkSide.INVITER) == {}
    assert answers(opened, TalkSide.GUEST) == GUESTS
    assert talk_of(theirs).guest is None
    assert answers(theirs, TalkSide.GUEST) == {}
    assert answers(theirs, TalkSide.INVITER) == INVITERS
    assert set(Talk.objects.for_user(guest)) == {started, opened, theirs}


def test_deleting_an_account_costs_as_many_statements_with_many_talks_as_with_few(user):
    other = make_user("other@example.org")

    def statements(person, talks):
        for _ in range(talks):
            make_talk(person, "open")
        with CaptureQueriesContext(connection) as made:
            delete_account(person)
        return len(made)

    assert statements(user, talks=5) == statements(other, talks=1)


def test_an_account_that_the_admin_deletes_withdraws_too(user):
    talk = make_talk(user, "open").talk
    User.objects.filter(pk=user.pk).delete()
    assert talk_of(talk).has_withdrawn(TalkSide.INVITER)
    assert answers(talk, TalkSide.INVITER) == {}


# --- Concurrency --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_start_at_once_one_does():
    _talk, key, _ = make_talk(make_user())
    keys = []
    start = lambda: keys.append(Talk.objects.start(key, user=NOBODY))  # noqa: E731
    assert at_once(start, start) == []
    assert sorted(map(bool, keys)) == [False, True]
    assert Talk.objects.of_guest(next(filter(None, keys)))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_both_answer_and_agree_at_once():
    talk = make_talk(make_user(), "started").talk

    def finish(side):
        for kind in TalkKind:
            assert talk.answer(side, kind, SPLIT)
        assert talk.agree(side)

    assert at_once(lambda: finish(TalkSide.INVITER), lambda: finish(TalkSide.GUEST)) == []
    assert talk_of(talk).state == TalkState.OPEN
    assert TalkAnswer.objects.count() == 6


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_answer_sent_twice_at_once_is_one():
    talk = make_talk(make_user(), "started").talk
    send = lambda: talk.answer(TalkSide.GUEST, TalkKind.NOW, SPLIT)  # noqa: E731
    assert at_once(send, send, send) == []
    assert answers(talk, TalkSide.GUEST) == {"now": str(SPLIT)}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("_time", range(3))
def test_one_agrees_while_the_other_withdraws(_time):
    talk = make_talk(make_user(), "agreed").talk
    assert (
        at_once(lambda: talk.agree(TalkSide.GUEST), lambda: talk.withdraw(TalkSide.INVITER)) == []
    )
    stored = talk_of(talk)
    assert stored.state == TalkState.ENDED
    assert answers(talk, TalkSide.INVITER) == {}
    assert answers(talk, TalkSide.GUEST) == GUESTS


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("_time", range(3))
def test_points_that_arrive_while_their_side_agrees_are_shown_or_refused(_time):
    talk = make_talk(make_user(), "answered").talk
    taken = []
    assert (
        at_once(
            lambda: talk.agree(TalkSide.GUEST),
            lambda: taken.append(talk.answer(TalkSide.GUEST, TalkKind.NOW, OTHER)),
        )
        == []
    )
    assert talk_of(talk).has_agreed(TalkSide.GUEST)
    assert answers(talk, TalkSide.GUEST)["now"] == (
        str(OTHER) if taken[0] else GUESTS[TalkKind.NOW]
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_invitations_at_once_only_one_is_the_tenth_of_a_day():
    user = make_user()
    for _ in range(MAX_INVITATIONS_A_DAY - 1):
        make_talk(user)
    invite = lambda: Talk.objects.invite(inviter=user, name="Anna")  # noqa: E731
    assert [type(error) for error in at_once(invite, invite)] == [TooManyInvitationsTodayError]
    assert Talk.objects.count() == MAX_INVITATIONS_A_DAY


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_invitation_twice_at_once_is_made_once():
    user, key, made = make_user(), make_key(), []

    def invite():
        made.append(Talk.objects.invite(inviter=user, name="Anna", key=key))

    assert at_once(invite, invite) == []
    assert {each.talk for each in made} == {Talk.objects.get()}
    assert sorted(each.is_new for each in made) == [False, True]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_guest_who_deletes_their_account_while_they_start_leaves_nothing_half_done():
    inviter, guest = make_user(), make_user("guest@example.org")
    talk, key, _ = make_talk(inviter)
    raised = at_once(
        lambda: Talk.objects.start(key, user=guest),
        lambda: delete_account(User.objects.get(pk=guest.pk)),
    )
    assert raised == []
    stored = talk_of(talk)
    assert stored.guest is None
    assert stored.state in (TalkState.STARTED, TalkState.ENDED)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whoever_deletes_their_account_invites_nobody():
    user = make_user()
    made = []
    assert (
        at_once(
            lambda: made.append(Talk.objects.invite(inviter=user, name="Anna")),
            lambda: delete_account(User.objects.get(pk=user.pk)),
        )
        == []
    )
    assert not Talk.objects.open_invitations().exists()


# --- Constraints ----------------------------------------------------------------------------------

NOW = timezone.now()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"name": ""}, "talk_has_a_name_until_the_inviter_withdraws"),
        ({"inviter_withdrew_at": NOW}, "talk_has_a_name_until_the_inviter_withdraws"),
        (
            {"name": "", "label": "Ben", "inviter_withdrew_at": NOW},
            "talk_has_no_label_once_the_inviter_withdrew",
        ),
        ({"name": "http://evil.example"}, "talk_name_holds_no_address"),
        ({"name": "See WWW.evil.example"}, "talk_name_holds_no_address"),
        ({"name": "anna@example.org"}, "talk_name_holds_no_address"),
        ({"name": "Call evil.com"}, "talk_name_holds_no_address"),
        ({"name": "Call evil。中国"}, "talk_name_holds_no_address"),
        ({"name": "At 1.2.3.4/login"}, "talk_name_holds_no_address"),
        ({"name": "\u202eAnn"}, "talk_name_holds_nothing_invisible"),
        ({"name": "A\u200dnn"}, "talk_name_holds_nothing_invisible"),
        ({"name": "\u2605"}, "talk_name_has_a_letter"),
        ({"invite_hash": "a key"}, "talk_keys_are_stored_as_hashes"),
        ({"started_at": NOW, "guest_hash": "a key"}, "talk_keys_are_stored_as_hashes"),
        ({"started_at": NOW}, "talk_starts_with_a_key_for_the_guest"),
        ({"guest_hash": HASH}, "talk_starts_with_a_key_for_the_guest"),
        (
            {"started_at": NOW + INVITATION_TERM, "guest_hash": HASH},
            "talk_starts_while_its_invitation_holds",
        ),
        (
            {"started_at": NOW - timedelta(days=1), "guest_hash": HASH},
            "talk_starts_while_its_invitation_holds",
        ),
        ({"guest_agreed_at": NOW}, "talk_is_answered_once_it_started"),
        ({"inviter_agreed_at": NOW}, "talk_is_answered_once_it_started"),
        ({"guest_withdrew_at": NOW}, "talk_is_answered_once_it_started"),
        ({"inviter": None}, "talk_without_inviter_is_withdrawn"),
    ],
)
def test_postgresql_refuses_a_talk_that_none_can_be(user, values, constraint):
    good = {"inviter": user, "name": "Anna", "invite_hash": hash_of("b"), "made_at": NOW}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Talk.objects.create(**{**good, **values})


def test_postgresql_refuses_a_guest_who_is_the_inviter(user):
    talk = make_talk(user, "started").talk
    with pytest.raises(IntegrityError, match="talk_is_between_two"), transaction.atomic():
        Talk.objects.filter(pk=talk.pk).update(guest=user)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"side": "both"}, "talkanswer_side_is_known"),
        ({"kind": "past"}, "talkanswer_kind_is_known"),
        ({"vanity_project": 1}, "talkanswer_spends_ten_points"),
        ({"business_driven": 11, "community_spirit": -3}, "talkanswer_[a-z_]+_0_to_10"),
        ({"kind": "now"}, "talkanswer_once_for_a_side_and_kind"),
    ],
)
def test_postgresql_refuses_an_answer_that_none_can_be(user, values, constraint):
    talk = make_talk(user, "started").talk
    talk.answer(TalkSide.GUEST, TalkKind.NOW, SPLIT)
    good = {"talk": talk, "side": "guest", "kind": "guess", **SPLIT.as_dict()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TalkAnswer.objects.create(**{**good, **values})


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"side": "both"}, "talknote_side_is_known"),
        ({"text": ""}, "talknote_has_text"),
        ({"text": "x" * (NOTE_MAX_LENGTH + 1)}, "talknote_not_too_long"),
        ({"side": "guest"}, "talknote_once_for_a_side"),
    ],
)
def test_postgresql_refuses_a_note_that_none_can_be(user, values, constraint):
    talk = make_talk(user, "started").talk
    talk.write(TalkSide.GUEST, "Mine")
    good = {"talk": talk, "side": "inviter", "text": "Yours"}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TalkNote.objects.create(**{**good, **values})


def test_a_name_with_an_address_is_refused_in_words(user):
    talk = Talk(inviter=user, name="www.evil.example", invite_hash=HASH)
    with pytest.raises(ValidationError) as raised:
        talk.full_clean()
    assert raised.value.message_dict["name"] == [str(NAME_WITH_ADDRESS)]
