"""Which tips a result shows, in which order, and how many at once: a pure function.

Nothing in this module knows a database; tips may be those of today, or as they once were.
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
    """How many tips on a purpose with so many points are read without a click.

    One with a single point gets one tip, and one with six gets four. So a result never begins
    with more than ten: five purposes have one each, and ten points another five at most.
    """
    return 1 + points // 2


MAX_AT_ONCE = shown_at_once(BUDGET)
MAX_MORE = 12
"""How many more there are behind a click; what is beyond them has the purpose's own page."""


def capacity(points: int) -> int:
    """The most tips that a result shows on a purpose with so many points, clicks included."""
    return shown_at_once(points) + MAX_MORE


MAX_NEEDED = MAX_AT_ONCE + MAX_MORE + 1
"""How many tips of a purpose decide what a result shows; the last one says that there are more."""


class WrittenTip(Advisable, Protocol):
    """A tip that can be shown."""

    id: int
    key: str
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class AdvisedTip:
    """A tip in its place in a result, with the reason for it where that is not obvious."""

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
    """The tips by whom they are for, those for everyone first."""
    places = list(Audience)
    ordered = sorted(tips, key=lambda advised: places.index(advised.audience))
    return [(audience, list(group)) for audience, group in groupby(ordered, attrgetter("audience"))]


@dataclass(frozen=True)
class Advice:
    """What to do about one purpose."""

    purpose: Purpose
    points: int
    at_once: list[AdvisedTip]
    """The tips that fit best, read without a click."""
    more: list[AdvisedTip] = field(default_factory=list)
    """The next ones, one click away."""
    has_more: bool = False
    """Whether there are more still, on the page of the purpose."""
    declined: list[AdvisedTip] = field(default_factory=list)
    """Those that would be among the others, had the reader not said that they are not for them."""
    both_sides: bool = True
    """Whether tips for candidates and for employers stand side by side."""

    @property
    def groups(self) -> Groups:
        return self._grouped(self.at_once)

    @property
    def more_groups(self) -> Groups:
        return self._grouped(self.more)

    @property
    def has_sides(self) -> bool:
        """Whether it matters on which side the reader is."""
        return self.purpose == Purpose.JOB_SEEKING and self.points > 0

    @property
    def thanks_for_sharing(self) -> bool:
        """Whoever gives without gain is thanked before they are told what else to do."""
        return self.purpose == Purpose.COMMUNITY_SPIRIT and self.points > 0

    @property
    def thanks_for_honesty(self) -> bool:
        """Nobody likes to admit to vanity, so whoever does is thanked."""
        return self.purpose == Purpose.VANITY_PROJECT and self.points > 0

    @property
    def path(self) -> Path | None:
        """Where the purpose can lead, for a split with points on it."""
        return self.purpose.path if self.points else None

    def _grouped(self, tips: list[AdvisedTip]) -> Groups:
        if self.both_sides:
            return by_audience(tips)
        # Whoever is on one side need not be told which.
        return [(Audience.EVERYONE, tips)] if tips else []


def choose(
    situation: Situation, tips: Iterable[WrittenTip], declined: Collection[int] = ()
) -> list[Advice]:
    """Select and rank the tips for a situation, each of them at most once.

    Purposes with points come first, the largest first. A purpose without points is among them
    only if a tip is for just that, such as one for a purpose that is gone.

    `declined` are the ids of tips that the reader does not want to see; others take their place.
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
    )


def _best_first(situation: Situation, tips: list[WrittenTip]) -> list[WrittenTip]:
    """Rank tips: what is for a clear movement fits best; then it is as staff put them.

    Where both sides of job seeking are shown they take turns, so that neither has to wait
    until there is no tip left for the other.
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
