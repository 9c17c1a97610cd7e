"""Deserialization of exported histories: parses JSON or CSV, and validates it as a whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from json import JSONDecodeError
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Assessment, Goal, LifeEvent
from purposeapp.models.assessment import (
    EARLIEST,
    EVENT_WORDS_MAX_LENGTH,
    MAX_ASSESSMENTS,
    NOTE_MAX_LENGTH,
)
from purposeapp.models.goal import YEARS_AHEAD, is_too_early, is_too_late
from purposeapp.models.text_rules import on_one_line, with_line_feeds
from purposeapp.split import BUDGET, Purpose, Split, budget_error
from purposeapp.time_zones import FIRST_TO_BEGIN, LAST_TO_END

from .csv_table import AT_ROW, is_table, read_number, read_table, unescape_formulas
from .exporting import TEXTS
from .json_validation import (
    AT_ENTRY,
    NOT_AN_EXPORT,
    ChoiceField,
    EntryForm,
    InvalidFile,
    ISODateField,
    TextField,
    UUIDField,
    WholeNumberField,
    at_entry,
    load,
)

NOT_OURS = _(
    "This isn't an export from Five Purposes. Choose the JSON or CSV file that you downloaded."
)
AT_GOAL = _("Goal %(number)d: %(reason)s")
NOT_A_TIMESTAMP = _("This must be a date and time with its offset, such as 2026-11-23T10:00:00Z.")
TOO_EARLY = _("This is before LinkedIn opened.")
IN_THE_FUTURE = _("This date is in the future.")
WORDS_MISSING = _("This must say what happened where “event” is “other”.")
WORDS_BESIDE_AN_EVENT = _("This must be empty where “event” is not “other”.")
OTHER_DAY = _("This is not the day of “taken_at” anywhere on earth.")
BEFORE_SET_AT = _("This is before “set_at”.")
TOO_FAR_AHEAD = _("This is more than %(years)d years after “set_at”.")
SECOND_OPEN = _("A goal above has no end either, and only one can be current.")
OTHER_POINTS_IN_FILE = _("An entry above has the same “id” but different points.")
TOO_MANY_ENTRIES = _("This file has more than %(most)s entries. Split it into smaller files.")

MAX_ENTRIES = MAX_ASSESSMENTS
"""Maximum number of results, and of goals, in a file: as many results as an account holds."""


class TimestampField(forms.Field):
    """A timestamp (ISO 8601, with an offset) between LinkedIn's opening and now; or null."""

    def to_python(self, value) -> datetime | None:
        if value is None and not self.required:
            return None
        try:
            timestamp = datetime.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise ValidationError(NOT_A_TIMESTAMP, code="invalid") from error
        # Python ignores a trailing NUL.
        if timestamp.tzinfo is None or not value.isprintable():
            raise ValidationError(NOT_A_TIMESTAMP, code="invalid")
        # Compare before converting to UTC, which fails within hours of datetime.min and max.
        if timestamp < EARLIEST:
            raise ValidationError(TOO_EARLY, code="too_early")
        if timestamp > timezone.now():
            raise ValidationError(IN_THE_FUTURE, code="future")
        return timestamp.astimezone(UTC)


class NoteField(TextField):
    """A text of several lines, as a form stores it."""

    def to_python(self, value) -> str:
        return with_line_feeds(super().to_python(value))


class OneLineTextField(TextField):
    """A text on one line, as a form stores it."""

    def to_python(self, value) -> str:
        return on_one_line(super().to_python(value))


class SplitEntryForm(EntryForm):
    """An entry that spends ten points on five purposes."""

    business_driven = WholeNumberField(max_value=BUDGET)
    community_spirit = WholeNumberField(max_value=BUDGET)
    learning_sponge = WholeNumberField(max_value=BUDGET)
    job_seeking = WholeNumberField(max_value=BUDGET)
    vanity_project = WholeNumberField(max_value=BUDGET)

    def clean(self) -> None:
        """Check the sum against the budget, if all five purposes are valid."""
        points = [self.cleaned_data[name] for name in Purpose.values if name in self.cleaned_data]
        if len(points) == len(Purpose) and (error := budget_error(sum(points))):
            raise ValidationError(error, code="budget")


class AssessmentEntryForm(SplitEntryForm):
    """One assessment of a document."""

    defaults = {"event": "", "event_words": "", "taken_on": None}

    id = UUIDField()
    taken_at = TimestampField()
    note = NoteField(max_length=NOTE_MAX_LENGTH, required=False)
    event = ChoiceField(values=["", *LifeEvent.values])
    event_words = OneLineTextField(max_length=EVENT_WORDS_MAX_LENGTH, required=False)
    taken_on = ISODateField(required=False)

    def clean_event_words(self) -> str:
        """Require words if the event is "other", and refuse them otherwise."""
        words, event = self.cleaned_data["event_words"], self.cleaned_data.get("event")
        if event == LifeEvent.OTHER and not words:
            raise ValidationError(WORDS_MISSING, code="required")
        if event != LifeEvent.OTHER and words:
            raise ValidationError(WORDS_BESIDE_AN_EVENT, code="beside")
        return words

    def clean_taken_on(self) -> date | None:
        """Check that the day, if any, was the date of `taken_at` in some time zone."""
        day, taken_at = self.cleaned_data["taken_on"], self.cleaned_data.get("taken_at")
        if day and taken_at:
            first, last = (
                taken_at.astimezone(zone).date() for zone in (LAST_TO_END, FIRST_TO_BEGIN)
            )
            if not first <= day <= last:
                raise ValidationError(OTHER_DAY, code="other_day")
        return day


