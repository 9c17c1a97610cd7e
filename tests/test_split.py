import math
from dataclasses import FrozenInstanceError
from itertools import combinations, product
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.split import BUDGET, PATHS, Purpose, Split

EVERY_SPLIT = list(Split.all())


def test_there_are_1001_splits_and_each_is_listed_once():
    assert len(EVERY_SPLIT) == len(set(EVERY_SPLIT)) == math.comb(14, 4) == 1001


def test_every_split_spends_ten_points_and_is_read_back_from_its_name():
    for split in EVERY_SPLIT:
        assert sum(split) == BUDGET
        assert Split.parse(str(split)) == split


def test_the_shares_of_every_split_are_whole_and_make_100_per_cent_and_an_hour():
    for split in EVERY_SPLIT:
        assert sum(split.percentage(purpose) for purpose in Purpose) == 100
        assert sum(split.minutes(purpose) for purpose in Purpose) == 60


def test_the_worked_example():
    split = Split.parse("6-2-2-0-0")
    assert [split.percentage(purpose) for purpose in Purpose] == [60, 20, 20, 0, 0]
    assert [split.minutes(purpose) for purpose in Purpose] == [36, 12, 12, 0, 0]
    assert split.standouts == [Purpose.BUSINESS_DRIVEN]
    assert split.spent == ["business_driven", "community_spirit", "learning_sponge"]


def test_ties_keep_the_order_of_the_purposes():
    assert Split.parse("2-2-2-2-2").ranked == list(Purpose)
    assert Split.parse("0-3-1-3-3").ranked == [
        "community_spirit",
        "job_seeking",
        "vanity_project",
        "learning_sponge",
        "business_driven",
    ]


@pytest.mark.parametrize(
    ("name", "leaders"),
    [
        ("0-0-0-10-0", ["job_seeking"]),
        ("5-0-0-0-5", ["business_driven", "vanity_project"]),
        ("3-3-1-3-0", ["business_driven", "community_spirit", "job_seeking"]),
        ("2-2-2-2-2", Purpose.values),
    ],
)
def test_standouts_are_all_that_share_the_most_points(name, leaders):
    assert Split.parse(name).standouts == leaders


def test_every_split_counts_its_points_one_by_one():
    for split in EVERY_SPLIT:
        assert [split.cells.count(purpose) for purpose in Purpose] == list(split)


def test_the_difference_says_what_moved_the_biggest_change_first():
    later, earlier = Split.parse("2-2-0-6-0"), Split.parse("6-2-2-0-0")
    assert list(later.difference(earlier).items()) == [
        ("job_seeking", 6),
        ("business_driven", -4),
        ("learning_sponge", -2),
    ]
    assert later.difference(later) == {}


@given(st.sampled_from(EVERY_SPLIT), st.sampled_from(EVERY_SPLIT))
def test_what_one_purpose_gains_another_one_loses(later, earlier):
    difference = later.difference(earlier)
    assert sum(difference.values()) == 0
    assert {p: earlier[p] + difference.get(p, 0) for p in Purpose} == {p: later[p] for p in Purpose}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6-2-2-0",
        "6-2-2-0-0-0",
        "6-2-2-0-1",
        "5-2-2-0-0",
        "06-2-2-0-0",
        "6-2-2-0-00",
        "11-0-0-0--1",
        "6-2-2-0-0 ",
        "6-2-2-0-0\n",
        " 6-2-2-0-0",
        "+6-2-2-0-0",
        "6.0-2-2-0-0",
        "1e1-0-0-0-0",
        "٦-2-2-0-0",
        "6–2–2–0–0",  # noqa: RUF001
        "6-2-2-0-0\0",
        "9" * 10_000,
    ],
)
def test_what_is_not_the_name_of_a_split_is_refused(text):
    with pytest.raises(ValueError, match=r"not the name of a split|You have used"):
        Split.parse(text)


@given(st.text(alphabet="0123456789-") | st.text())
def test_whatever_can_be_read_is_the_one_name_of_a_split(text):
    try:
        split = Split.parse(text)
    except ValueError:
        return
    assert str(split) == text
    assert split in EVERY_SPLIT


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ((0, 0, 0, 0, 0), "You haven't spent any points yet. Spend all ten."),
        ((6, 2, 0, 0, 0), "You have used 8 of 10 points. Add 2 more."),
        ((6, 2, 2, 2, 0), "You have used 12 of 10 points. Take 2 away."),
        ((11, -1, 0, 0, 0), "Enter a whole number from 0 to 10."),
        ((6.0, 2, 2, 0, 0), "Enter a whole number from 0 to 10."),
        ((True, 9, 0, 0, 0), "Enter a whole number from 0 to 10."),
    ],
)
def test_points_that_break_the_rule_make_no_split(points, sentence):
    with pytest.raises(ValueError, match=sentence.replace(".", r"\.")):
        Split(*points)


def test_a_split_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Split.parse("6-2-2-0-0").business_driven = 5


def test_the_purposes_and_their_order():
    assert Purpose.choices == [
        ("business_driven", "Business driven"),
        ("community_spirit", "Community spirit"),
        ("learning_sponge", "Learning sponge"),
        ("job_seeking", "Job seeking"),
        ("vanity_project", "Vanity project"),
    ]
    assert all(purpose.description for purpose in Purpose)


def test_two_paths_lead_to_community_spirit():
    assert {start: path.to for start, path in PATHS.items()} == {
        "learning_sponge": "community_spirit",
        "vanity_project": "community_spirit",
    }
    assert Purpose.JOB_SEEKING.path is None


# --- From one split to another ---------------------------------------------------------------


def every_difference():
    """Yield one pair of splits for each possible difference, on which alone the moves depend."""
    for changes in product(range(-BUDGET, BUDGET + 1), repeat=4):
        changes = (*changes, -sum(changes))
        moved = sum(by for by in changes if by > 0)
        if moved <= BUDGET:
            here = [max(-by, 0) for by in changes]
            here[0] += BUDGET - moved
            yield Split(*here), Split(*map(add, here, changes))


def groups_that_settle_themselves(changes):
    """Return the largest number of groups of changes that each add up to zero."""
    if not changes:
        return 0
    first, rest = changes[0], changes[1:]
    best = 0
    for size in range(len(rest) + 1):
        for others in combinations(range(len(rest)), size):
            if first + sum(rest[place] for place in others) == 0:
                left = [by for place, by in enumerate(rest) if place not in others]
                best = max(best, 1 + groups_that_settle_themselves(left))
    return best


def test_the_moves_lead_from_every_split_to_every_other_and_no_fewer_would():
    for here, there in every_difference():
        moves = here.moves_to(there)
        points = here.as_dict()
        for move in moves:
            assert move.points > 0
            points[move.source] -= move.points
            points[move.target] += move.points
            assert points[move.source] >= 0
        assert Split(**points) == there
        changes = list(there.difference(here).values())
        # Each group of n purposes takes n - 1 moves, so the most groups mean the fewest moves.
        assert len(moves) == len(changes) - groups_that_settle_themselves(changes)
        assert sum(move.points for move in moves) == there.points_moved(here)


def test_the_moves_of_an_example():
    moves = Split.parse("2-0-0-8-0").moves_to(Split.parse("2-3-5-0-0"))
    assert moves == [
        (5, Purpose.JOB_SEEKING, Purpose.LEARNING_SPONGE),
        (3, Purpose.JOB_SEEKING, Purpose.COMMUNITY_SPIRIT),
    ]
