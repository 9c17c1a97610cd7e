"""Data export: JSON with all of a user's data, and CSV of the assessments for spreadsheets.

The keys of an assessment in JSON are the columns of the CSV. Both are a public contract: keys may
be added at the end, but none is renamed.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from purposeapp.models import Assessment, Goal, Reminder, Room, Talk, Tick, User
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Purpose

from .csv_table import escape_formulas, write_table
from .json_validation import VERSION

KEYS = ["id", "taken_at", *Purpose.values, "note", "event", "event_words", "taken_on"]
DAY = "date"
"""An extra column of the CSV: the day of the assessment, as a date for spreadsheets."""
TEXTS = ["note", "event_words"]
"""The fields of free text, in which formulas are escaped for spreadsheets."""
INDENT = "    "
"""Indent of each line of an assessment in JSON. JSON strings contain no raw line breaks."""


def to_json(
    assessments: Iterable[Assessment],
    goals: Iterable[Goal] = (),
    ticks: Iterable[Tick] = (),
    reminder: Reminder | None = None,
    talks: Iterable[tuple[Talk, TalkSide]] = (),
    rooms: Iterable[Room] = (),
    user: User | None = None,
) -> Iterator[str]:
    """Yield all of a user's data as JSON, in the order given, in parts of one assessment each.

    The parts keep a long history from being in memory as a whole.

    An import reads assessments and goals back exactly. The rest is in the file for information
    only: ticks (by the tip's key), because another server may have other tips; the reminder,
    because no file may start emails; the side of job seeking, the time zone, and whether the user
    is left out of the community's picture; the user's own side of each talk, because a talk belongs
    to two people; the rooms that they host, because their answers are other people's, of which
    only the released pictures are exported; and the account, because a file must not change who
    signs in. Passwords, sessions and keys of links are secrets, and not in it.
    """
    settings = user or User()
    yield f'{{\n  "version": {VERSION},\n  "assessments": ['
    between = "\n"
    for assessment in assessments:
        yield between + INDENT + _json(_values(assessment)).replace("\n", "\n" + INDENT)
        between = ",\n"
    yield "],\n" if between == "\n" else "\n  ],\n"
    rest = {
        "goals": [_goal_values(goal) for goal in goals],
        "ticks": [_tick_values(tick) for tick in ticks],
        "reminder": reminder and _reminder_values(reminder),
        "seeks_as": settings.side,
        "time_zone": settings.time_zone,
        "talks": [_talk_values(talk, talk_side) for talk, talk_side in talks],
        "rooms": [_room_values(room) for room in rooms],
        "left_out": settings.left_out,
        "account": user and _account_values(user),
    }
    yield _json(rest).removeprefix("{\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def to_csv(assessments: Iterable[Assessment]) -> Iterator[str]:
    """Return the assessments as CSV lines, in the order given. An import reads them back exactly.

    Dates are in the time zone that is active at the call, not when the lines are consumed.
    """
    zone = timezone.get_current_timezone()
    rows = (
        {
            **_values(assessment),
            **{name: escape_formulas(getattr(assessment, name)) for name in TEXTS},
            DAY: (assessment.taken_on or timezone.localdate(assessment.taken_at, zone)).isoformat(),
        }
        for assessment in assessments
    )
    return write_table([*KEYS, DAY], rows)


def _account_values(user: User) -> dict[str, object]:
    """Return what the site knows about the person apart from what they entered."""
    return {
        "email": user.email,
        "joined_at": _timestamp(user.date_joined),
        "last_signed_in_at": _timestamp_or_none(user.last_login),
        "browser_time_zone": user.browser_time_zone,
        "linkedin": [
            {"id": each.uid, **{key: each.extra_data.get(key) for key in ("name", "email")}}
            for each in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
    }


def _reminder_values(reminder: Reminder) -> dict[str, str | None]:
    due_on = reminder.due_on.isoformat() if reminder.due_on else None
    return {"rhythm": reminder.rhythm, "due_on": due_on}


def _values(assessment: Assessment) -> dict[str, str | int | None]:
    return {
        "id": str(assessment.id),
        "taken_at": _timestamp(assessment.taken_at),
        **assessment.split.as_dict(),
        "note": assessment.note,
        "event": assessment.event,
        "event_words": assessment.event_words,
        "taken_on": assessment.taken_on.isoformat() if assessment.taken_on else None,
    }


def _goal_values(goal: Goal) -> dict[str, str | int | None]:
    return {
        **goal.split.as_dict(),
        "wanted_by": goal.wanted_by.isoformat() if goal.wanted_by else None,
        "set_at": _timestamp(goal.set_at),
        "ended_at": _timestamp_or_none(goal.ended_at),
    }


def _tick_values(tick: Tick) -> dict[str, str]:
    return {
        "tip": tick.tip.key,
        "verdict": tick.verdict,
        "ticked_at": _timestamp(tick.ticked_at),
    }


def _talk_values(talk: Talk, side: TalkSide) -> dict[str, object]:
    """Return what one side entered in a talk, and nothing that the other side entered."""
    notes = [note.text for note in talk.notes.all() if note.side == side]
    answers = talk.answered[side]
    return {
        "id": str(talk.id),
        "side": side.value,
        "made_at": _timestamp(talk.made_at),
        "note": "".join(notes),
        **{kind.value: answers[kind].as_dict() for kind in TalkKind if kind in answers},
        **({"label": talk.label, "name": talk.name} if side == TalkSide.INVITER else {}),
        "started_at": _timestamp_or_none(talk.started_at),
        "agreed_at": _timestamp_or_none(talk.agreed_at(side)),
    }


def _room_values(room: Room) -> dict[str, object]:
    """Return what the host entered for a room, and the room's released pictures."""
    return {
        "title": room.title,
        "made_at": _timestamp(room.made_at),
        "asks_future": room.asks_future,
        "pictures": [
            {"round": each.round, "kind": each.kind, "answers": each.answers, "rows": each.rows}
            for each in room.released.all()
        ],
        "opened_at": _timestamp_or_none(room.opened_at),
    }


def _timestamp(time: datetime) -> str:
    # Not strftime: it doesn't zero-pad years before 1000.
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _timestamp_or_none(time: datetime | None) -> str | None:
    return _timestamp(time) if time else None
