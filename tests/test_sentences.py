import re
from datetime import date

import pytest

from purposeapp import sentences
from purposeapp.split import Purpose, Split

EVERY_SPLIT = list(Split.all())


@pytest.mark.parametrize(
    ("name", "headline", "rest"),
    [
        (
            "6-2-2-0-0",
            "Mainly business driven (60%)",
            "Community spirit and Learning sponge share the rest (20% each).",
        ),
        ("6-4-0-0-0", "Mainly business driven (60%)", "The remaining 40% is Community spirit."),
        (
            "0-0-0-10-0",
            "Entirely job seeking (100%)",
            "Every point went to one purpose.",
        ),
        (
            "1-5-2-2-0",
            "Half community spirit (50%)",
            "Then Learning sponge (20%), Job seeking (20%) and Business driven (10%).",
        ),
        (
            "3-3-2-1-1",
            "Business driven and Community spirit share the lead (30% each)",
            "Then Learning sponge (20%), Job seeking (10%) and Vanity project (10%).",
        ),
        (
            "5-0-0-0-5",
            "Half Business driven, half Vanity project",
            "Every point went to these two.",
        ),
        (
            "4-3-3-0-0",
            "Business driven comes first (40%)",
            "Community spirit and Learning sponge share the rest (30% each).",
        ),
        ("2-2-2-2-2", "An even spread: 20% on each of the five", ""),
    ],
)
def test_a_split_is_read_out(name, headline, rest):
    split = Split.parse(name)
    assert sentences.headline(split) == headline
    assert sentences.subheadline(split) == rest


def test_every_headline_is_true():
    for split in EVERY_SPLIT:
        headline = sentences.headline(split)
        leaders = split.standouts
        share = split.percentage(leaders[0])
        assert f"{share}%" in headline or (len(leaders), share) == (2, 50)
        assert headline.startswith("Mainly") == (len(leaders) == 1 and 50 < share < 100)
        assert headline.startswith("Entirely") == (share == 100)
        assert headline.startswith("Half") == (share == 50)
        assert ("share the lead" in headline) == (1 < len(leaders) < 5 and share < 50)
        named = {p for p in Purpose if str(p.label) in headline or f" {p.phrase} (" in headline}
        assert named == (set() if len(leaders) == 5 else set(leaders))


def test_every_second_sentence_accounts_for_all_the_points_that_the_first_leaves():
    for split in EVERY_SPLIT:
        rest = sentences.subheadline(split)
        others = {purpose for purpose in split.spent if purpose not in split.standouts}
        assert {purpose for purpose in Purpose if str(purpose.label) in rest} == others
        shares = {int(share) for share in re.findall(r"(\d+)%", rest)}
        assert shares == {split.percentage(purpose) for purpose in others}


def test_a_change_names_each_purpose_that_moved():
    later, earlier = Split.parse("2-2-0-6-0"), Split.parse("6-2-2-0-0")
    assert (
        sentences.change(later, earlier)
        == "Job seeking\xa0+6, Business driven\xa0−4, Learning sponge\xa0−2"
    )
    assert sentences.change(later, later) == "No change"


@pytest.mark.parametrize(
    ("day", "is_there", "words"),
    [
        (None, False, ""),
        (date(2026, 5, 2), False, "By 2 May 2026."),
        (date(2026, 5, 2), True, "Your target date is 2 May 2026."),
        (date(2026, 5, 1), False, "Your target date is today, 1 May 2026."),
        (date(2026, 4, 30), True, "Your target date was 30 April 2026."),
        (
            date(2026, 4, 30),
            False,
            "Your target date, 30 April 2026, has passed. Choose a new one.",
        ),
    ],
)
def test_the_day_of_a_goal_is_said_as_it_is_today(day, is_there, words):
    assert sentences.wanted_by(day, today=date(2026, 5, 1), is_there=is_there) == words


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("2-2-0-6-0", "You'd reach your goal."),
        ("2-2-1-5-0", "1 point would still need to move."),
        ("0-0-10-0-0", "10 points would still need to move."),
    ],
)
def test_from_imagined_points_the_way_to_a_goal_is_imagined_too(wanted, words):
    moves = Split.parse("2-2-0-6-0").moves_to(Split.parse(wanted))
    assert sentences.way_left(moves, is_imagined=True) == words


def test_the_way_to_a_goal_says_as_many_points_as_its_moves_have():
    now = Split.parse("2-2-0-6-0")
    for wanted in EVERY_SPLIT:
        moves = now.moves_to(wanted)
        points = now.points_moved(wanted)
        left = sentences.way_left(moves)
        assert left == ("You've reached your goal." if wanted == now else left)
        assert sum(int(sentences.step(move).split()[1]) for move in moves) == points
        assert left.startswith(f"{points} point") == (points > 0)
        assert ("1 point still needs" in left) == (points == 1)
        in_all = " in all" if len(moves) > 1 else ""
        time = f"That's {6 * points} minutes of each hour{in_all}." if points else ""
        assert sentences.time_to_move(moves) == time
