"""The 1,001 splits, and fewer that stand for all of them."""

from collections.abc import Callable, Hashable

from purposeapp import sentences
from purposeapp.split import Split

EVERY_SPLIT = list(Split.all())


def one_of_each(kind: Callable[[Split], Hashable]) -> list[Split]:
    """Of the splits of each kind, the one with the longest headline."""
    by_length = sorted(EVERY_SPLIT, key=lambda split: len(sentences.headline(split)))
    return list({kind(split): split for split in by_length}.values())


def shape(split: Split) -> tuple[int, ...]:
    """The points without their purposes, largest first: there are 30 of them."""
    return tuple(sorted(split, reverse=True))
