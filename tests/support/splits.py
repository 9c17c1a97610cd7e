"""All 1,001 splits, and representative samples of them."""

from collections.abc import Callable, Hashable

from purposeapp import sentences
from purposeapp.split import Split

EVERY_SPLIT = list(Split.all())


def one_of_each(kind: Callable[[Split], Hashable]) -> list[Split]:
    """Return, for each kind of split, the one with the longest headline."""
    by_length = sorted(EVERY_SPLIT, key=lambda split: len(sentences.headline(split)))
    return list({kind(split): split for split in by_length}.values())


def shape(split: Split) -> tuple[int, ...]:
    """Return the points of a split, largest first. There are 30 such shapes."""
    return tuple(sorted(split, reverse=True))
