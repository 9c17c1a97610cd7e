import math
from dataclasses import FrozenInstanceError

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
