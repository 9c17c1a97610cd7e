"""The story of a history is true, whatever the history.

The facts are derived again here, by brute force from the plain numbers, and each sentence is parsed
and compared with them.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.dates import time_between
from purposeapp.split import Purpose, Split
from purposeapp.timeline.facts import Facts
from purposeapp.timeline.snapshot import Snapshot
from purposeapp.timeline.story import Story, moves

LABELS = ["Business driven", "Community spirit", "Learning sponge", "Job seeking", "Vanity project"]
SPLITS = list(Split.all())
FEW = [Split.parse(text) for text in ("6-2-2-0-0", "2-2-0-6-0", "2-2-2-2-2", "5-5-0-0-0")]
START = datetime(2025, 3, 3, 10, 15, tzinfo=UTC)


def at(day: float, split: str, event_label: str = "", note: str = "") -> Snapshot:
    taken_at = START + timedelta(days=day)
    return Snapshot(UUID(int=int(day * 1000)), taken_at, Split.parse(split), event_label, note)


@st.composite
def histories(draw, least: int = 2, most: int = 60) -> list[Snapshot]:
    """Generate histories with many equal snapshots, splits and sizes of changes."""
    span = draw(st.sampled_from([0, 3600, 86_400 * 30, 86_400 * 400, 86_400 * 9000]))
    seconds = draw(st.lists(st.integers(0, span), min_size=least, max_size=most))
    splits = draw(st.sampled_from([SPLITS, FEW, FEW[:2], FEW[:1]]))
    return [
        Snapshot(
            UUID(int=number),
            START + timedelta(seconds=second),
            draw(st.sampled_from(splits)),
            draw(st.sampled_from(["", "", "", "New job", "Redundancy"])),
            draw(st.sampled_from(["", "At last."])),
        )
        for number, second in enumerate(sorted(seconds))
    ]


def moved(one: Snapshot, other: Snapshot) -> int:
    """Return how many points moved: half of all differences, since each is lost and gained."""
    return sum(abs(a - b) for a, b in zip(one.split, other.split, strict=True)) // 2


def leaders(snapshot: Snapshot) -> list[str]:
    points = list(snapshot.split)
    return [label for label, own in zip(LABELS, points, strict=True) if own == max(points)]


def listed(labels: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))


def numbers(words: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", words)]


# --- Generated histories ----------------------------------------------------------------------


@given(histories(least=1))
def test_each_fact_is_what_counting_says(snapshots):
    facts = Facts.of(snapshots)
    assert (facts.count, facts.first, facts.last) == (len(snapshots), snapshots[0], snapshots[-1])
    for index, trend in enumerate(facts.trends):
        points = [list(snapshot.split)[index] for snapshot in snapshots]
        assert (trend.first, trend.last) == (points[0], points[-1])
        assert (trend.min_points, trend.max_points) == (sorted(points)[0], sorted(points)[-1])
        assert bool(trend.rises) == (points != sorted(points, reverse=True))
        assert bool(trend.falls) == (points != sorted(points))
        assert trend.rises + trend.falls == sum(one != other for one, other in pairwise(points))

    steps = [moved(earlier, later) for earlier, later in pairwise(snapshots)]
    assert facts.moved_in_all == sum(steps)
    assert facts.moved_since_first == moved(snapshots[0], snapshots[-1])
    if not any(steps):
        assert facts.change is None
    else:
        change = facts.change
        assert change.points == max(steps)
        assert change.times == len([step for step in steps if step == max(steps)])
        assert moved(change.earlier, change.later) == max(steps)
        end = snapshots.index(change.later)
        assert snapshots[end - 1] == change.earlier
        assert all(step < max(steps) for step in steps[end:])
        away = [
            abs(each.taken_at - change.later.taken_at).total_seconds()
            for each in snapshots
            if each.event_label
        ]
        if change.later.event_label:
            assert change.near == change.later
        elif any(seconds <= 90 * 86_400 for seconds in away):
            assert change.near.event_label
            found = abs(change.near.taken_at - change.later.taken_at).total_seconds()
            assert found == min(away)
        else:
            assert change.near is None

    lead = facts.lead
    assert [str(purpose.label) for purpose in lead.purposes] == leaders(snapshots[-1])
    start = len(snapshots) - lead.in_a_row
    assert lead.since == snapshots[start]
    assert all(leaders(snapshot) == leaders(snapshots[-1]) for snapshot in snapshots[start:])
    assert start == 0 or leaders(snapshots[start - 1]) != leaders(snapshots[-1])
    assert (lead.always, lead.points) == (start == 0, max(snapshots[-1].split))


def agree(sentence: str, label: str, points: list[int]) -> None:
    """Assert that the sentence on the trend of a purpose agrees with its points."""
    assert sentence.startswith(label + " ")
    first, last, least, most = points[0], points[-1], min(points), max(points)
    steps = [later - earlier for earlier, later in pairwise(points)]
    up, down = any(step > 0 for step in steps), any(step < 0 for step in steps)
    said = numbers(sentence)
    if "never had a point" in sentence:
        assert set(points) == {0}
    elif "stayed at" in sentence:
        assert set(points) == {said[0]}
        assert said[0]
    elif "steadily" in sentence:
        assert said == [first, last]
        assert sum(map(bool, steps)) >= 3
        assert (up, down) == (("rose steadily" in sentence), ("fell steadily" in sentence))
    elif up != down:
        assert said == [first, last]
        assert (up, down) == ((" rose from " in sentence), (" fell from " in sentence))
        assert sum(map(bool, steps)) < 3
    else:
        assert up
        assert down
        if "is back at" in sentence:
            assert said[0] == first == last
        else:
            assert said[:2] == [first, last]
            assert (first < last) == ("rose from" in sentence)
            assert (first > last) == ("fell from" in sentence)
        extremes = {"many": most if most > max(first, last) else None}
        extremes["few"] = least if least < min(first, last) else None
        for word, value in extremes.items():
            found = re.search(f"as {word} as ([0-9]+)", sentence)
            assert (int(found[1]) if found else None) == value
        assert ("ups and downs" in sentence) == (not any(v is not None for v in extremes.values()))


def headline_first(story: Story) -> list[str]:
    """Return all sentences, the headline first."""
    return [story.headline, *story.more, *(sentence for _purpose, sentence in story.trends)]


@given(histories())
def test_each_trend_is_true_and_none_is_left_out(snapshots):
    story = Story(snapshots)
    trends = {str(purpose.label): sentence for purpose, sentence in story.trends}
    for index, label in enumerate(LABELS):
        points = [list(snapshot.split)[index] for snapshot in snapshots]
        agree(trends.get(label, story.headline), label, points)
    assert len(trends) >= len(LABELS) - 1


@given(histories(), st.booleans())
def test_the_headline_is_the_most_telling_sentence_and_is_not_said_twice(snapshots, is_partial):
    story = Story(snapshots, is_partial)
    said = headline_first(story)
    assert len(said) == len(set(said))
    moved_most = max(
        abs(b - a) for a, b in zip(snapshots[0].split, snapshots[-1].split, strict=True)
    )
    always = all(leaders(each) == leaders(snapshots[-1]) for each in snapshots)
    if not any(moved(earlier, later) for earlier, later in pairwise(snapshots)):
        assert "have the same split" in story.headline
    elif always and moved_most >= 3:
        assert moved_most == abs(int.__sub__(*numbers(story.headline)[:2]))
    else:
        assert "lead" in story.headline or " has led since " in story.headline


@given(histories(), st.booleans())
def test_the_sentence_on_the_lead_is_true(snapshots, is_partial):
    said = headline_first(Story(snapshots, is_partial))
    lead = next(each for each in said if re.search(" (the lead|has led) ", each))
    in_a_row = 0
    for snapshot in reversed(snapshots):
        if leaders(snapshot) != leaders(snapshots[-1]):
            break
        in_a_row += 1
    since = snapshots[-in_a_row]
    assert lead.startswith(listed(leaders(snapshots[-1])) + " ")
    assert ("shared" in lead) == (len(leaders(snapshots[-1])) > 1)
    assert since.day in lead
    assert (f"with {max(snapshots[-1].split)} point" in lead) == (in_a_row == 1)
    streak = [each for each in said if " in your last " in each]
    if in_a_row == 1:
        assert not streak
        return
    time = time_between(since.on, snapshots[-1].on)
    over = "" if time == "less than a day" else f", over {time}"
    led = "led" if len(leaders(snapshots[-1])) == 1 else "shared the lead"
    names = listed(leaders(snapshots[-1]))
    assert streak == [f"{names} {led} in your last {in_a_row} results{over}."]
    always = in_a_row == len(snapshots)
    assert ("since your first result" in lead) == (always and not is_partial)
    assert ("since at least" in lead) == (always and is_partial)


@given(histories())
def test_the_sentences_on_what_moved_are_true(snapshots):
    steps = [moved(earlier, later) for earlier, later in pairwise(snapshots)]
    story = Story(snapshots)
    change = next((each for each in story.more if "biggest change" in each), None)
    in_all = next((each for each in story.more if "Step by step" in each), None)
    if not any(steps):
        who = "Both" if len(snapshots) == 2 else f"All {len(snapshots)}"
        assert story.headline == f"{who} results have the same split."
        assert (change, in_all) == (None, None)
        return
    most = max(steps)
    end = max(n for n, step in enumerate(steps, 1) if step == most)
    earlier, later = snapshots[end - 1], snapshots[end]
    size = f"{most} point" + "s" * (most != 1)
    times = steps.count(most)
    when = f"between {earlier.day} and {later.day}" * (earlier.day != later.day)
    when = when or f"on {later.day}"
    if times == 1:
        assert change.startswith(f"Your biggest change moved {size} {when}: ")
    else:
        assert change.startswith(
            f"Your biggest change moved {size}. That happened {times} times, most recently {when}: "
        )
    for label, a, b in zip(LABELS, earlier.split, later.split, strict=True):
        what = f"{label}\xa0{'+' if b > a else '−'}{abs(b - a)}"
        assert (what in change) == (a != b)
    near = re.search("Around then \\((.+?)\\): (.+?)\\.", change)
    own = re.search("What happened: (.+?)\\.", change)
    if later.event_label:
        assert own[1] == later.event_label
        assert not near
    elif near:
        told = {(each.day, each.event_label) for each in snapshots if each.event_label}
        assert (near[1], near[2]) in told
    assert ("Your note: “At last.”" in change) == bool(later.note)
    if len(snapshots) == 2:
        assert in_all is None
        return
    moved_in_all = f"{sum(steps)} point" + "s" * (sum(steps) != 1)
    assert in_all == f"Step by step, {moved_in_all} moved in all."
    apart = moved(snapshots[0], snapshots[-1])
    away = f"{apart} point{'s' * (apart != 1)} away from" if apart else "the same as"
    assert f"Your latest split is {away} the one on {snapshots[0].day}." in story.more


@given(histories())
def test_of_a_part_of_a_history_nothing_is_said_for_ever(snapshots):
    story = Story(snapshots, is_partial=True)
    count, since = len(snapshots), snapshots[0].day
    assert story.scope == f"This covers your latest {count} results, since {since}."
    assert Story(snapshots).scope == ""
    assert not re.search("never|your first result", " ".join(headline_first(story)))


# --- Worked examples --------------------------------------------------------------------------


def test_redundancy_and_a_new_job():
    story = Story(
        [
            at(0, "6-2-2-0-0"),
            at(99, "1-1-0-8-0", "Redundancy", "Nobody saw it coming."),
            at(200, "1-1-1-7-0"),
            at(323, "3-4-2-1-0", "New job"),
            at(400, "2-5-2-1-0"),
        ]
    )
    assert story.headline == "Community spirit has led since 20 January 2026."
    assert story.more == [
        "Community spirit led in your last 2 results, over 2 months and 18 days.",
        "Your biggest change moved 8 points between 3 March 2025 and 10 June 2025: Job "
        "seeking\xa0+8, Business driven\xa0−5, Learning sponge\xa0−2, Community spirit\xa0−1. "
        "What happened: Redundancy. Your note: “Nobody saw it coming.”",
        "Step by step, 16 points moved in all.",
        "Your latest split is 4 points away from the one on 3 March 2025.",
    ]
    assert [sentence for _purpose, sentence in story.trends] == [
        "Business driven fell from 6 points to 2, with as few as 1 in between.",
        "Community spirit rose from 2 points to 5, with as few as 1 in between.",
        "Learning sponge is back at 2 points, after as few as 0.",
        "Job seeking rose from 0 points to 1, with as many as 8 in between.",
        "Vanity project has never had a point.",
    ]


def test_a_lead_that_was_always_there():
    story = Story([at(0, "6-2-2-0-0"), at(40, "5-2-3-0-0"), at(80, "7-2-1-0-0")])
    assert story.headline == "Business driven has led since your first result on 3 March 2025."
    assert story.more[0] == (
        "Business driven led in your last 3 results, over 2 months and 19 days."
    )


def test_a_long_way_says_more_than_a_lead_that_was_always_there():
    story = Story([at(0, "9-1-0-0-0"), at(40, "7-2-1-0-0"), at(80, "5-2-2-1-0")])
    assert story.headline == "Business driven fell from 9 points to 5."
    assert story.more[0] == "Business driven has led since your first result on 3 March 2025."
    assert [purpose for purpose, _sentence in story.trends] == list(Purpose)[1:]


def test_a_lead_that_is_shared():
    first, second = at(0, "6-2-2-0-0"), at(40, "5-5-0-0-0")
    assert Story([first, second]).headline == (
        "Business driven and Community spirit have shared the lead since 12 April 2025, with 5 "
        "points each."
    )
    story = Story([first, second, at(41, "4-4-2-0-0")])
    assert story.headline == (
        "Business driven and Community spirit have shared the lead since 12 April 2025."
    )
    assert story.more[0] == (
        "Business driven and Community spirit shared the lead in your last 2 results, over 1 day."
    )


def test_less_than_a_day_is_left_out():
    story = Story([at(0, "6-2-2-0-0"), at(0.1, "5-3-2-0-0")])
    assert story.more[0] == "Business driven led in your last 2 results."


def test_several_changes_of_the_same_size():
    story = Story([at(0, "6-2-2-0-0"), at(9, "5-3-2-0-0"), at(9.1, "6-2-2-0-0")])
    assert story.more[1:] == [
        "Your biggest change moved 1 point. That happened 2 times, most recently on 12 March 2025: "
        "Business driven\xa0+1, Community spirit\xa0−1.",
        "Step by step, 2 points moved in all.",
        "Your latest split is the same as the one on 3 March 2025.",
    ]


@pytest.mark.parametrize(("days", "is_near"), [(90, True), (90.01, False), (-90, True)])
def test_a_life_event_near_the_biggest_change_is_named(days, is_near):
    history = [at(500, "6-2-2-0-0"), at(599.9, "6-2-2-0-0"), at(600, "0-2-2-6-0")]
    split = "0-2-2-6-0" if days > 0 else "6-2-2-0-0"
    history.append(at(600 + days, split, "New job"))
    more = Story(sorted(history, key=lambda snapshot: snapshot.taken_at)).more
    assert ("Around then" in " ".join(more)) == is_near


def test_nothing_has_moved():
    history = [at(0, "6-2-2-0-0"), at(9, "6-2-2-0-0")]
    story = Story(history)
    assert story.headline == "Both results have the same split."
    assert story.more == [
        "Business driven has led since your first result on 3 March 2025.",
        "Business driven led in your last 2 results, over 9 days.",
    ]
    assert [sentence for _purpose, sentence in story.trends] == [
        "Business driven stayed at 6 points.",
        "Community spirit stayed at 2 points.",
        "Learning sponge stayed at 2 points.",
        "Job seeking has never had a point.",
        "Vanity project has never had a point.",
    ]
    assert Story([*history, at(10, "6-2-2-0-0")]).headline == "All 3 results have the same split."


def test_one_result():
    story = Story([at(0, "6-2-2-0-0")])
    assert story.headline == "3 March 2025: Mainly business driven (60%)."
    assert (story.more, story.trends) == ([], [])


def test_a_percent_sign_in_somebodys_words_is_no_pattern():
    story = Story([at(0, "6-2-2-0-0"), at(9, "5-3-2-0-0", "100 %(points)s", "50 %s")])
    assert "What happened: 100 %(points)s. Your note: “50 %s”" in " ".join(story.more)


def test_the_moves_between_two_splits():
    then, now = Split.parse("6-2-2-0-0"), Split.parse("2-3-0-5-0")
    assert moves(then, now) == (
        "4 points from Business driven to Job seeking; 1 point from Learning sponge to Job "
        "seeking; 1 point from Learning sponge to Community spirit"
    )
    assert moves(then, then) == ""
    assert len(Purpose) == len(LABELS)
