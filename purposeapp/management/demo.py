"""Demo data: a person with two and a half years of history, a community, and a staff account.

`manage.py demo` creates them for people who want to look around; tests, screenshots and benchmarks
use the same data. All rows satisfy the constraints, as if they had been entered on the site.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from purposeapp.advice.fit import Side
from purposeapp.models import (
    Assessment,
    CommunityPicture,
    Goal,
    LifeEvent,
    Reminder,
    Room,
    RoomAnswer,
    Talk,
    Tick,
    Tip,
    User,
)
from purposeapp.models.capability_key import hash_of, make_key
from purposeapp.models.room_answer import RoomKind
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_queryset import INVITATION_TERM
from purposeapp.split import Purpose, Split

# example.org is reserved (RFC 2606), so mail to these addresses goes nowhere.
PERSON = "demo@example.org"
STAFF = "staff@example.org"

LENGTH_DAYS = 913
"""The days from the beginning of the story to today: two and a half years."""


class Chapter(NamedTuple):
    """An assessment in the story."""

    day: int
    """Days since the story began."""
    split: str
    event: str = ""
    note: str = ""
    event_words: str = ""


STORY = [
    Chapter(0, "7-1-1-0-1", note="Clients first. Everything else can wait."),
    Chapter(84, "6-2-1-0-1"),
    Chapter(171, "6-1-2-0-1", LifeEvent.PROMOTION, "I lead the team now, and post less."),
    Chapter(262, "5-2-2-1-0", note="A recruiter wrote. I answered, just to see."),
    Chapter(331, "1-2-1-6-0", LifeEvent.REDUNDANCY, "Nobody saw it coming."),
    Chapter(352, "0-1-2-7-0", note="Every morning begins with the adverts."),
    Chapter(409, "0-3-2-5-0", note="Former colleagues answer within the hour."),
    Chapter(478, "1-2-2-5-0", note="Two interviews in one week."),
    Chapter(539, "3-3-3-1-0", LifeEvent.NEW_JOB, "It came through someone I once helped."),
    Chapter(641, "3-4-3-0-0"),
    Chapter(758, "2-5-2-0-1", LifeEvent.OTHER, event_words="I began a meetup in my town"),
    Chapter(898, "2-5-3-0-0", note="Calmer. I give more than I ask for."),
]

EARLIER_GOAL, EARLIER_GOAL_DAYS = "4-3-3-0-0", (352, 539)
"""The goal while the person had no job, and its first and last day."""
GOAL, GOAL_DAY, WANTED_BY_DAY = "1-6-3-0-0", 641, 1_033
"""The current goal, the day it was set, and its target date, four months after today."""

TALK_NAME = "Dana"
TALK_ANSWERS = {
    (TalkSide.INVITER, TalkKind.NOW): "2-5-3-0-0",
    (TalkSide.INVITER, TalkKind.FUTURE): "1-6-3-0-0",
    (TalkSide.INVITER, TalkKind.GUESS): "4-1-2-0-3",
    (TalkSide.GUEST, TalkKind.NOW): "1-1-3-0-5",
    (TalkSide.GUEST, TalkKind.FUTURE): "2-4-3-0-1",
    (TalkSide.GUEST, TalkKind.GUESS): "2-4-2-1-1",
}
"""The answers of both sides in the talks."""

ROOMS = {
    "Our team, last spring": ("open", "reveal", "end"),
    "Workshop on Tuesday": ("open", "reveal"),
    "Our team, this spring": ("open",),
    "Evening class": (),
}
"""The rooms, the oldest first, each with the actions of its host."""
ROOM_ANSWERS = {
    RoomKind.NOW: [
        "6-2-2-0-0", "5-1-2-2-0", "1-2-1-6-0", "0-5-4-0-1", "3-0-2-1-4", "2-2-4-1-1",
        "7-1-1-0-1", "4-2-3-1-0", "5-3-1-0-1", "2-1-2-5-0", "6-1-1-0-2", "3-3-3-1-0",
    ],
    RoomKind.FUTURE: [
        "3-4-3-0-0", "3-3-3-1-0", "2-4-3-1-0", "0-6-4-0-0", "3-2-3-0-2", "1-4-4-1-0",
        "4-3-3-0-0", "3-3-4-0-0", "3-4-2-0-1", "3-3-3-1-0", "4-3-2-0-1", "2-4-3-1-0",
    ],
}  # fmt: skip
"""The answers of twelve people in each room that has been opened."""

COMMUNITY = [split for answers in ROOM_ANSWERS.values() for split in answers] * 5
"""The latest results of all other people: more than enough for the community's picture."""

VERDICTS = [Tick.Verdict.DONE, Tick.Verdict.DONE, Tick.Verdict.NOT_FOR_ME]
"""The person's verdicts on the first tips on community spirit; other people's are in turn."""


def make_person(email: str = PERSON) -> User:
    """Return the person with the story. The first call creates it; later ones change nothing."""
    user, is_new = _make_account(email, side=Side.CANDIDATE)
    if is_new:
        tell_story(user)
    return user


def make_staff(email: str = STAFF) -> User:
    """Return a superuser, who is created on the first call."""
    return _make_account(email, is_staff=True, is_superuser=True)[0]