class GoalEntryForm(SplitEntryForm):
    """One goal of a document."""

    wanted_by = ISODateField(required=False)
    set_at = TimestampField()
    ended_at = TimestampField(required=False)

    def clean_ended_at(self) -> datetime | None:
        """Check that the end, if any, isn't before the beginning."""
        ended_at, set_at = self.cleaned_data["ended_at"], self.cleaned_data.get("set_at")
        if ended_at and set_at and ended_at < set_at:
            raise ValidationError(BEFORE_SET_AT, code="too_early")
        return ended_at

    def clean(self) -> None:
        """Check the target date, if any, against the time when the goal was set."""
        super().clean()
        day, set_at = (self.cleaned_data.get(name) for name in ("wanted_by", "set_at"))
        if day and set_at and is_too_early(day, set_at):
            self.add_error("wanted_by", ValidationError(BEFORE_SET_AT, code="too_early"))
        elif day and set_at and is_too_late(day, set_at):
            params = {"years": YEARS_AHEAD}
            error = ValidationError(TOO_FAR_AHEAD, code="too_far", params=params)
            self.add_error("wanted_by", error)


@dataclass(frozen=True)
class Document:
    """The valid contents of a file, as unsaved rows that belong to no user yet."""

    assessments: dict[int, Assessment]
    """The assessments without duplicate ids, by entry or row number in the file."""
    goals: list[Goal]
    """The goals without duplicates, in the order of the file."""
    place: Any = AT_ENTRY
    """The message pattern that names an assessment's place in the file."""

    def __len__(self) -> int:
        return len(self.assessments) + len(self.goals)


def read_document(data: bytes) -> Document:
    """Parse a file as JSON or CSV, depending on its content. Raises InvalidFile.

    Older JSON exports and all CSV exports have no goals.
    """
    if is_table(data, "taken_at"):
        rows = ((number, _entry(cells)) for number, cells in read_table(data))
        return Document(_read_assessments(rows, AT_ROW), [], AT_ROW)
    try:
        document = load(data)
    except InvalidFile as error:
        if isinstance(error.__cause__, JSONDecodeError) and not error.__cause__.pos:
            raise InvalidFile(NOT_OURS) from error  # neither CSV nor JSON
        raise
    assessments, goals = document.get("assessments"), document.get("goals", [])
    if not isinstance(assessments, list) or not isinstance(goals, list):
        raise InvalidFile(NOT_AN_EXPORT)
    if max(len(assessments), len(goals)) > MAX_ENTRIES:
        raise InvalidFile(TOO_MANY_ENTRIES, params=grouped({"most": MAX_ENTRIES}))
    return Document(_read_assessments(enumerate(assessments, start=1)), _read_goals(goals))


def _entry(cells: dict[str, str]) -> dict[str, str | int | None]:
    """Return the JSON entry that is equivalent to a CSV row."""
    entry: dict[str, str | int | None] = {
        name: unescape_formulas(cell)
        if name in TEXTS
        else read_number(cell)
        if name in Purpose.values
        else cell.strip()
        for name, cell in cells.items()
    }
    entry["taken_on"] = entry.get("taken_on") or None
    return entry


def _read_assessments(
    entries: Iterable[tuple[int, Any]], place: Any = AT_ENTRY
) -> dict[int, Assessment]:
    """Return the valid assessments by entry number. Raises InvalidFile.

    Of entries with the same id and the same points, the first one counts.
    """
    numbered: dict[int, Assessment] = {}
    splits: dict[UUID, Split] = {}
    form = AssessmentEntryForm()
    for count, (number, entry) in enumerate(entries):
        if count == MAX_ENTRIES:
            raise InvalidFile(TOO_MANY_ENTRIES, params=grouped({"most": MAX_ENTRIES}))
        with at_entry(number, place):
            assessment = Assessment(**form.clean_entry(entry))
            if assessment.id not in splits:
                splits[assessment.id] = assessment.split
                numbered[number] = assessment
            elif splits[assessment.id] != assessment.split:
                raise ValidationError(OTHER_POINTS_IN_FILE)
    return numbered


def _read_goals(entries: list[Any]) -> list[Goal]:
    goals: dict[tuple[datetime, Split], Goal] = {}
    form = GoalEntryForm()
    for number, entry in enumerate(entries, start=1):
        with at_entry(number, AT_GOAL):
            goal = Goal(**form.clean_entry(entry))
            if key_of_goal(goal) in goals:
                continue
            if not goal.ended_at and not all(earlier.ended_at for earlier in goals.values()):
                raise ValidationError(SECOND_OPEN)
            goals[key_of_goal(goal)] = goal
    return list(goals.values())


def grouped(numbers: dict[str, int]) -> dict[str, str]:
    """Return large numbers as text with separators between thousands."""
    return {name: number_format(number, force_grouping=True) for name, number in numbers.items()}


def key_of_goal(goal: Goal) -> tuple[datetime, Split]:
    """Return a goal's natural key: nobody sets the same goal twice within a microsecond."""
    return goal.set_at, goal.split
