"""`manage.py demo`: a person with a history and a staff account, to look around with."""

import io
import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.utils import timezone

from purposeapp.management import demo
from purposeapp.models import (
    Assessment,
    CommunityPicture,
    Goal,
    LifeEvent,
    Reminder,
    Room,
    RoomAnswer,
    RoomPicture,
    Talk,
    TalkAnswer,
    TalkNote,
    Tick,
    Tip,
    User,
)
from purposeapp.models.room import RoomState
from purposeapp.models.talk import TalkState
from purposeapp.models.talk_answer import TalkSide
from tests.support.make import make_user
from tests.support.pages import text_of

STORED = [
    User, EmailAddress, Assessment, Goal, Tick, Reminder, Talk, TalkAnswer, TalkNote, Room,
    RoomAnswer, RoomPicture, CommunityPicture,
]  # fmt: skip


def run() -> str:
    out = io.StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def accounts(printed: str) -> list[tuple[str, str]]:
    """Return the email address and password of each account, as printed."""
    return re.findall(r"^email: (\S+)\npassword: (\S+)$", printed, re.MULTILINE)


def everything_stored() -> list[dict]:
    return [row for model in STORED for row in model.objects.order_by("pk").values()]


@pytest.mark.django_db
def test_what_it_prints_signs_in(client):
    (person, its_password), (staff, staff_password) = accounts(run())
    for email, password, page in (
        (person, its_password, "/history/"),
        (staff, staff_password, "/admin/purposeapp/user/"),
    ):
        answer = client.post("/accounts/login/", {"login": email, "password": password})
        assert answer.status_code == 302
        assert client.get(page).status_code == 200
        client.logout()


@pytest.mark.django_db
def test_the_person_has_all_that_a_person_can_have():
    run()
    user = User.objects.get(email=demo.PERSON)
    taken = Assessment.objects.for_user(user).oldest_first()
    assert [str(assessment.split) for assessment in taken] == [it.split for it in demo.STORY]
    assert taken[11].taken_at - taken[0].taken_at > timedelta(days=880)
    assert {assessment.event for assessment in taken} == {
        "",
        LifeEvent.PROMOTION,
        LifeEvent.REDUNDANCY,
        LifeEvent.NEW_JOB,
        LifeEvent.OTHER,
    }
    goal = Goal.objects.for_user(user).current().get()
    assert goal.wanted_by > timezone.now().date()
    assert Goal.objects.for_user(user).exclude(ended_at=None).count() == 1
    assert sorted(tick.verdict for tick in Tick.objects.by_tip(user).values()) == [
        "done",
        "done",
        "not_for_me",
    ]
    assert User.objects.reachable().get(reminder__due_on__gt=timezone.now()) == user


@pytest.mark.django_db
def test_there_is_a_talk_in_each_state_between_the_person_and_the_staff(client):
    run()
    talks = list(Talk.objects.all())
    assert {talk.state for talk in talks} == set(TalkState)
    assert len({talk.made_at.date() for talk in talks}) == len(talks)
    ended = [talk for talk in talks if talk.state == TalkState.ENDED]
    assert sorted(talk.has_withdrawn(TalkSide.GUEST) for talk in ended) == [False, True]
    person, staff = (User.objects.get(email=email) for email in (demo.PERSON, demo.STAFF))
    assert {talk.inviter for talk in talks} == {person}
    assert {talk.guest for talk in talks} == {staff, None}
    opened = next(talk for talk in talks if talk.is_open)
    client.force_login(staff)
    assert "Questions to talk about" in client.get(f"/talks/{opened.pk}/").content.decode()


@pytest.mark.django_db
def test_there_is_a_room_in_each_state_of_the_person():
    run()
    rooms = list(Room.objects.all())
    assert {room.state for room in rooms} == set(RoomState)
    assert {room.host.email for room in rooms} == {demo.PERSON}
    assert len({room.title for room in rooms}) == len(rooms)
    revealed = next(room for room in rooms if room.state == RoomState.REVEALED)
    assert [picture.answers for picture in revealed.pictures.values()] == [12, 12]


@pytest.mark.django_db
def test_there_are_enough_others_for_the_community_and_nobody_signs_in_as_one(client):
    run()
    assert "The latest results of at least 120 people" in text_of(client.get("/community/"))
    others = User.objects.exclude(email__in=[demo.PERSON, demo.STAFF])
    assert others.count() == len(demo.COMMUNITY) == 120
    assert not any(user.has_usable_password() for user in others)


@pytest.mark.django_db
def test_others_have_ticked_and_skipped_tips_on_their_first_purpose():
    run()
    others = Tick.objects.exclude(user__email=demo.PERSON).select_related("tip", "user")
    assert {tick.verdict for tick in others} == set(Tick.Verdict)
    assert len({tick.user for tick in others}) > 100
    for tick in others:
        (assessment,) = tick.user.assessments.all()
        points = assessment.split.as_dict()
        assert points[tick.tip.purpose] == max(points.values())


@pytest.mark.django_db
def test_it_is_idempotent():
    printed = run()
    stored = everything_stored()
    assert run() == printed
    assert everything_stored() == stored


@pytest.mark.django_db
def test_what_the_person_did_since_stands():
    run()
    user = User.objects.get(email=demo.PERSON)
    Goal.objects.for_user(user).current().end(timezone.now())
    Assessment.objects.for_user(user).latest_first().first().delete()
    stored = everything_stored()
    run()
    assert everything_stored() == stored


@pytest.mark.django_db
def test_a_changed_password_is_the_printed_one_again(client):
    (email, password), _staff = accounts(run())
    user = User.objects.get(email=email)
    user.set_password("something else entirely")
    user.save()
    run()
    user.refresh_from_db()
    assert user.check_password(password)


@pytest.mark.django_db
def test_it_works_where_staff_archived_every_tip():
    Tip.objects.update(state=Tip.State.ARCHIVED)
    run()
    assert not Tick.objects.exists()


def test_passwords_differ_from_site_to_site(settings):
    here = demo.password_of(demo.STAFF)
    assert here != demo.password_of(demo.PERSON)
    settings.SECRET_KEY = "of another site, and long enough for one"
    assert demo.password_of(demo.STAFF) != here


@pytest.mark.django_db
def test_it_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not with APP_ENV=production"):
        run()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_story_can_end_on_any_day():
    user = make_user()
    demo.tell_story(user, date(2026, 3, 1))
    taken = Assessment.objects.for_user(user).oldest_first()
    assert f"{taken[0].taken_at:%Y-%m-%d %H:%M}" == "2023-08-31 09:00"
    assert f"{taken[11].taken_at:%Y-%m-%d %H:%M}" == "2026-02-14 09:00"
