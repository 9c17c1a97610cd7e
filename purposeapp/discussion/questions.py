"""The questions of a talk: a pure function of both sides' splits and the wordings by staff.

The inviter asks and the guest answers, so questions say "you" to the guest and name the inviter.
The guest's questions to the inviter are the same with the roles swapped.

First, `findings` lists what is notable about the splits. Then each finding gets a wording.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from django.db.models import TextChoices
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from purposeapp import sentences
from purposeapp.split import PATHS, Purpose, Split

GUESS_IS_OFF = 3
"""The points by which a guess must be off to be worth a question."""


class Topic(TextChoices):
    """The topics of questions, in the order in which they are asked: past, future, present."""

    NOWS_DIFFER = "nows_differ", _("Past: where they differ most today")
    GUEST_MOVES = "guest_moves", _("Future: the guest's largest move")
    GUEST_STAYS = "guest_stays", _("Future: the guest wants no change")
    BOTH_GROW = "both_grow", _("Future: both want more of it")
    GUEST_DROPS = "guest_drops", _("Future: the guest wants less of it, the inviter more")
    GUEST_GROWS = "guest_grows", _("Future: the guest wants more of it, the inviter less")
    PATH = "path", _("Future: the guest's path to community spirit")
    INVITER_GUESSED = "inviter_guessed", _("Present: the inviter's guess was off")
    GUEST_GUESSED = "guest_guessed", _("Present: the guest's guess was off")
    ALIKE = "alike", _("Present: both spend their points alike")


PLACEHOLDERS = {
    Topic.NOWS_DIFFER: ("name", "purpose", "points", "other_points"),
    Topic.GUEST_MOVES: ("name", "points", "purpose", "target"),
    Topic.GUEST_STAYS: ("name",),
    Topic.BOTH_GROW: ("name", "purpose"),
    Topic.GUEST_DROPS: ("name", "purpose"),
    Topic.GUEST_GROWS: ("name", "purpose"),
    Topic.PATH: ("name", "purpose"),
    Topic.INVITER_GUESSED: ("name", "purpose", "points", "guess"),
    Topic.GUEST_GUESSED: ("name", "purpose", "points", "guess"),
    Topic.ALIKE: ("name",),
}
"""The placeholders that a wording of each topic may contain, such as {name}."""

PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Answers:
    """The answers of one side."""

    now: Split
    future: Split
    guess: Split | None = None
    """This side's guess of the other side's `now`."""

    @property
    def wanted(self) -> dict[Purpose, int]:
        """The points that each purpose would gain or lose from now to the future."""
        return {purpose: self.future[purpose] - self.now[purpose] for purpose in Purpose}


class Finding(NamedTuple):
    """Something about the two sides that is worth a question."""

    topic: Topic
    purpose: Purpose | None = None
    values: dict[str, str] = {}


class Wording(Protocol):
    """The wording of a question. With a purpose, it's only for findings about that one."""

    key: str
    topic: str
    purpose: str
    position: int
    text: str


AnyWording = TypeVar("AnyWording", bound=Wording)


def findings(inviter: Answers, guest: Answers) -> list[Finding]:
    """Return what there is to talk about: two to six findings."""
    found = [
        _nows(inviter, guest),
        _move(guest),
        _both_grow(inviter, guest),
        _crossing(inviter, guest),
        _path(guest),
        _guess(inviter, guest),
        Finding(Topic.ALIKE) if inviter.now == guest.now else None,
    ]
    return [finding for finding in found if finding]


def questions(
    inviter: Answers, guest: Answers, *, name: str, wordings: Iterable[Wording]
) -> list[str]:
    """Return the questions that the inviter, called `name`, asks the guest.

    For those that the guest asks the inviter, swap the two. `name` is for use within a sentence.
    """
    written = list(wordings)
    worded = [(finding, wording_for(finding, written)) for finding in findings(inviter, guest)]
    return [filled(wording, finding, name) for finding, wording in worded if wording]


def wording_for(finding: Finding, wordings: Iterable[AnyWording]) -> AnyWording | None:
    """Return the wording for a finding: the first of those that fit, or None."""
    fitting = (wording for wording in wordings if _fits(wording, finding))
    return min(fitting, key=_precedence, default=None)


def filled(wording: Wording, finding: Finding, name: str) -> str:
    """Return the text of a wording with its placeholders filled in."""
    values = {"name": name, **finding.values}
    # Not str.format, which would allow access to attributes of the values.
    return capfirst(PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), wording.text))