@transaction.atomic
def make_talks(inviter: User, guest: User) -> None:
    """Create a talk in each possible state, on the first call."""
    if Talk.objects.filter(inviter=inviter).exists():
        return
    long_ago = timezone.now() - INVITATION_TERM - timedelta(days=1)
    Talk.objects.create(  # expired: nobody started it in time
        inviter=inviter, name=TALK_NAME, invite_hash=hash_of(make_key()), made_at=long_ago
    )
    _make_talk(inviter, guest, "Alex", []).withdraw(TalkSide.GUEST)
    _make_talk(inviter, guest, "Kim, from the reading group", []).answer(
        TalkSide.INVITER, TalkKind.NOW, Split.parse(TALK_ANSWERS[TalkSide.INVITER, TalkKind.NOW])
    )
    _make_talk(inviter, guest, "Sam", list(TalkSide))
    opened = _make_talk(inviter, guest, "Robin", list(TalkSide))
    opened.write(TalkSide.INVITER, "I give more than I ask for, and would like to give it better.")
    for side in TalkSide:
        opened.agree(side)
    Talk.objects.invite(inviter=inviter, name=TALK_NAME)
    newest_first = Talk.objects.filter(inviter=inviter).order_by("-made_at")
    for days, talk in enumerate(newest_first):  # as if one had been made each day
        Talk.objects.filter(pk=talk.pk).update(made_at=talk.made_at - timedelta(days=days))


def _make_talk(inviter: User, guest: User, label: str, finished: list[TalkSide]) -> Talk:
    """Return a talk that has started, in which the sides in `finished` have answered."""
    invited = Talk.objects.invite(inviter=inviter, name=TALK_NAME, label=label)
    assert invited  # noqa: S101 (for the type checker)
    talk = invited.talk
    Talk.objects.start(invited.key, user=guest)
    for (side, kind), split in TALK_ANSWERS.items():
        if side in finished:
            talk.answer(side, kind, Split.parse(split))
    return talk


@transaction.atomic
def make_rooms(host: User) -> None:
    """Create a room in each possible state, on the first call."""
    if Room.objects.filter(host=host).exists():
        return
    for title, steps in ROOMS.items():
        room = Room.objects.make(host=host, title=title, asks_future=True)
        assert room  # noqa: S101 (for the type checker)
        for step in steps:
            assert getattr(room, step)()  # noqa: S101 (each step must succeed)
            if step == "open":
                _answer_all(room)


def _answer_all(room: Room) -> None:
    for kind, splits in ROOM_ANSWERS.items():
        for number, split in enumerate(splits):
            RoomAnswer.objects.store(
                room.pk, seat=f"demo {number}", kind=kind, split=Split.parse(split)
            )


@transaction.atomic
def make_community() -> None:
    """Create many people and the community's picture, on the first call.

    Each has one result and has ticked tips on its first purpose. They have no usable passwords.
    """
    people = [
        User(email=f"demo-{number}@example.org", password=make_password(None))
        for number in range(len(COMMUNITY))
    ]
    if User.objects.filter(email=people[0].email).exists():
        return
    Assessment.objects.bulk_create(
        Assessment(user=user, **Split.parse(split).as_dict())
        for user, split in zip(User.objects.bulk_create(people), COMMUNITY, strict=True)
    )
    CommunityPicture.objects.refresh()
    tips = list(Tip.objects.published().by_position())
    Tick.objects.bulk_create(
        Tick(user=user, tip=tip, verdict=VERDICTS[(number + place) % len(VERDICTS)])
        for number, (user, split) in enumerate(zip(people, COMMUNITY, strict=True))
        for place, tip in enumerate(_on_first_purpose(tips, Split.parse(split)))
        if place <= number % 4
    )


def _on_first_purpose(tips: list[Tip], split: Split) -> list[Tip]:
    first = max(Purpose, key=lambda purpose: split[purpose])
    return [tip for tip in tips if tip.purpose == first]


def password_of(email: str) -> str:
    """Return the password of a demo account: always the same on a site, different on each site."""
    return salted_hmac("purposeapp.management.demo", email, algorithm="sha256").hexdigest()[:20]


@transaction.atomic
def _make_account(email: str, **details) -> tuple[User, bool]:
    """Return an account with a verified address and the demo password, and whether it's new."""
    user, is_new = User.objects.get_or_create(email=email, defaults=details)
    if not user.check_password(password_of(email)):
        user.set_password(password_of(email))
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user, is_new


@transaction.atomic
def tell_story(user: User, today: date | None = None) -> None:
    """Create the whole story for `user`, who has no history yet, so that it ends `today` (UTC)."""
    begin = datetime.combine(
        (today or timezone.now().date()) - timedelta(days=LENGTH_DAYS), time(9), UTC
    )
    day = timedelta(days=1)
    record_chapters(user, begin, STORY)
    set_at, ended_at = (begin + number * day for number in EARLIER_GOAL_DAYS)
    Goal.objects.create(
        user=user, set_at=set_at, ended_at=ended_at, **Split.parse(EARLIER_GOAL).as_dict()
    )
    Goal.objects.create(
        user=user,
        set_at=begin + GOAL_DAY * day,
        wanted_by=(begin + WANTED_BY_DAY * day).date(),
        **Split.parse(GOAL).as_dict(),
    )
    tips = Tip.objects.published().filter(purpose=Purpose.COMMUNITY_SPIRIT).by_position()
    for tip, verdict in zip(tips, VERDICTS, strict=False):
        Tick.objects.record(user=user, tip=tip, verdict=verdict)
    Reminder.objects.choose(user=user, rhythm=Reminder.Rhythm.EVERY_6_MONTHS)


def record_chapters(user: User, begin: datetime, chapters: list[Chapter]) -> None:
    """Store assessments of `user`, each taken so many days after `begin`.

    They are recorded now, like those on paper, since a new site has no older versions of tips.
    """
    Assessment.objects.bulk_create(
        Assessment(
            user=user,
            taken_at=begin + timedelta(days=chapter.day),
            event=chapter.event,
            event_words=chapter.event_words,
            note=chapter.note,
            **Split.parse(chapter.split).as_dict(),
        )
        for chapter in chapters
    )
