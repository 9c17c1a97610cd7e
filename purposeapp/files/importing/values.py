"""The values of an export, each held against what it can be. What is wrong is raised as Wrong."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy

from purposeapp.files.hostile_json import Wrong, is_text
from purposeapp.models import LifeEvent
from purposeapp.models.assessment import EARLIEST, EVENT_WORDS_MAX_LENGTH, NOTE_MAX_LENGTH
from purposeapp.split import BUDGET, Purpose, Split, budget_error

MISSING = gettext_lazy("“%(key)s” is missing.")
BAD_ID = gettext_lazy("“id” must be a UUID.")
BAD_POINTS = gettext_lazy("“%(key)s” must be a whole number from 0 to 10.")
BAD_TIME = gettext_lazy(
    "“%(key)s” must be a date and time with its offset, such as 2026-11-23T10:00:00Z."
)
TOO_EARLY = gettext_lazy("“%(key)s” is before LinkedIn opened.")
IN_THE_FUTURE = gettext_lazy("“%(key)s” is in the future.")
BAD_DAY = gettext_lazy("“%(key)s” must be a day, such as 2026-11-23, or null.")
BAD_TEXT = gettext_lazy("“%(key)s” must be text without damaged characters.")
NOTE_TOO_LONG = gettext_lazy("“note” is longer than 2,000 characters.")
BAD_EVENT = gettext_lazy("“event” must be empty, or one of: %(events)s.")
WORDS_TOO_LONG = gettext_lazy("“event_words” is longer than 80 characters.")
WORDS_MISSING = gettext_lazy("“event_words” must say what happened where “event” is “other”.")
WORDS_BESIDE_AN_EVENT = gettext_lazy("“event_words” must be empty where “event” is not “other”.")


def check_keys(values: dict, keys: Iterable[str]) -> None:
    """Raise Wrong for the first of `keys` that is missing."""
    for key in keys:
        if key not in values:
            raise Wrong(MISSING % {"key": key})


def read_id(value) -> UUID:
    """A UUID, as exports write it."""
    try:
        found = UUID(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise Wrong(BAD_ID) from error
    # Python takes braces, prefixes and the digits of other scripts as well.
    if str(found) != value.lower():
        raise Wrong(BAD_ID)
    return found


def read_moment(values: dict, key: str) -> datetime:
    """A moment between LinkedIn's opening and now."""
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
    value = values[key]
    if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
        raise Wrong(BAD_TIME % {"key": key})
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Wrong(BAD_TIME % {"key": key}) from error
    # Compared before it is turned into UTC, which the first and last hours of time can't be.
    if moment < EARLIEST:
        raise Wrong(TOO_EARLY % {"key": key})
    if moment > timezone.now():
        raise Wrong(IN_THE_FUTURE % {"key": key})
    return moment.astimezone(UTC)


def read_day(values: dict, key: str) -> date | None:
    """A day, or None for null."""
    value = values[key]
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise Wrong(BAD_DAY % {"key": key})
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise Wrong(BAD_DAY % {"key": key}) from error


def read_split(values: dict) -> Split:
    """Ten points on five purposes."""
    points = []
    for key in Purpose.values:
        # Booleans are whole numbers to Python, and nowhere else.
        if type(values[key]) is not int or not 0 <= values[key] <= BUDGET:
            raise Wrong(BAD_POINTS % {"key": key})
        points.append(values[key])
    if error := budget_error(sum(points)):
        raise Wrong(error)
    return Split(*points)


def read_note(values: dict) -> str:
    """A note that can be stored."""
    note = _read_text(values, "note")
    if len(note) > NOTE_MAX_LENGTH:
        raise Wrong(NOTE_TOO_LONG)
    return note


def read_event(values: dict) -> tuple[str, str]:
    """What happened, with a person's own words where it has no name. Older exports lack it."""
    event, words = values.get("event", ""), ""
    if "event_words" in values:
        words = _read_text(values, "event_words")
    if not isinstance(event, str) or event not in ["", *LifeEvent.values]:
        raise Wrong(BAD_EVENT % {"events": ", ".join(LifeEvent.values)})
    if len(words) > EVENT_WORDS_MAX_LENGTH:
        raise Wrong(WORDS_TOO_LONG)
    if event == LifeEvent.OTHER and not words.strip():
        raise Wrong(WORDS_MISSING)
    if event != LifeEvent.OTHER and words:
        raise Wrong(WORDS_BESIDE_AN_EVENT)
    return event, words


def _read_text(values: dict, key: str) -> str:
    if not is_text(values[key]):
        raise Wrong(BAD_TEXT % {"key": key})
    return values[key]
