"""An inverted index of tips: finds those that fit a situation without checking every tip."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Protocol

from purposeapp.advice.fit import Audience, Direction, Situation
from purposeapp.advice.selection import MAX_NEEDED, WrittenTip
from purposeapp.split import Purpose

Key = tuple[Purpose, int, Direction, Audience]


class DatedTip(WrittenTip, Protocol):
    """A tip with an optional publication date."""

    published_from: date | None


class TipIndex:
    """Tips by purpose, points, direction and audience, each list in the order that staff chose."""

    def __init__(self, tips: Iterable[DatedTip]) -> None:
        self._found: defaultdict[Key, list[DatedTip]] = defaultdict(list)
        for tip in sorted(tips, key=lambda tip: (tip.position, tip.key)):
            kind = Direction(tip.direction), Audience(tip.audience)
            for points in range(tip.points_from, tip.points_to + 1):
                self._found[Purpose(tip.purpose), points, *kind].append(tip)

    def fitting(
        self, situation: Situation, declined: Collection[int] = (), *, on: date | None = None
    ) -> list[DatedTip]:
        """Return the tips that `choose` needs for a situation, however many tips there are.

        `choose` needs no more than MAX_NEEDED tips of a purpose. It ranks tips with the same
        direction and audience in the order of this index, and handles declined tips separately.
        So the first MAX_NEEDED tips of each list, declined ones and others, are enough.

        `on` limits the tips to those that were published on that day (UTC).
        """
        return [
            tip
            for purpose in Purpose
            for direction in situation.directions(purpose)
            for audience in situation.side.audiences
            for wanted in (True, False)
            for tip in islice(
                self._of((purpose, situation.split[purpose], direction, audience), on, declined,
                         wanted=wanted),
                MAX_NEEDED,
            )
        ]  # fmt: skip

    def _of(
        self, key: Key, on: date | None, declined: Collection[int], *, wanted: bool
    ) -> Iterator[DatedTip]:
        for tip in self._found.get(key, ()):
            is_there = on is None or tip.published_from is None or tip.published_from <= on
            if is_there and (tip.id not in declined) == wanted:
                yield tip
