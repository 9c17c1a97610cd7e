"""The result of a split: what its page shows, worked out from the split and the tips alone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import sentences
from .fit import Audience
from .models import Tip
from .split import Purpose, Split


@dataclass(frozen=True)
class Row:
    """One purpose in the table beside the picture."""

    purpose: Purpose
    points: int
    percentage: int
    minutes: int


@dataclass(frozen=True)
class Advice:
    """What to do about one purpose; with its points, where it stands in a result."""

    purpose: Purpose
    tips: list[Tip]
    points: int | None = None

    @property
    def groups(self) -> list[tuple[Audience, list[Tip]]]:
        """The tips by whom they are for, those for everyone first."""
        return [
            (audience, tips)
            for audience in Audience
            if (tips := [tip for tip in self.tips if tip.audience == audience])
        ]

    @property
    def thanks_for_honesty(self) -> bool:
        """Nobody likes to admit to vanity, so whoever does is thanked."""
        return self.purpose == Purpose.VANITY_PROJECT


@dataclass(frozen=True)
class Result:
    """A split, read out: a pure function of the split and the tips, the same for everybody."""

    split: Split
    tips: Iterable[Tip]

    @property
    def headline(self) -> str:
        return sentences.headline(self.split)

    @property
    def rest(self) -> str:
        return sentences.rest(self.split)

    @property
    def rows(self) -> list[Row]:
        """All five purposes, largest first."""
        return [
            Row(
                purpose,
                self.split[purpose],
                self.split.percentage(purpose),
                self.split.minutes(purpose),
            )
            for purpose in self.split.ranked
        ]

    @property
    def advice(self) -> Iterator[Advice]:
        """The tips of each purpose that has points, largest first."""
        tips = list(self.tips)
        for purpose in self.split.spent:
            own = [tip for tip in tips if tip.purpose == purpose]
            yield Advice(purpose, own, self.split[purpose])