def possible_findings() -> Iterable[Finding]:
    """Yield all possible findings: each topic, once for every purpose that it can be about."""
    for topic in Topic:
        if topic == Topic.PATH:
            yield from (Finding(topic, purpose) for purpose in PATHS)
        elif "purpose" in PLACEHOLDERS[topic]:
            yield from (Finding(topic, purpose) for purpose in Purpose)
        else:
            yield Finding(topic)


def without_wording(wordings: Iterable[Wording]) -> list[Finding]:
    """Return the possible findings that have no wording."""
    written = list(wordings)
    return [each for each in possible_findings() if not wording_for(each, written)]


def unknown_placeholders(topic: Topic, text: str) -> list[str]:
    """Return the placeholders in a text that don't exist for this topic."""
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS[topic]]


def _precedence(wording: Wording) -> tuple[bool, int, str]:
    """Sort key: wordings for a single purpose first, then in the order that staff chose."""
    return not wording.purpose, wording.position, wording.key


def _fits(wording: Wording, finding: Finding) -> bool:
    return wording.topic == finding.topic and wording.purpose in ("", finding.purpose)


def _named(purpose: Purpose, **points: int) -> dict[str, str]:
    counted = {name: sentences.counted(number) for name, number in points.items()}
    return {"purpose": str(purpose.label), **counted}


def _nows(inviter: Answers, guest: Answers) -> Finding | None:
    for purpose in guest.now.difference(inviter.now):  # the largest first
        values = _named(purpose, points=guest.now[purpose], other_points=inviter.now[purpose])
        return Finding(Topic.NOWS_DIFFER, purpose, values)
    return None


def _move(guest: Answers) -> Finding:
    for points, source, target in guest.now.moves_to(guest.future):  # the largest first
        values = {**_named(source, points=points), "target": str(target.label)}
        return Finding(Topic.GUEST_MOVES, source, values)
    return Finding(Topic.GUEST_STAYS)


def _both_grow(inviter: Answers, guest: Answers) -> Finding | None:
    gains = {
        purpose: (min(one, other), one + other)
        for purpose, one, other in _wanted(inviter, guest)
        if one > 0 and other > 0
    }
    purpose = max(gains, key=lambda purpose: gains[purpose], default=None)
    return Finding(Topic.BOTH_GROW, purpose, _named(purpose)) if purpose else None


def _crossing(inviter: Answers, guest: Answers) -> Finding | None:
    """Return the finding about a purpose that one side drops and the other one gains."""
    crossing = {
        purpose: (min(abs(one), abs(other)), abs(one) + abs(other))
        for purpose, one, other in _wanted(inviter, guest)
        if one * other < 0
    }
    purpose = max(crossing, key=lambda purpose: crossing[purpose], default=None)
    if purpose is None:
        return None
    topic = Topic.GUEST_DROPS if guest.wanted[purpose] < 0 else Topic.GUEST_GROWS
    return Finding(topic, purpose, _named(purpose))


def _path(guest: Answers) -> Finding | None:
    wanted = guest.wanted
    walked = [source for source, path in PATHS.items() if wanted[source] < 0 < wanted[path.to]]
    purpose = min(walked, key=lambda source: wanted[source], default=None)
    return Finding(Topic.PATH, purpose, _named(purpose)) if purpose else None


def _guess(inviter: Answers, guest: Answers) -> Finding | None:
    """Return the finding about the guess that was most off; in a tie, the inviter's guess."""
    found = []
    for topic, guessed, now in (
        (Topic.INVITER_GUESSED, inviter.guess, guest.now),
        (Topic.GUEST_GUESSED, guest.guess, inviter.now),
    ):
        if guessed and guessed != now:
            purpose, off = next(iter(guessed.difference(now).items()))  # the largest
            values = _named(purpose, points=now[purpose], guess=guessed[purpose])
            found.append((abs(off), Finding(topic, purpose, values)))
    off, finding = max(found, key=lambda each: each[0], default=(0, None))
    return finding if off >= GUESS_IS_OFF else None


def _wanted(inviter: Answers, guest: Answers) -> Iterable[tuple[Purpose, int, int]]:
    """Yield each purpose with the points that the inviter and the guest want to gain or lose."""
    inviters, guests = inviter.wanted, guest.wanted
    for purpose in Purpose:
        yield purpose, inviters[purpose], guests[purpose]
