"""The picture of the community: aggregate statistics of everyone's latest result, safe to publish.

Statistical disclosure control, in three rules: no release about fewer than MIN_PEOPLE people; no
new release before MIN_CHANGED of them have changed (two releases must not differ by only a few
people); and no number about fewer than MIN_CELL people, nor by a subtraction (cell suppression).
For the reasons and the limits, see docs/adr/0028-a-picture-of-the-community.md.

Everything here is computed from the number of people with each of the 1,001 splits.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations
from math import inf
from typing import NamedTuple

from purposeapp.split import BUDGET, Purpose, Split

MIN_PEOPLE = 50
MIN_CHANGED = 20
MIN_CELL = 10

WEIGHT = 3
"""The points from which a purpose has weight. No more than three purposes can have weight."""

Counts = Mapping[Split, int]
"""A histogram: the number of people with each split."""

FIRST: tuple[Purpose | None, ...] = (*Purpose, None)
"""The possible results of `first_of`: one purpose, or None if several share the lead."""

Group = tuple[Purpose, ...]

GROUPS: tuple[Group, ...] = tuple(
    group for size in range(3) for group in combinations(Purpose, size)
)
"""The sixteen groups of similar splits; see `group_of`."""


@cache
def first_of(split: Split) -> Purpose | None:
    """Return the purpose with the most points, or None if several share the lead.

    Each person is counted once, not for each of several leaders, which would reveal more: an even
    split would stand out by being first everywhere.
    """
    return split.standouts[0] if len(split.standouts) == 1 else None


@cache  # a tally calls this for each split and group; there are 1,001 splits
def group_of(split: Split) -> Group:
    """Return the purposes with weight if there are one or two; otherwise empty, for an even mix.

    Splits of the same group are *alike*. The groups are a partition. Overlapping groups, such as
    all splits within two points of another, would publish 1,001 counts that can be subtracted
    from each other. Each group has at least fifty splits, so membership reveals little.
    """
    weighty = tuple(purpose for purpose in Purpose if split[purpose] >= WEIGHT)
    return weighty if len(weighty) < 3 else ()


class Tally(NamedTuple):
    """Exact counts. Never publish counts of people before `suppress` has been applied to them.

    Lists are in the order of the purposes, of FIRST, or of GROUPS.
    """

    people: int
    points: list[int]
    """The sum of everyone's points on each purpose."""
    first: list[int]
    """People with each purpose alone in the lead; the last item: people with a shared lead."""
    nothing: list[int]
    """People with no points on each purpose."""
    alike: list[int]
    """People in each group."""


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


class Cells(NamedTuple):
    """The numbers of people that may be published, with None in place of each hidden one."""

    first: list[int | None]
    nothing: list[int | None]
    alike: list[int | None]


def suppress(found: Tally) -> Cells:
    """Hide each number that counts few people or reveals such a number (cell suppression).

    Few are fewer than MIN_CELL, and zero is no exception. Hidden are numbers of few people, or of
    all but few; then what a subtraction would reveal: the people with some points on a purpose who
    don't have it first, and those who have it first but aren't in its group of similar splits.
    """
    first = _hide_more(map(_unless_few, found.first), found.people)
    nothing = [
        _unless_few(count, people_left=found.people - count - (leads or 0))
        for count, leads in zip(found.nothing, first, strict=False)
    ]
    leads_of_group: dict[Group, int | None] = {
        (purpose,): leads for purpose, leads in zip(Purpose, first, strict=False)
    }
    alike = [
        _unless_few(count, people_left=(leads_of_group.get(group) or found.people) - count)
        for count, group in zip(found.alike, GROUPS, strict=True)
    ]
    # Nobody knows the sum of `nothing`, since a person has no points on several purposes.
    return Cells(first, _hide_more(nothing, inf), _hide_more(alike, found.people))


def _unless_few(count: int, people_left: float = inf) -> int | None:
    return count if min(count, people_left) >= MIN_CELL else None


def _hide_more(cells: Iterable[int | None], total: float) -> list[int | None]:
    """Hide more cells, the smallest first, if the others reveal one (complementary suppression).

    Everyone can work out the sum of what is hidden of a list that adds up to a known total. So
    that must be at least MIN_CELL, and the sum of several cells.
    """
    shown = list(cells)
    while None in shown and (known := [cell for cell in shown if cell is not None]):
        if shown.count(None) > 1 and total - sum(known) >= MIN_CELL:
            break
        shown[shown.index(min(known))] = None
    return shown


def changed_between(before: Counts, after: Counts) -> int:
    """Return the fewest people whose changes can turn one histogram into the other.

    People who joined, left, opted out or changed their split count. Two people who swapped splits
    don't, but no difference of two releases shows that either. So there is no need to store who
    was counted.
    """
    moved = [after.get(split, 0) - before.get(split, 0) for split in {*before, *after}]
    return max(sum(each for each in moved if each > 0), -sum(each for each in moved if each < 0))


def share(count: int, people: int) -> int:
    """Return `count` as a percentage of `people`, rounded to 1%."""
    return (200 * count + people) // (2 * people)


def mean_share(points: int, people: int) -> int:
    """Return `points` as a percentage of all points of these people, rounded to 1%."""
    return share(points, BUDGET * people)
