"""The values of an export of a history. What is wrong is raised as Wrong."""

import re
from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy

from purposeapp.exchange.hostile_json import Wrong
from purposeapp.exchange.values import read_number, read_text
from purposeapp.models import LifeEvent
from purposeapp.models.assessment import EARLIEST, EVENT_WORDS_MAX_LENGTH, NOTE_MAX_LENGTH
from purposeapp.split import BUDGET, Purpose, Split, budget_error

BAD_ID = gettext_lazy("“id” must be a UUID.")
BAD_TIME = gettext_lazy(
    "“%(key)s” must be a date and time with its offset, such as 2026-11-23T10:00:00Z."
)
TOO_EARLY = gettext_lazy("“%(key)s” is before LinkedIn opened.")
IN_THE_FUTURE = gettext_lazy("“%(key)s” is in the future.")
NOTE_TOO_LONG = gettext_lazy("“note” is longer than 2,000 characters.")
BAD_EVENT = gettext_lazy("“event” must be empty, or one of: %(events)s.")
WORDS_TOO_LONG = gettext_lazy("“event_words” is longer than 80 characters.")
WORDS_MISSING = gettext_lazy("“event_words” must say what happened where “event” is “other”.")
WORDS_BESIDE_AN_EVENT = gettext_lazy("“event_words” must be empty where “event” is not “other”.")


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


def read_timestamp(values: dict, key: str) -> datetime:
    """A timestamp between LinkedIn's opening and now."""
    shape = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
    value = values[key]
    if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
        raise Wrong(BAD_TIME % {"key": key})
    try:
        timestamp = datetime.fromisoformat(value)
    except ValueError as error:
        raise Wrong(BAD_TIME % {"key": key}) from error
    # Compared before it is turned into UTC, which the first and last hours of time can't be.
    if timestamp < EARLIEST:
        raise Wrong(TOO_EARLY % {"key": key})
    if timestamp > timezone.now():
        raise Wrong(IN_THE_FUTURE % {"key": key})
    return timestamp.astimezone(UTC)


def read_split(values: dict) -> Split:
    """Ten points on five purposes."""
    points = [read_number(values, key, BUDGET) for key in Purpose.values]
    if error := budget_error(sum(points)):
        raise Wrong(error)
    return Split(*points)


def read_note(values: dict) -> str:
    """A note that can be stored."""
    note = read_text(values, "note")
    if len(note) > NOTE_MAX_LENGTH:
        raise Wrong(NOTE_TOO_LONG)
    return note


def read_event(values: dict) -> tuple[str, str]:
    """What happened, with a person's own words where it has no name. Older exports lack it."""
    event, words = values.get("event", ""), ""
    if "event_words" in values:
        words = read_text(values, "event_words")
    if not isinstance(event, str) or event not in ["", *LifeEvent.values]:
        raise Wrong(BAD_EVENT % {"events": ", ".join(LifeEvent.values)})
    if len(words) > EVENT_WORDS_MAX_LENGTH:
        raise Wrong(WORDS_TOO_LONG)
    if event == LifeEvent.OTHER and not words.strip():
        raise Wrong(WORDS_MISSING)
    if event != LifeEvent.OTHER and words:
        raise Wrong(WORDS_BESIDE_AN_EVENT)
    return event, words
