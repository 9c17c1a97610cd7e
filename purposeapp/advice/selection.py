"""Selection and ranking of the tips that a result shows: a pure function.

This module doesn't use the database. Tips may be current ones or earlier versions.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from django.utils.safestring import SafeString

from purposeapp.advice.fit import Advisable, Audience, Side, Situation
from purposeapp.advice.markdown import render_markdown
from purposeapp.split import BUDGET, Path, Purpose


def shown_at_once(points: int) -> int:
    """Return how many tips a result shows without a click on a purpose with `points`.

    A purpose with one point gets one tip, and one with six points gets four. So a result never
    shows more than ten tips at first: one for each of five purposes, and five more for ten points.
    """
    return 1 + points // 2


MAX_AT_ONCE = shown_at_once(BUDGET)
MAX_MORE = 12
"""The number of tips behind a click. The rest are only on the page of the purpose."""


def capacity(points: int) -> int:
    """Return how many tips a result can show on a purpose with `points`, also behind a click."""
    return shown_at_once(points) + MAX_MORE


MAX_NEEDED = MAX_AT_ONCE + MAX_MORE + 1
"""The number of tips of a purpose that a result depends on; the last one shows there are more."""


class WrittenTip(Advisable, Protocol):
    """A tip that can be shown."""

    id: int
    key: str
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class AdvisedTip:
    """A tip in a result, with the reason why it's shown if that isn't obvious."""

    tip: WrittenTip
    why: str = ""

    @property
    def audience(self) -> Audience:
        return Audience(self.tip.audience)

    @property
    def html(self) -> SafeString:
        return render_markdown(self.tip.text)


Groups = list[tuple[Audience, list[AdvisedTip]]]


def by_audience(tips: Iterable[AdvisedTip]) -> Groups:
    """Group tips by audience, those for everyone first."""
    places = list(Audience)
    ordered = sorted(tips, key=lambda advised: places.index(advised.audience))
    return [(audience, list(group)) for audience, group in groupby(ordered, attrgetter("audience"))]


@dataclass(frozen=True)
class Advice:
    """The advice on one purpose."""

    purpose: Purpose
    points: int
    at_once: list[AdvisedTip]
    """The tips that fit best, shown without a click."""
    more: list[AdvisedTip] = field(default_factory=list)
    """The next tips, behind a click."""
    has_more: bool = False
    """Whether there are even more tips, on the page of the purpose."""
    declined: list[AdvisedTip] = field(default_factory=list)
    """Tips that fit, but that the reader has marked as not for them."""
    both_sides: bool = True
    """Whether tips for candidates and tips for employers are shown together."""
    is_imagined: bool = False
    """Whether the reader only tries these points out, so that there's nothing to thank for."""

    @property
    def groups(self) -> Groups:
        return self._grouped(self.at_once)

    @property
    def more_groups(self) -> Groups:
        return self._grouped(self.more)

    @property
    def has_sides(self) -> bool:
        """Whether the reader's side of job seeking matters."""
        return self._has_points(Purpose.JOB_SEEKING)

    @property
    def thanks_for_sharing(self) -> bool:
        """Whether to thank the reader for sharing, before any tip."""
        return self._has_points(Purpose.COMMUNITY_SPIRIT) and not self.is_imagined

    @property
    def thanks_for_honesty(self) -> bool:
        """Whether to thank the reader for admitting to vanity, which nobody likes to do."""
        return self._has_points(Purpose.VANITY_PROJECT) and not self.is_imagined

    @property
    def path(self) -> Path | None:
        """The path to another purpose, if this one has points."""
        return self.purpose.path if self.points else None

    def _has_points(self, purpose: Purpose) -> bool:
        return self.purpose == purpose and self.points > 0

    def _grouped(self, tips: list[AdvisedTip]) -> Groups:
        if self.both_sides:
            return by_audience(tips)
        # A reader on one side doesn't need a heading that names it.
        return [(Audience.EVERYONE, tips)] if tips else []


def choose(
    situation: Situation, tips: Iterable[WrittenTip], declined: Collection[int] = ()
) -> list[Advice]:
    """Select and rank the tips for a situation, each at most once.

    Purposes with points come first, the largest first. A purpose without points is included only
    if a tip fits it, such as one for a purpose that dropped to zero.

    `declined` are the ids of tips that the reader doesn't want to see. Other tips replace them.
    """
    fitting: dict[Purpose, list[WrittenTip]] = {purpose: [] for purpose in Purpose}
    for tip in tips:
        if situation.fits(tip):
            fitting[Purpose(tip.purpose)].append(tip)
    return [
        _advice(situation, purpose, fitting[purpose], declined)
        for purpose in situation.split.ranked
        if situation.split[purpose] or fitting[purpose]
    ]


def _advice(
    situation: Situation,
    purpose: Purpose,
    tips: list[WrittenTip],
    declined: Collection[int],
) -> Advice:
    advised = [AdvisedTip(tip, situation.why(tip)) for tip in _best_first(situation, tips)]
    wanted = [each for each in advised if each.tip.id not in declined]
    points = situation.split[purpose]
    many = shown_at_once(points)
    return Advice(
        purpose=purpose,
        points=points,
        at_once=wanted[:many],
        more=wanted[many : many + MAX_MORE],
        has_more=len(wanted) > many + MAX_MORE,
        declined=[each for each in advised if each.tip.id in declined][:MAX_MORE],
        both_sides=situation.side is Side.BOTH,
        is_imagined=situation.is_imagined,
    )


def _best_first(situation: Situation, tips: list[WrittenTip]) -> list[WrittenTip]:
    """Rank tips: those for a clear movement first, then in the order that staff chose.

    If both sides of job seeking are shown, the audiences take turns, so that no side's tips come
    only after all of the other's.
    """
    ordered = sorted(tips, key=lambda tip: (not situation.goes_first(tip), tip.position, tip.key))
    if situation.side is not Side.BOTH:
        return ordered
    turns: Counter[tuple[bool, str]] = Counter()

    def turn(tip: WrittenTip) -> tuple[bool, int]:
        waits = not situation.goes_first(tip)
        turns[waits, tip.audience] += 1
        return waits, turns[waits, tip.audience]

    return sorted(ordered, key=turn)
