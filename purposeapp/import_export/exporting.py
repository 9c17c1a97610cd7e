"""A history as a file to take away: JSON, which holds all of it, and CSV, for spreadsheets.

The keys of the one are the columns of the other. Both are a public contract: keys may be added
at the end, none is renamed.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.utils import timezone

from purposeapp.models import Assessment, Goal, Reminder, Room, Talk, Tick
from purposeapp.models.talk_answer import TalkSide
from purposeapp.split import Purpose

from .csv_table import escape_formulas, write_table
from .json_validation import VERSION

KEYS = ["id", "taken_at", *Purpose.values, "note", "event", "event_words", "taken_on"]
DAY = "date"
"""A column of the CSV alone: the day that it was, as spreadsheets know dates."""
TEXTS = ["note", "event_words"]
"""What somebody wrote, and a spreadsheet must not run."""
INDENT = "    "
"""Before each line of an assessment in JSON. No text breaks a line there."""


def to_json(
    assessments: Iterable[Assessment],
    goals: Iterable[Goal] = (),
    ticks: Iterable[Tick] = (),
    reminder: Reminder | None = None,
    side: str = "",
    time_zone: str = "",
    talks: Iterable[tuple[Talk, TalkSide]] = (),
    rooms: Iterable[Room] = (),
) -> Iterator[str]:
    """All of it as JSON, in the order given; an import reads assessments and goals back exactly.

    In parts, an assessment each, so that a long history is nowhere as a whole.

    What the person said of tips, each by its key, their side of job seeking, the time zone that
    they chose, the reminder, their own side of each talk and the rooms that they host stand there
    to be read: another server may have other tips, no file starts a mail, a talk is between two,
    and a room is made of other people's answers, of which only the pictures are anybody's to have.
    """
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
        "seeks_as": side,
        "time_zone": time_zone,
        "talks": [_talk_values(talk, talk_side) for talk, talk_side in talks],
        "rooms": [_room_values(room) for room in rooms],
    }
    yield _json(rest).removeprefix("{\n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def to_csv(assessments: Iterable[Assessment]) -> Iterator[str]:
    """The assessments as CSV, in the order given, a line each; an import reads them back exactly.

    The days are those of the time zone of now, also where the lines are read later.
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
        "ended_at": _timestamp(goal.ended_at) if goal.ended_at else None,
    }


def _tick_values(tick: Tick) -> dict[str, str]:
    return {
        "tip": tick.tip.key,
        "verdict": tick.verdict,
        "ticked_at": _timestamp(tick.ticked_at),
    }


def _talk_values(talk: Talk, side: TalkSide) -> dict[str, object]:
    """What one side told in a talk, and nothing of the other one, whose talk it is too."""
    notes = [note.text for note in talk.notes.all() if note.side == side]
    return {
        "id": str(talk.id),
        "side": side.value,
        "made_at": _timestamp(talk.made_at),
        "note": "".join(notes),
        **{kind: split.as_dict() for kind, split in talk.answered[side].items()},
        **({"label": talk.label} if side == TalkSide.INVITER else {}),
    }


def _room_values(room: Room) -> dict[str, object]:
    """What a host entered, and the pictures that were released."""
    return {
        "title": room.title,
        "made_at": _timestamp(room.made_at),
        "asks_future": room.asks_future,
        "pictures": [
            {"round": each.round, "kind": each.kind, "answers": each.answers, "rows": each.rows}
            for each in room.released.all()
        ],
    }


def _timestamp(time: datetime) -> str:
    # Not strftime: it writes years before 1000 without their zeros.
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
