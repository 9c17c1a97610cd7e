"""Demo data: a person with two and a half years of history, and a staff account.

`manage.py demo` makes them for whoever looks around; tests, screenshots and measurements tell
the same story. Only what the site itself does is done here: every row passes its constraints.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from purposeapp.advice.fit import Side
from purposeapp.models import Assessment, Goal, LifeEvent, Reminder, Tick, Tip, User
from purposeapp.split import Purpose, Split

# example.org is reserved (RFC 2606): mail to these goes nowhere.
PERSON = "demo@example.org"
STAFF = "staff@example.org"

LENGTH_DAYS = 913
"""How long before today the story begins: two and a half years."""


class Chapter(NamedTuple):
    """One assessment of the story."""

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
    Chapter(539, "3-3-3-1-0", LifeEvent.NEW_JOB, "It came through somebody I once helped."),
    Chapter(641, "3-4-3-0-0"),
    Chapter(758, "2-5-2-0-1", LifeEvent.OTHER, event_words="I began a meetup in my town"),
    Chapter(898, "2-5-3-0-0", note="Calmer. I give more than I ask for."),
]

EARLIER_GOAL, EARLIER_GOAL_DAYS = "4-3-3-0-0", (352, 539)
"""What was wanted while a job was missing, from the one day to the other."""
GOAL, GOAL_DAY, WANTED_BY_DAY = "1-6-3-0-0", 641, 1_033
"""What is wanted since then, and by when: four months after today."""

VERDICTS = [Tick.Verdict.DONE, Tick.Verdict.DONE, Tick.Verdict.NOT_FOR_ME]
"""What is said of the first tips on community spirit."""


def make_person(email: str = PERSON) -> User:
    """The person with the story, made on the first call; later ones leave it as it is."""
    user, is_new = _make_account(email, side=Side.CANDIDATE)
    if is_new:
        tell_story(user)
    return user


def make_staff(email: str = STAFF) -> User:
    """A superuser, made on the first call."""
    return _make_account(email, is_staff=True, is_superuser=True)[0]


def password_of(email: str) -> str:
    """The password of a demo account: always the same here, and another one on each site."""
    return salted_hmac("purposeapp.management.demo", email, algorithm="sha256").hexdigest()[:20]


@transaction.atomic
def _make_account(email: str, **details) -> tuple[User, bool]:
    """An account with a verified address and its demo password, and whether it is new."""
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
    """Give `user`, who has no history yet, the whole story, as if it ended `today` (UTC)."""
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
    """Store these assessments of `user`, as taken so many days after `begin`.

    They count as recorded now, like those from paper: the tips of a new site are no older.
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
