"""Import and export of all tips as one JSON file, to review, share or copy to another server.

Each field, and each line of a text, is on its own line, so that diff tools show what changed. The
file doesn't contain the tips' history or users' ticks.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator, slug_re
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from purposeapp.advice.fit import Audience, Direction
from purposeapp.models import Tip
from purposeapp.models.text_rules import with_line_feeds
from purposeapp.models.tip import MAX_POSITION, TIP_FIELDS, TIP_MAX_LENGTH
from purposeapp.models.visible_text import validate_visible
from purposeapp.split import BUDGET, Purpose

from .differences import Difference, changed_fields, described, differences
from .json_validation import (
    AT_ENTRY,
    AT_KEY,
    AT_LINE,
    MISSING,
    NOT_AN_OBJECT,
    NOT_JSON,
    VERSION,
    ChoiceField,
    EntryForm,
    InvalidFile,
    ISODateField,
    TextField,
    WholeNumberField,
    decode,
    load,
)

CHANGE_REASON = "Import"

NOT_TIPS = _("This is JSON, but not an export of tips.")
UNKNOWN_KEY = _("Tips have no field called “%(key)s”. Check the spelling.")
NOT_A_KEY = _("Use lower-case letters, digits and hyphens only.")
NOT_LINES = _("This must be a list of lines.")
TWICE = _("An entry above has the same “key”.")
AT_TIP = _("Line %(line)d, “%(key)s”: %(reason)s")

MAX_MISTAKES = 20
"""Maximum number of mistakes that are listed. The others are only counted."""

MAX_COUNTED = 1_000
"""Number of mistakes after which the rest of the file isn't validated.

It bounds the work: two megabytes of "{}" have millions of mistakes.
"""

JSON_REASONS = {
    "Expecting ',' delimiter": _("Something is missing before this, such as a comma."),
    "Expecting ':' delimiter": _("A colon is missing after a key."),
    "Expecting property name": _("A key in double quotes is missing, or there is an extra comma."),
    "Expecting value": _("A value is missing or has no double quotes, or there is an extra comma."),
    "Illegal trailing comma": _("There is an extra comma."),
    "Unterminated string": _("The quotation mark at the end of a text is missing."),
    "Invalid control character": _("The quotation mark at the end of a text is missing."),
    "Invalid \\": _("A backslash in a text must be written twice."),
    "Extra data": _("There is more text after the end."),
}
"""What is wrong, in plain words, by the beginning of Python's message."""

_KEY = re.compile(r"[-a-zA-Z0-9_]{1,50}")
# Within a text, quotation marks follow a backslash.
_KEY_MEMBER = re.compile(r'(?<!\\)"key"\s*:')


class LinesField(TextField):
    """A text, given as a list of its lines or as one string."""

    def to_python(self, value) -> str:
        lines = [value] if isinstance(value, str) else value
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise ValidationError(NOT_LINES, code="invalid")
        text = with_line_feeds(super().to_python("\n".join(lines)))
        return text if text.strip() else ""


class TipEntryForm(EntryForm):
    """One tip of a file. The order of the fields is that of the keys in an export."""

    key = TextField(validators=[RegexValidator(slug_re, NOT_A_KEY)])
    purpose = ChoiceField(values=Purpose.values)
    audience = ChoiceField(values=Audience.values)
    points_from = WholeNumberField(max_value=BUDGET)
    points_to = WholeNumberField(max_value=BUDGET)
    direction = ChoiceField(values=Direction.values)
    position = WholeNumberField(max_value=MAX_POSITION)
    state = ChoiceField(values=Tip.State.values)
    published_from = ISODateField(required=False)
    text = LinesField(max_length=TIP_MAX_LENGTH, validators=[validate_visible])

    def clean_entry(self, entry) -> dict[str, Any]:
        """Return the entry's cleaned values. Raises ValidationError with all errors in it."""
        if not isinstance(entry, dict):
            raise ValidationError(NOT_AN_OBJECT)
        missing = [key for key in self.fields if key not in entry]
        errors = [ValidationError(MISSING, params={"key": key}) for key in missing]
        # Often a key with a typing error, whose value would be ignored.
        errors += [
            ValidationError(UNKNOWN_KEY, params={"key": Truncator(key).chars(50)})
            for key in entry
            if key not in self.fields
        ]
        self.data = entry
        self.full_clean()
        for key, reasons in self.errors.items():
            if key == NON_FIELD_ERRORS:
                errors += map(ValidationError, reasons)
            elif key not in missing:
                params = [{"key": key, "reason": reason} for reason in reasons]
                errors += [ValidationError(AT_KEY, params=each) for each in params]
        if errors:
            raise ValidationError(errors)
        return self.cleaned_data

    def clean(self) -> None:
        """Check the tip against its model's rules, if all fields are valid."""
        if self.errors:
            return
        tip = Tip(**self.cleaned_data)
        tip.clean_fields(exclude=["id"])
        if error := tip.audience_error():
            _field, reason = error
            raise ValidationError(reason, code="audience")


KEYS = list(TipEntryForm.base_fields)


