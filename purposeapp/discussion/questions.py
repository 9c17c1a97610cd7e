"""The questions of a talk: a pure function of both sides' splits and of the written wordings.

The inviter asks, and the guest answers: so questions say "you" to the guest, and call the inviter
by name. What is true of the splits is found first, as `Finding`s; staff own the words for each.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from purposeapp import sentences
from purposeapp.split import PATHS, Purpose, Split

GUESS_IS_OFF = 3
"""From how many points on a guess is worth a question."""


class Topic(TextChoices):
    """What a question is about, in the order in which they are asked: past, future, present."""

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
"""What a wording may have filled in, as {name}, for each topic."""

PLACEHOLDER = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True)
class Answers:
    """What one side has answered."""

    now: Split
    future: Split
    guess: Split | None = None
    """What this side took for the other one's now."""

    @property
    def wanted(self) -> dict[Purpose, int]:
        """The points that each purpose would gain or lose."""
        return {purpose: self.future[purpose] - self.now[purpose] for purpose in Purpose}


class Finding(NamedTuple):
    """Something that is true of the two, and worth a question."""

    topic: Topic
    purpose: Purpose | None = None
    values: dict[str, str] = {}


class Wording(Protocol):
    """How a question is put. With a purpose, it is for that one alone."""

    key: str
    topic: str
    purpose: str
    position: int
    text: str


AnyWording = TypeVar("AnyWording", bound=Wording)


def findings(inviter: Answers, guest: Answers) -> list[Finding]:
    """What there is to talk about: at least two, and six at most."""
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
    """The questions that somebody of this name asks their guest."""
    written = list(wordings)
    worded = [(finding, wording_for(finding, written)) for finding in findings(inviter, guest)]
    return [filled(wording, finding, name) for finding, wording in worded if wording]


def wording_for(finding: Finding, wordings: Iterable[AnyWording]) -> AnyWording | None:
    """How a finding is put: of the wordings that fit, the one that goes first."""
    fitting = (wording for wording in wordings if _fits(wording, finding))
    return min(fitting, key=_precedence, default=None)


def filled(wording: Wording, finding: Finding, name: str) -> str:
    """The question that a finding becomes, asked by somebody of this name."""
    values = {"name": name, **finding.values}
    # Not str.format: that would read attributes of what is filled in.
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), wording.text)


def possible_findings() -> Iterable[Finding]:
    """All that can be found: topics, each with every purpose that it can be about, if with any."""
    for topic in Topic:
        if topic == Topic.PATH:
            yield from (Finding(topic, purpose) for purpose in PATHS)
        elif "purpose" in PLACEHOLDERS[topic]:
            yield from (Finding(topic, purpose) for purpose in Purpose)
        else:
            yield Finding(topic)


def without_wording(wordings: Iterable[Wording]) -> list[Finding]:
    """What none is written for: topics, each with the purpose that lacks one if it has any."""
    written = list(wordings)
    return [each for each in possible_findings() if not wording_for(each, written)]


def unknown_placeholders(topic: Topic, text: str) -> list[str]:
    """What stands in braces in a text, and is not filled in for this topic."""
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS[topic]]


def _precedence(wording: Wording) -> tuple[bool, int, str]:
    """What is written for a purpose goes first, then what editors put first."""
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
    """What one of them drops and the other one gains."""
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
    """The guess that was off by most; of two that are equally so, the one on the guest."""
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
    """What each of both wants to gain or lose, by purpose."""
    inviters, guests = inviter.wanted, guest.wanted
    for purpose in Purpose:
        yield purpose, inviters[purpose], guests[purpose]
