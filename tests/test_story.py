"""What is said of a history is true of it, whatever the history.

The facts are derived here once more, by brute force and from the plain numbers, and each sentence
is read back and held against them.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.split import Purpose, Split
from purposeapp.timeline.dates import time_between
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
    """Histories in which much is equal: snapshots, splits, sizes of changes."""
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
    """How many points are elsewhere: half of all differences, since each is lost and gained."""
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
    for index, course in enumerate(facts.trends):
        points = [list(snapshot.split)[index] for snapshot in snapshots]
        assert (course.first, course.last) == (points[0], points[-1])
        assert (course.least, course.most) == (sorted(points)[0], sorted(points)[-1])
        assert course.rose == (points != sorted(points, reverse=True))
        assert course.fell == (points != sorted(points))

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
    """Hold the sentence on the trend of a purpose against its points."""
    assert sentence.startswith(label + " ")
    first, last, least, most = points[0], points[-1], min(points), max(points)
    steps = [later - earlier for earlier, later in pairwise(points)]
    up, down = any(step > 0 for step in steps), any(step < 0 for step in steps)
    said = numbers(sentence)
    if "never had a point" in sentence:
        assert set(points) == {0}
    elif "has stayed at" in sentence:
        assert set(points) == {said[0]}
        assert said[0]
    elif "has only" in sentence:
        assert said == [first, last]
        assert (up, down) == (("only risen" in sentence), ("only fallen" in sentence))
    else:
        assert up
        assert down
        if "is back at" in sentence:
            assert said[0] == first == last
        else:
            assert said[:2] == [first, last]
            assert (first < last) == ("has risen from" in sentence)
            assert (first > last) == ("has fallen from" in sentence)
        extremes = {"many": most if most > max(first, last) else None}
        extremes["few"] = least if least < min(first, last) else None
        for word, value in extremes.items():
            found = re.search(f"as {word} as ([0-9]+)", sentence)
            assert (int(found[1]) if found else None) == value
        assert ("up and down" in sentence) == (not any(v is not None for v in extremes.values()))


@given(histories())
def test_each_trend_is_true(snapshots):
    trends = Story(snapshots).trends
    assert [str(purpose.label) for purpose, _sentence in trends] == LABELS
    for index, (_purpose, sentence) in enumerate(trends):
        agree(sentence, LABELS[index], [list(snapshot.split)[index] for snapshot in snapshots])


@given(histories(), st.booleans())
def test_the_sentence_on_the_lead_is_true(snapshots, is_partial):
    sentence = Story(snapshots, is_partial).sentences[0]
    in_a_row = 0
    for snapshot in reversed(snapshots):
        if leaders(snapshot) != leaders(snapshots[-1]):
            break
        in_a_row += 1
    since = snapshots[-in_a_row]
    assert sentence.startswith(listed(leaders(snapshots[-1])) + " ")
    assert ("share" in sentence) == (len(leaders(snapshots[-1])) > 1)
    assert since.day in sentence
    if in_a_row == 1:
        assert f"with {max(snapshots[-1].split)} point" in sentence
        assert "new since" in sentence
        return
    assert f"{in_a_row} assessments" in sentence or (in_a_row == 2 and "in both" in sentence)
    assert sentence.endswith(f"for {time_between(since.on, snapshots[-1].on)}.")
    always = in_a_row == len(snapshots)
    assert ("from the beginning" in sentence) == (always and not is_partial)
    assert ("at least" in sentence) == (always and is_partial)


@given(histories())
def test_the_sentences_on_what_moved_are_true(snapshots):
    steps = [moved(earlier, later) for earlier, later in pairwise(snapshots)]
    said = Story(snapshots).sentences
    if not any(steps):
        who = "Both" if len(snapshots) == 2 else f"All {len(snapshots)}"
        assert said[1:] == [f"{who} assessments have the same split: no point has moved."]
        return
    _lead, change, in_all = said
    most = max(steps)
    end = max(n for n, step in enumerate(steps, 1) if step == most)
    earlier, later = snapshots[end - 1], snapshots[end]
    size = f"{most} point" + "s" * (most != 1)
    times = steps.count(most)
    when = f"between {earlier.day} and {later.day}" * (earlier.day != later.day)
    when = when or f"on {later.day}"
    if times == 1:
        assert change.startswith(f"The biggest change moved {size}, {when}: ")
    else:
        assert change.startswith(
            f"No change was bigger than {size}. There were {times} like that, the latest {when}: "
        )
    for label, a, b in zip(LABELS, earlier.split, later.split, strict=True):
        what = f"{label} {'+' if b > a else '−'}{abs(b - a)}"
        assert (what in change) == (a != b)
    near = re.search("Near it in time, you told this on (.+?): (.+?)\\.", change)
    own = re.search("What had happened: (.+?)\\.", change)
    if later.event_label:
        assert own[1] == later.event_label
        assert not near
    elif near:
        told = {(each.day, each.event_label) for each in snapshots if each.event_label}
        assert (near[1], near[2]) in told
    assert ("Your note then: “At last.”" in change) == bool(later.note)
    if len(snapshots) == 2:
        assert numbers(in_all) == [most]
    else:
        moved_in_all = f"{sum(steps)} point" + "s" * (sum(steps) != 1)
        apart = moved(snapshots[0], snapshots[-1])
        assert in_all.startswith(f"From one assessment to the next, {moved_in_all} moved in all")
        assert in_all.endswith(f"of {snapshots[0].day}{' again' * (not apart)}.")
        if apart:
            assert f"the latest split is {apart} point" in in_all


@given(histories())
def test_of_a_part_of_a_history_nothing_is_said_for_ever(snapshots):
    story = Story(snapshots, is_partial=True)
    trends = [sentence for _purpose, sentence in story.trends]
    assert all(snapshots[0].day in sentence for sentence in trends)
    assert all(snapshots[0].day in sentence for sentence in story.sentences[1:])
    words = " ".join([*story.sentences, *trends])
    assert not re.search("never|from the beginning|Both|All [0-9]|in both|in all [0-9]", words)


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
    assert story.sentences == [
        "Community spirit has led since 20 January 2026: 2 assessments in a row, for 2 months and "
        "18 days.",
        "The biggest change moved 8 points, between 3 March 2025 and 10 June 2025: Job seeking +8, "
        "Business driven −5, Learning sponge −2, Community spirit −1. What had happened: "
        "Redundancy. Your note then: “Nobody saw it coming.”",
        "From one assessment to the next, 16 points moved in all; the latest split is 4 points "
        "away from that of 3 March 2025.",
    ]
    assert [sentence for _purpose, sentence in story.trends] == [
        "Business driven has fallen from 6 points to 2, with as few as 1 in between.",
        "Community spirit has risen from 2 points to 5, with as few as 1 in between.",
        "Learning sponge is back at 2 points, after as few as 0.",
        "Job seeking has risen from 0 points to 1, with as many as 8 in between.",
        "Vanity project never had a point.",
    ]


def test_a_lead_that_was_always_there():
    sentence = Story([at(0, "6-2-2-0-0"), at(40, "5-2-3-0-0"), at(80, "7-2-1-0-0")]).sentences[0]
    assert sentence == (
        "Business driven has led from the beginning, 3 March 2025: in all 3 assessments, for "
        "2 months and 19 days."
    )


def test_a_lead_that_is_shared():
    first, second = at(0, "6-2-2-0-0"), at(40, "5-5-0-0-0")
    assert Story([first, second]).sentences[0] == (
        "Business driven and Community spirit share the lead, with 5 points each: new since "
        "12 April 2025."
    )
    assert Story([first, second, at(41, "4-4-2-0-0")]).sentences[0] == (
        "Business driven and Community spirit have shared the lead since 12 April 2025: "
        "2 assessments in a row, for 1 day."
    )


def test_several_changes_of_the_same_size():
    story = Story([at(0, "6-2-2-0-0"), at(9, "5-3-2-0-0"), at(9.1, "6-2-2-0-0")])
    assert story.sentences[1:] == [
        "No change was bigger than 1 point. There were 2 like that, the latest on 12 March 2025: "
        "Business driven +1, Community spirit −1.",
        "From one assessment to the next, 2 points moved in all, and the latest split is that of "
        "3 March 2025 again.",
    ]


@pytest.mark.parametrize(("days", "is_near"), [(90, True), (90.01, False), (-90, True)])
def test_a_life_event_near_the_biggest_change_is_named(days, is_near):
    history = [at(500, "6-2-2-0-0"), at(599.9, "6-2-2-0-0"), at(600, "0-2-2-6-0")]
    split = "0-2-2-6-0" if days > 0 else "6-2-2-0-0"
    history.append(at(600 + days, split, "New job"))
    sentence = Story(sorted(history, key=lambda snapshot: snapshot.taken_at)).sentences[1]
    assert ("you told this on" in sentence) == is_near


def test_nothing_has_moved():
    history = [at(0, "6-2-2-0-0"), at(9, "6-2-2-0-0")]
    assert Story(history).sentences[1:] == [
        "Both assessments have the same split: no point has moved."
    ]
    assert Story(history, is_partial=True).sentences[1:] == [
        "No point has moved since 3 March 2025, in 2 assessments."
    ]
    assert [sentence for _purpose, sentence in Story(history, is_partial=True).trends][:2] == [
        "Business driven has stayed at 6 points since 3 March 2025.",
        "Community spirit has stayed at 2 points since 3 March 2025.",
    ]


def test_one_assessment():
    story = Story([at(0, "6-2-2-0-0")])
    assert story.sentences == [
        "One assessment so far, of 3 March 2025: Mainly business driven, 60 %.",
        "Spend the ten points again when life changes, and the picture begins to move.",
    ]
    assert story.trends == []


def test_none_at_all():
    assert Story([]).sentences == ["There is nothing to tell yet."]
    assert Story([]).trends == []


def test_a_percent_sign_in_somebodys_words_is_no_pattern():
    story = Story([at(0, "6-2-2-0-0"), at(9, "5-3-2-0-0", "100 %(points)s", "50 %s")])
    assert "What had happened: 100 %(points)s. Your note then: “50 %s”" in story.sentences[1]


def test_the_moves_between_two_splits():
    then, now = Split.parse("6-2-2-0-0"), Split.parse("2-3-0-5-0")
    assert moves(then, now) == (
        "4 points from Business driven to Job seeking; 1 point from Learning sponge to Job "
        "seeking; 1 point from Learning sponge to Community spirit"
    )
    assert moves(then, then) == ""
    assert len(Purpose) == len(LABELS)
