"""The community's picture: aggregate statistics of everybody's latest result, safe to publish.

Statistical disclosure control, in three rules: no release of fewer than MIN_PEOPLE, none before
MIN_CHANGED of them have changed (two releases must not differ by a few), and no number about fewer
than MIN_CELL people (cell suppression). Why, and what it can't do:
docs/adr/0028-a-picture-of-the-community.md.

Everything here is worked out from how many people have each of the 1,001 splits.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations
from typing import NamedTuple

from purposeapp.split import BUDGET, Purpose, Split

MIN_PEOPLE = 50
MIN_CHANGED = 20
MIN_CELL = 10

WEIGHT = 3
"""From so many points on, a purpose has weight. No more than three purposes can."""

Counts = Mapping[Split, int]
"""How many people have each split (a histogram)."""

FIRST: tuple[Purpose | None, ...] = (*Purpose, None)
"""What can come first: one purpose alone, or none, where several are level."""

Group = tuple[Purpose, ...]

GROUPS: tuple[Group, ...] = tuple(
    group for size in range(3) for group in combinations(Purpose, size)
)
"""The sixteen groups of splits that are alike."""


@cache
def first_of(split: Split) -> Purpose | None:
    """The purpose with most points; None where several share the lead.

    To count somebody once, and not for each of the purposes that are level, tells less of them: an
    even split would stand out by being everywhere first.
    """
    return split.standouts[0] if len(split.standouts) == 1 else None


@cache  # a tally asks for each of the groups; there are 1,001 splits
def group_of(split: Split) -> Group:
    """The purposes with weight, if there are one or two; else nothing, for what is mixed evenly.

    Splits of the same group are *alike*. It is a partition: groups that overlap, such as all
    within two points of a split, would be 1,001 counts to subtract from each other. None has
    fewer than fifty splits, so that to be in one says little.
    """
    weighty = tuple(purpose for purpose in Purpose if split[purpose] >= WEIGHT)
    return weighty if len(weighty) < 3 else ()


class Tally(NamedTuple):
    """What is counted, exactly: never published before `suppress` has gone over it.

    Lists are in the order of the purposes, of FIRST, or of GROUPS.
    """

    people: int
    points: list[int]
    """What everybody spends on each purpose."""
    first: list[int]
    """Who has each purpose first, alone; and last, who has several level."""
    nothing: list[int]
    """Who spends nothing on each purpose."""
    alike: list[int]
    """Who is in each group."""


def tally(counts: Counts) -> Tally:
    """Count everything that the picture shows."""

    def people(splits: Iterable[Split]) -> int:
        return sum(counts[split] for split in splits)

    return Tally(
        people=people(counts),
        points=[sum(counts[split] * split[each] for split in counts) for each in Purpose],
        first=[people(split for split in counts if first_of(split) == each) for each in FIRST],
        nothing=[people(split for split in counts if not split[each]) for each in Purpose],
        alike=[people(split for split in counts if group_of(split) == each) for each in GROUPS],
    )


def suppress(cells: list[int], people: int) -> list[int | None]:
    """The cells that may be shown, and None in place of each that may not (cell suppression).

    Hidden is what is about fewer than MIN_CELL people, none included, and what leaves fewer
    than that on the other side. Where that is one cell alone, the rest might tell it, and the
    smallest of them goes too.
    """
    shown = [cell if MIN_CELL <= cell <= people - MIN_CELL else None for cell in cells]
    if shown.count(None) == 1:
        shown[shown.index(min(cell for cell in shown if cell is not None))] = None
    return shown


def changed_between(before: Counts, after: Counts) -> int:
    """The fewest people who can have made one histogram the other.

    Whoever joined, left, was left out or spends otherwise counts; two who traded splits don't,
    which no difference of two releases shows either. So nobody needs to know who was in it.
    """
    moved = [after.get(split, 0) - before.get(split, 0) for split in {*before, *after}]
    return max(sum(each for each in moved if each > 0), -sum(each for each in moved if each < 0))


def share(count: int, people: int) -> int:
    """So many of these people, rounded to 1%."""
    return (200 * count + people) // (2 * people)


def mean_share(points: int, people: int) -> int:
    """What of their points these people spend so many of on, rounded to 1%."""
    return share(points, BUDGET * people)