def to_json(tips: Iterable[Tip]) -> str:
    """Return the tips as JSON, in the order given."""
    document = {"version": VERSION, "tips": [_values(tip) for tip in tips]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _values(tip: Tip) -> dict:
    values = {key: getattr(tip, key) for key in KEYS}
    values["published_from"] = tip.published_from and tip.published_from.isoformat()
    values["text"] = tip.text.split("\n")
    return values


def read(data: bytes) -> list[Tip]:
    """Return the tips in a file as validated, unsaved instances.

    Raises InvalidFile, which lists the file's mistakes.
    """
    entries = _load(data).get("tips")
    if not isinstance(entries, list):
        raise InvalidFile(NOT_TIPS)
    tips: dict[str, Tip] = {}
    mistakes: list[tuple[int, ValidationError]] = []
    form = TipEntryForm()
    for place, entry in enumerate(entries):
        try:
            tip = Tip(**form.clean_entry(entry))
            if tip.key in tips:
                raise ValidationError(TWICE)
        except ValidationError as error:
            mistakes += [(place, each) for each in error.error_list]
            if len(mistakes) > MAX_COUNTED:
                break
        else:
            tips[tip.key] = tip
    if mistakes:
        raise InvalidFile(_listed(mistakes, entries, decode(data)))
    return list(tips.values())


def _load(data: bytes) -> dict:
    """Parse the file. Raises InvalidFile, which says in plain words why it isn't JSON."""
    try:
        return load(data)
    except InvalidFile as error:
        cause = error.__cause__
        if not isinstance(cause, json.JSONDecodeError):
            raise
        reasons = (said for start, said in JSON_REASONS.items() if cause.msg.startswith(start))
        params = {"line": cause.lineno, "reason": next(reasons, NOT_JSON)}
        raise InvalidFile(AT_LINE, params=params) from cause


def _listed(mistakes: list[tuple[int, ValidationError]], entries: list, text: str) -> list[str]:
    """Return a message for each of the first mistakes, and one that counts the others."""
    lines = _lines_of_keys(entries, text)
    listed = []
    for place, mistake in mistakes[:MAX_MISTAKES]:
        pattern: Promise = AT_ENTRY
        params = {"number": place + 1, "reason": mistake.messages[0]}
        if place in lines and _KEY.fullmatch(str(entries[place]["key"])):
            pattern, params = AT_TIP, {**params, "line": lines[place], "key": entries[place]["key"]}
        listed.append(pattern % params)
    more = len(mistakes) - len(listed)
    if len(mistakes) > MAX_COUNTED:
        said = _("And more than %(n)d others.") % {"n": MAX_COUNTED - MAX_MISTAKES}
        listed.append(str(said))
    elif more:
        said = ngettext("And %(n)d more mistake.", "And %(n)d more mistakes.", more)
        listed.append(said % {"n": more})
    return listed


def _lines_of_keys(entries: list, text: str) -> dict[int, int]:
    """Return the line of the key of each entry that has one, by the entry's place in the list.

    Return nothing if something else in the file is called "key", since lines would be wrong then.
    """
    lines = [
        line
        for line, words in enumerate(text.split("\n"), start=1)
        for _found in _KEY_MEMBER.finditer(words)
    ]
    places = [
        place for place, entry in enumerate(entries) if isinstance(entry, dict) and "key" in entry
    ]
    return dict(zip(places, lines, strict=True)) if len(places) == len(lines) else {}


@dataclass(frozen=True)
class TipChange:
    """A tip that an import would add or change: each field's old and new value."""

    key: str
    fields: list[Difference]


class Comparison:
    """A dry run of an import: compares a file's tips with the stored ones. `apply` saves them."""

    def __init__(self, tips: list[Tip], *, archive_missing: bool) -> None:
        stored = {tip.key: tip for tip in Tip.objects.by_purpose()}
        named = {tip.key for tip in tips}
        self._stored, self._tips = stored, tips
        self._new = [tip for tip in tips if tip.key not in stored]
        self._changed = [
            (stored[tip.key], tip)
            for tip in tips
            if tip.key in stored and changed_fields(stored[tip.key], tip)
        ]
        self.missing = [
            tip
            for tip in stored.values()
            if tip.key not in named and tip.state != Tip.State.ARCHIVED
        ]
        self.archive_missing = archive_missing

    @property
    def new(self) -> list[TipChange]:
        """The tips in the file that aren't stored."""
        return [TipChange(tip.key, described(tip)) for tip in self._new]

    @property
    def changed(self) -> list[TipChange]:
        """The stored tips that differ from the file."""
        return [TipChange(tip.key, differences(old, tip)) for old, tip in self._changed]

    @property
    def same(self) -> int:
        """The number of tips in the file that are the same as stored."""
        return len(self._tips) - len(self._new) - len(self._changed)

    @property
    def archived(self) -> list[Tip]:
        """The tips missing from the file that would be archived."""
        return self.missing if self.archive_missing else []

    @property
    def archives_all(self) -> bool:
        """Whether all stored tips that aren't archived yet would be archived."""
        active = [tip for tip in self._stored.values() if tip.state != Tip.State.ARCHIVED]
        return bool(active) and len(self.archived) == len(active)

    @property
    def is_empty(self) -> bool:
        """Whether an import would change nothing."""
        return not (self._new or self._changed or self.archived)

    @property
    def fingerprint(self) -> str:
        """A hash of both sides of the comparison. It changes with the file and the stored tips."""
        parts = [tip.fingerprint for tip in [*self._stored.values(), *self._tips]]
        return sha256(json.dumps([self.archive_missing, *parts]).encode()).hexdigest()

    def apply(self, user) -> None:
        """Save the import's changes as `user`. The caller must hold the table lock on tips."""
        why = {"default_user": user, "default_change_reason": CHANGE_REASON}
        bulk_create_with_history(self._new, Tip, **why)
        for old, tip in self._changed:
            for name in TIP_FIELDS:
                setattr(old, name, getattr(tip, name))
        bulk_update_with_history([old for old, _tip in self._changed], Tip, TIP_FIELDS, **why)
        for tip in self.archived:
            tip.state = Tip.State.ARCHIVED
        bulk_update_with_history(self.archived, Tip, ["state"], **why)
