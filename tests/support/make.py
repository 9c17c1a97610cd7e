"""Factories for the rows and forms that tests need, with sensible defaults."""

import uuid
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from purposeapp.accounts import groups
from purposeapp.models import Assessment, Goal, Reminder, Tick, Tip, User
from purposeapp.models.tip import TIP_FIELDS
from purposeapp.split import Purpose, Split

PASSWORD = "ten points to spend"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_user(email: str = "owner@example.org", **extra) -> User:
    return User.objects.create_user(email, PASSWORD, **extra)


def make_assessment(user: User, split: str = "6-2-2-0-0", **extra) -> Assessment:
    return Assessment.objects.create(user=user, **Split.parse(split).as_dict(), **extra)


def make_goal(user: User, split: str = "4-3-3-0-0", **extra) -> Goal:
    return Goal.objects.create(user=user, **Split.parse(split).as_dict(), **extra)


def prove_address(user: User) -> None:
    """Mark a user's email address as verified."""
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


def make_verified_user(email: str = "owner@example.org", **extra) -> User:
    user = make_user(email, **extra)
    prove_address(user)
    return user


def make_reminder(user: User, rhythm: str = "every_6_months", **extra) -> Reminder:
    return Reminder.objects.create(user=user, rhythm=rhythm, **extra)


def make_tip(purpose: Purpose = Purpose.BUSINESS_DRIVEN, text: str = "Be kind.", **extra) -> Tip:
    extra.setdefault("key", text.lower().replace(" ", "-").strip("."))
    extra.setdefault("state", Tip.State.PUBLISHED)
    return Tip.objects.create(purpose=purpose, text=text, **extra)


def tip_form(tip: Tip, **changes) -> dict:
    """Return the data that the admin's form for a tip sends, with these changes."""
    values = {name: getattr(tip, name) for name in TIP_FIELDS}
    published_from = tip.published_from or ""
    return {**values, "published_from": published_from, "version": tip.fingerprint, **changes}


def make_editor(email: str = "editor@example.org") -> User:
    """Create a staff user who may edit tips and nothing else."""
    user = make_user(email, is_staff=True)
    user.groups.add(Group.objects.get(name=groups.GROUP))
    return user


def make_superuser(email: str = "root@example.org") -> User:
    return make_user(email, is_staff=True, is_superuser=True)


def points(split: str, **extra) -> dict[str, str]:
    """Return the data that the questionnaire sends for a split, or for any five values."""
    return {**dict(zip(Purpose.values, split.split("-"), strict=True)), **extra}


def sheet(split: str = "6-2-2-0-0", **more) -> dict:
    """Return the data that /history/add/ sends for a sheet of 1 February 2026, with changes."""
    told = {"taken_on": "2026-02-01", "event": "", "event_words": "", "note": ""}
    return points(split, **{**told, "submission": str(uuid.uuid4()), **more})


def prove(client) -> None:
    """Reauthenticate with the password, which sensitive actions require."""
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302


def make_ticks(tip: Tip, done: int = 0, skipped: int = 0) -> None:
    """Let one new user for each tick say what they did with the tip."""
    for number, verdict in enumerate(["done"] * done + ["not_for_me"] * skipped):
        user = make_user(f"{tip.key}-{number}@hidden.example")
        Tick.objects.create(user=user, tip=tip, verdict=verdict)
