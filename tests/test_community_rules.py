"""The release rules of the community's picture (disclosure control), without a database."""

import random
from collections import Counter
from functools import cache
from operator import add, sub

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.community import (
    FIRST,
    GROUPS,
    MIN_CELL,
    MIN_CHANGED,
    MIN_PEOPLE,
    Cells,
    Tally,
    changed_between,
    first_of,
    group_of,
    mean_share,
    share,
    suppress,
    tally,
)
from purposeapp.split import Purpose, Split

SPLITS = list(Split.all())
BY_POINTS = {tuple(split): split for split in SPLITS}


def test_alike_is_a_partition_of_all_splits_into_sixteen_groups_none_of_them_small():
    sizes = Counter(map(group_of, SPLITS))
    assert set(sizes) == set(GROUPS)
    assert len(GROUPS) == 16
    assert sum(sizes.values()) == 1_001
    assert min(sizes.values()) == 51


@pytest.mark.parametrize(
    ("split", "group"),
    [
        ("10-0-0-0-0", [Purpose.BUSINESS_DRIVEN]),
        ("3-2-2-2-1", [Purpose.BUSINESS_DRIVEN]),
        ("6-2-2-0-0", [Purpose.BUSINESS_DRIVEN]),
        ("5-0-0-5-0", [Purpose.BUSINESS_DRIVEN, Purpose.JOB_SEEKING]),
        ("2-2-0-3-3", [Purpose.JOB_SEEKING, Purpose.VANITY_PROJECT]),
        ("4-3-3-0-0", []),
        ("2-2-2-2-2", []),
    ],
)
def test_alike_are_those_with_the_same_one_or_two_purposes_of_weight(split, group):
    assert group_of(Split.parse(split)) == tuple(group)


def test_everything_is_counted_once_per_person():
    counts = {Split.parse("6-2-2-0-0"): 3, Split.parse("0-5-5-0-0"): 2}
    found = tally(counts)
    assert found.people == 5
    assert found.points == [18, 16, 16, 0, 0]
    assert dict(zip(FIRST, found.first, strict=True)) == {
        **dict.fromkeys(Purpose, 0),
        Purpose.BUSINESS_DRIVEN: 3,
        None: 2,
    }
    assert found.nothing == [2, 0, 0, 5, 5]
    assert sum(found.alike) == sum(found.first) == 5


def cells_of(first=(10,) * 6, nothing=(10,) * 5, alike=(60, *[0] * 15)) -> Cells:
    """Return what is published of these counts of sixty people."""
    assert sum(first) == sum(alike) == 60, "everyone is counted once"
    return suppress(Tally(60, [120] * 5, [*first], [*nothing], [*alike]))


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        ([10, 10, 10, 10, 10, 10], [10, 10, 10, 10, 10, 10]),
        ([0, 0, 0, 0, 9, 51], [None] * 6),  # all but nine
        ([3, 3, 3, 1, 20, 30], [None, None, None, None, 20, 30]),  # the four are ten people
        ([3, 3, 3, 0, 21, 30], [None, None, None, None, None, 30]),  # they'd be nine
        ([9, 10, 10, 10, 10, 11], [None, None, 10, 10, 10, 11]),  # one alone is known
        ([32, 25, 3, 0, 0, 0], [32, None, None, None, None, None]),  # they'd be three
        ([30, 30, 0, 0, 0, 0], [None, 30, None, None, None, None]),  # they'd be nobody
        ([60, 0, 0, 0, 0, 0], [None] * 6),
    ],
)
def test_what_is_hidden_of_a_partition_is_about_enough_people(first, shown):
    assert cells_of(first=first).first == shown
    pairs = len(GROUPS) - len(first)  # groups of two purposes, of which `first` says nothing
    assert cells_of(alike=[0] * pairs + first).alike[-4:] == shown[-4:]


@pytest.mark.parametrize(
    ("nothing", "shown"),
    [
        ([10, 20, 30, 40, 40], [10, 20, 30, 40, 40]),
        ([10, 20, 30, 40, 41], [None, 20, 30, 40, None]),  # nine don't have it first
        ([0, 9, 30, 30, 30], [None, None, 30, 30, 30]),  # nobody knows the sum
        ([9, 20, 30, 10, 30], [None, 20, 30, None, 30]),
    ],
)
def test_no_row_gives_away_how_few_have_points_but_not_the_most(nothing, shown):
    assert cells_of(nothing=nothing).nothing == shown


def test_no_group_gives_away_how_few_have_the_most_points_but_are_not_in_it():
    first = [20, 20, 20, 0, 0, 0]
    alike = [30, 10, 10, 10, *[0] * 12]
    assert cells_of(first=first, alike=alike).first == [None, 20, 20, None, None, None]
    assert cells_of(first=first, alike=alike).alike == [30, None, 10, 10, *[None] * 12]
    alike = [29, 10, 11, 10, *[0] * 12]
    assert cells_of(first=first, alike=alike).alike == [29, 10, None, 10, *[None] * 12]


def test_none_and_seven_read_the_same():
    none = cells_of(first=[0, 10, 20, 30, 0, 0])
    assert none.first == [None, None, 20, 30, None, None]
    assert cells_of(first=[7, 3, 20, 30, 0, 0]) == none


def people_by_split(draw_counts):
    """Return histograms of at least MIN_PEOPLE, of few splits or of many."""
    return st.dictionaries(st.sampled_from(SPLITS), draw_counts, min_size=1, max_size=30).filter(
        lambda counts: sum(counts.values()) >= MIN_PEOPLE
    )


