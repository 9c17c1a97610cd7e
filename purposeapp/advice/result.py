"""The result of a split: what its page shows, computed only from a situation and the tips."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from purposeapp import sentences
from purposeapp.advice.fit import Situation
from purposeapp.advice.portrait import Portrait, WrittenPart, compose
from purposeapp.advice.selection import Advice, WrittenTip, choose
from purposeapp.split import Purpose, Split


@dataclass(frozen=True)
class Row:
    """A purpose in the table next to the picture."""

    purpose: Purpose
    points: int
    percentage: int
    minutes: int


@dataclass(frozen=True)
class Result:
    """The result for a situation: a pure function of it, the tips and the portrait sentences.

    If only the split is known, it's the same for everyone.
    """

    situation: Situation
    tips: Iterable[WrittenTip]
    declined: Collection[int] = ()
    """The ids of tips that the reader marked as not for them."""
    parts: Iterable[WrittenPart] = ()
    """The sentences that the portrait is composed of."""

    @property
    def split(self) -> Split:
        return self.situation.split

    @property
    def headline(self) -> str:
        return sentences.headline(self.split)

    @property
    def subheadline(self) -> str:
        return sentences.subheadline(self.split)

    @cached_property
    def portrait(self) -> Portrait:
        """A few sentences on what this split is like."""
        return compose(self.split, self.parts)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All five purposes, largest first."""
        return tuple(
            Row(
                purpose,
                self.split[purpose],
                self.split.percentage(purpose),
                self.split.minutes(purpose),
            )
            for purpose in self.split.ranked
        )

    @property
    def advice(self) -> list[Advice]:
        """The tips that fit, by purpose, the largest purpose first."""
        return choose(self.situation, self.tips, self.declined)
