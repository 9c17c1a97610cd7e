"""All tips as one file, to review, to hand on, and to bring to another server.

One field stands on a line, and one line of a text too, so that a tool that compares files
shows what changed. Who changed what, and what people ticked, stays where it is.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from purposeapp.exchange import hostile_json
from purposeapp.exchange.hostile_json import NotAnExport, Wrong, at_entry, is_text
from purposeapp.exchange.tip_differences import (
    Difference,
    changed_fields,
    described,
    differences,
)
from purposeapp.exchange.values import check_keys, check_version, read_day, read_number, read_text
from purposeapp.models import Tip
from purposeapp.models.tip import TIP_FIELDS, TIP_MAX_LENGTH
from purposeapp.split import BUDGET

VERSION = 1
# The text comes last: it may be many lines.
KEYS = ["key", *(name for name in TIP_FIELDS if name != "text"), "text"]
CHANGE_REASON = "Import"

NOT_TIPS = gettext_lazy("This is JSON, but not an export of tips.")
NOT_A_TIP = gettext_lazy("This is not a tip.")
BAD_TEXT = gettext_lazy("“text” must be a list of lines, without damaged characters.")
TEXT_TOO_LONG = gettext_lazy("“text” is longer than 1,000 characters.")
AT_KEY = gettext_lazy("“%(key)s”: %(reason)s")
TWICE = gettext_lazy("An entry above has the same “key”.")

MAX_POSITION = 32_767


def to_json(tips: Iterable[Tip]) -> str:
    """The tips as JSON, in the order given."""
    document = {"version": VERSION, "tips": [_values(tip) for tip in tips]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _values(tip: Tip) -> dict:
    values = {key: getattr(tip, key) for key in KEYS}
    values["published_from"] = tip.published_from and tip.published_from.isoformat()
    values["text"] = tip.text.split("\n")
    return values


def read(data: bytes) -> list[Tip]:
    """The tips in a file, none of them stored; all are right. Raises NotAnExport."""
    document = hostile_json.load(data)
    if not isinstance(document, dict) or not isinstance(document.get("tips"), list):
        raise NotAnExport(NOT_TIPS)
    check_version(document)
    tips: dict[str, Tip] = {}
    for number, values in enumerate(document["tips"], start=1):
        try:
            tip = _tip(values)
            if tip.key in tips:
                raise Wrong(TWICE)
        except Wrong as wrong:
            raise at_entry(number, wrong.args[0]) from wrong
        tips[tip.key] = tip
    return list(tips.values())


def _tip(values) -> Tip:
    if not isinstance(values, dict):
        raise Wrong(NOT_A_TIP)
    check_keys(values, KEYS)
    tip = Tip(
        **{
            key: read_text(values, key)
            for key in ("key", "purpose", "audience", "direction", "state")
        },
        **{key: read_number(values, key, BUDGET) for key in ("points_from", "points_to")},
        position=read_number(values, "position", MAX_POSITION),
        published_from=read_day(values, "published_from"),
        text=_text(values["text"]),
    )
    try:
        tip.clean_fields(exclude=["id"])
    except ValidationError as error:
        key, (reason, *_more) = next(iter(error.message_dict.items()))
        raise Wrong(AT_KEY % {"key": key, "reason": reason}) from error
    if wrong := tip.band_error():
        raise Wrong(wrong)
    return tip


def _text(value) -> str:
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(is_text(line) for line in lines):
        raise Wrong(BAD_TEXT)
    text = "\n".join(lines).replace("\r\n", "\n")
    # Before anybody reads it as Markdown, which would take long.
    if len(text) > TIP_MAX_LENGTH:
        raise Wrong(TEXT_TOO_LONG)
    return text if text.strip() else ""


@dataclass(frozen=True)
class TipChange:
    """A tip that an import would add, change or archive: each field, as it is and would be."""

    key: str
    fields: list[Difference]


class Comparison:
    """What an import of a file would do to the tips that are stored: nothing, until `apply`."""

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
        """The tips that the file has, and we do not."""
        return [TipChange(tip.key, described(tip)) for tip in self._new]

    @property
    def changed(self) -> list[TipChange]:
        """The tips that say something else in the file."""
        return [TipChange(tip.key, differences(old, tip)) for old, tip in self._changed]

    @property
    def same(self) -> int:
        """How many tips are in the file as they are here."""
        return len(self._tips) - len(self._new) - len(self._changed)

    @property
    def archived(self) -> list[Tip]:
        """The tips that the file lacks and that would be archived."""
        return self.missing if self.archive_missing else []

    @property
    def is_empty(self) -> bool:
        """Whether an import would change nothing."""
        return not (self._new or self._changed or self.archived)

    @property
    def fingerprint(self) -> str:
        """What is compared with what, in short: a file or a tip that changed shows in it."""
        parts = [tip.fingerprint for tip in [*self._stored.values(), *self._tips]]
        return sha256(json.dumps([self.archive_missing, *parts]).encode()).hexdigest()

    def apply(self, user) -> None:
        """Do it, in the name of `user`. Whoever calls this holds the lock of the tips."""
        why = {"default_user": user, "default_change_reason": CHANGE_REASON}
        bulk_create_with_history(self._new, Tip, **why)
        for old, tip in self._changed:
            for name in TIP_FIELDS:
                setattr(old, name, getattr(tip, name))
        bulk_update_with_history([old for old, _tip in self._changed], Tip, TIP_FIELDS, **why)
        for tip in self.archived:
            tip.state = Tip.State.ARCHIVED
        bulk_update_with_history(self.archived, Tip, ["state"], **why)