@given(
    people_by_split(st.integers(1, 12))
    | people_by_split(st.integers(1, 60))
    | people_by_split(st.sampled_from([1, 9, 10, 11, 40, 41, 51, 5_000]))
)
def test_no_published_number_or_difference_is_about_few_people(counts):
    found = tally(counts)
    people, cells = found.people, suppress(found)
    numbers = [count for each in cells for count in each if count is not None]
    numbers += [people - count for count in numbers]
    for exact, shown in ((found.first, cells.first), (found.alike, cells.alike)):
        hidden = [count for count, cell in zip(exact, shown, strict=True) if cell is None]
        assert len(hidden) != 1
        numbers += [sum(hidden)] if hidden else []
    assert cells.nothing.count(None) != 1
    for purpose, leads, none in zip(Purpose, cells.first, cells.nothing, strict=False):
        alike = cells.alike[GROUPS.index((purpose,))]
        if leads is not None and none is not None:
            numbers.append(people - leads - none)
        if leads is not None and alike is not None:
            numbers.append(leads - alike)
    assert min(numbers, default=MIN_CELL) >= MIN_CELL


@given(people_by_split(st.integers(20, 60)))
def test_what_is_published_is_true(counts):
    found = tally(counts)
    for exact, shown in zip(
        (found.first, found.nothing, found.alike), suppress(found), strict=True
    ):
        assert [count for count, cell in zip(exact, shown, strict=True) if cell is not None] == [
            cell for cell in shown if cell is not None
        ]


@pytest.mark.parametrize(
    ("count", "people", "rounded"),
    [(10, 60, 17), (15, 1_000, 2), (14, 1_000, 1), (10, 10_000, 0), (1, 200, 1), (30, 60, 50)],
)
def test_shares_are_rounded_to_one_per_cent(count, people, rounded):
    assert share(count, people) == rounded


def test_means_are_shares_of_the_points():
    assert mean_share(255, 51) == 50


A, B, C = map(Split.parse, ("6-2-2-0-0", "0-5-5-0-0", "0-0-0-0-10"))


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({}, {A: 50}, 50),  # the first release
        ({A: 50}, {A: 50}, 0),  # the same points again, or two people who swapped theirs
        ({A: 50}, {A: 49, B: 1}, 1),
        ({A: 50}, {A: 49}, 1),  # someone left, opted out or was deleted
        ({A: 50, B: 1}, {A: 49, B: 3}, 2),
        ({A: 50, B: 20}, {A: 40, B: 20, C: 30}, 30),
    ],
)
def test_changed_are_the_fewest_people_who_explain_the_difference(before, after, changed):
    assert changed_between(before, after) == changed


# --- An attacker who knows everyone but a few -----------------------------------------------
#
# The attacker knows the splits of all people except `unknown`, and everything that is published. A
# split is *named* if one of the unknown must have it: if no other possible world looks the same
# and has nobody with it. So finding such a world proves that no attacker, however clever, can name
# the split. The search exchanges points between two people, which preserves all means.


@cache
def look_of(split: Split) -> tuple[int, ...]:
    """Return what a split contributes to the counts of leading and of empty purposes."""
    return *(first_of(split) == each for each in FIRST), *(not points for points in split)


def added(one, other) -> tuple[int, ...]:
    return tuple(map(add, one, other))


@cache
def exchanges(one: Split, other: Split) -> list[tuple[Split, Split]]:
    """Return pairs of splits that add up to the same look, apart from the groups they are in."""
    points, look = added(one, other), added(look_of(one), look_of(other))
    pairs = []
    for first in SPLITS:
        second = BY_POINTS.get(tuple(map(sub, points, first)))
        if second and added(look_of(first), look_of(second)) == look:
            pairs.append((first, second))
    return pairs


def world_without(split: Split, unknown: list[Split], known: list[Split]) -> list[Split] | None:
    """Find splits for the unknown people, none of them `split`, with which all looks the same."""
    others = list(unknown)
    exact = tally(Counter([*known, *unknown]))
    alike, shown = exact.alike, suppress(exact)
    while split in others:
        place = others.index(split)
        found = None
        for partner, theirs in enumerate(others):
            if theirs == split:
                continue
            for one, other in exchanges(split, theirs):
                groups = list(alike)
                for each, step in ((split, -1), (theirs, -1), (one, 1), (other, 1)):
                    groups[GROUPS.index(group_of(each))] += step
                if split not in (one, other) and suppress(exact._replace(alike=groups)) == shown:
                    found = partner, one, other, groups
                    break
            if found:
                break
        if not found:
            return None
        partner, others[place], others[partner], alike = found
    return others


def published(splits: list[Split]) -> list:
    """Return everything about these people that any page publishes."""
    found = tally(Counter(splits))
    means = [mean_share(points, found.people) for points in found.points]
    return [
        means,
        *([cell and share(cell, found.people) for cell in each] for each in suppress(found)),
    ]


def named_by_attackers(unknown: int, communities: int = 25) -> int:
    """Count the splits named by attackers who know all but `unknown` people of random communities.

    What they know of the previous release doesn't matter: at most it is everything.
    """
    chance, named = random.Random(20261126), 0
    for _ in range(communities):
        known = chance.choices(SPLITS, k=MIN_PEOPLE + MIN_CHANGED - unknown)
        hidden = chance.choices(SPLITS, k=unknown)
        for split in sorted(set(hidden), key=str):
            other = world_without(split, hidden, known)
            if other is None:
                named += 1
                continue
            assert split not in other
            assert published([*known, *other]) == published([*known, *hidden])
    return named


def test_an_attacker_who_knows_everybody_but_those_who_must_have_changed_names_no_split():
    assert named_by_attackers(unknown=MIN_CHANGED) == 0


def test_an_attacker_who_knows_everybody_but_two_names_splits():
    """So the test above can fail, and the number of people who changed is what protects."""
    assert named_by_attackers(unknown=2) > 5
