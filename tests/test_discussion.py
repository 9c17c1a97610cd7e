"""The questions of a talk: true for both people, all different, and two to six in number."""

import re
from itertools import product

import pytest
from django.template.defaultfilters import escape

from purposeapp.discussion.differences import differences, differences_of_both
from purposeapp.discussion.guesses import biggest_miss, guesses, guesses_of_both, points_right
from purposeapp.discussion.questions import (
    PLACEHOLDERS,
    Answers,
    Finding,
    Topic,
    findings,
    questions,
    unknown_placeholders,
    without_wording,
)
from purposeapp.models import TalkQuestion
from purposeapp.split import Purpose, Split

BUSINESS, COMMUNITY, LEARNING, JOB, VANITY = Purpose

TYPICAL_NAMES = """
10-0-0-0-0 0-10-0-0-0 0-0-10-0-0 0-0-0-10-0 0-0-0-0-10
8-2-0-0-0 8-0-2-0-0 0-8-2-0-0 0-2-8-0-0 0-0-2-8-0 0-2-0-8-0 2-0-0-0-8 0-2-0-0-8
6-2-2-0-0 6-0-2-0-2 2-6-2-0-0 1-6-3-0-0 2-2-6-0-0 0-2-2-6-0 1-1-2-6-0 2-0-2-0-6
5-5-0-0-0 5-0-5-0-0 5-0-0-0-5 0-5-5-0-0 0-0-5-5-0 0-0-0-5-5
4-3-3-0-0 3-4-3-0-0 3-3-4-0-0 4-0-3-3-0 0-3-4-3-0 3-0-0-3-4 1-2-4-3-0
4-2-2-1-1 1-4-2-2-1 1-2-4-1-2 1-1-2-4-2 2-1-1-2-4 2-2-2-2-2
"""
TYPICAL = [Split.parse(name) for name in TYPICAL_NAMES.split()]


def answers(now: Split, future: Split, guess: Split | None = None) -> Answers:
    return Answers(now, future, guess)


def split(text: str) -> Split:
    return Split.parse(text)


def pairings():
    """Yield the answers of two people, for each pair of typical splits in each role."""
    for (i, one), (j, other) in product(enumerate(TYPICAL), repeat=2):
        yield answers(one, other), answers(other, one)
        yield answers(one, one), answers(other, other)
        yield answers(one, other), answers(one, other)
        yield answers(one, one), answers(other, one, other)
        yield answers(one, other, one), answers(other, other, other)
        for shift in range(1, 40, 6):  # so that their future and guess are other splits
            wanted, guess = TYPICAL[(i + shift) % 40], TYPICAL[(j + shift) % 40]
            yield answers(one, wanted, guess), answers(other, guess, wanted)


def is_true(finding: Finding, inviter: Answers, guest: Answers) -> bool:
    """Return whether the premise of a question is true, derived independently from the points."""
    topic, purpose, values = finding

    def counted(points: int) -> str:
        return "1 point" if points == 1 else f"{points} points"

    def wants(side: Answers, which: Purpose) -> int:
        return side.future[which] - side.now[which]

    def guessed(which: Answers, other: Answers) -> bool:
        off = [abs(which.guess[each] - other.now[each]) for each in Purpose]
        return (
            max(off) >= 3
            and abs(which.guess[purpose] - other.now[purpose]) == max(off)
            and values["guess"] == counted(which.guess[purpose])
            and values["points"] == counted(other.now[purpose])
        )

    if "purpose" in values and values["purpose"] != purpose.label:
        return False
    match topic:
        case Topic.NOWS_DIFFER:
            gaps = [abs(guest.now[each] - inviter.now[each]) for each in Purpose]
            return (
                abs(guest.now[purpose] - inviter.now[purpose]) == max(gaps) > 0
                and values["points"] == counted(guest.now[purpose])
                and values["other_points"] == counted(inviter.now[purpose])
            )
        case Topic.GUEST_MOVES:
            move = max(guest.now.moves_to(guest.future), key=lambda move: move.points)
            (target,) = (each for each in Purpose if each.label == values["target"])
            return (
                values["points"] == counted(move.points)
                and wants(guest, purpose) <= -move.points
                and wants(guest, target) >= move.points
            )
        case Topic.GUEST_STAYS:
            return guest.now == guest.future
        case Topic.BOTH_GROW:
            return wants(inviter, purpose) > 0 and wants(guest, purpose) > 0
        case Topic.GUEST_DROPS:
            return wants(guest, purpose) < 0 < wants(inviter, purpose)
        case Topic.GUEST_GROWS:
            return wants(inviter, purpose) < 0 < wants(guest, purpose)
        case Topic.PATH:
            return (
                purpose in (LEARNING, VANITY)
                and wants(guest, purpose) < 0
                and wants(guest, COMMUNITY) > 0
            )
        case Topic.INVITER_GUESSED:
            return guessed(inviter, guest)
        case Topic.GUEST_GUESSED:
            return guessed(guest, inviter)
        case Topic.ALIKE:
            return inviter.now == guest.now
    return False


def test_there_are_40_typical_splits():
    assert len(set(TYPICAL)) == 40


@pytest.mark.django_db
def test_for_all_pairs_of_typical_splits_they_are_true_unlike_and_two_to_six():
    wordings = list(TalkQuestion.objects.published())
    asked_about, counts = set(), set()
    for inviter, guest in pairings():
        found = findings(inviter, guest)
        asked = questions(inviter, guest, name="Anna", wordings=wordings)
        assert len(asked) == len(found)
        assert 2 <= len(asked) <= 6
        assert len(set(asked)) == len(asked)
        order = [list(Topic).index(finding.topic) for finding in found]
        assert order == sorted(set(order))
        for finding, text in zip(found, asked, strict=True):
            assert is_true(finding, inviter, guest), (finding, inviter, guest)
            assert "{" not in text
            assert text.endswith(("?", "."))
        asked_about |= {finding.topic for finding in found}
        counts.add(len(asked))
    assert asked_about == set(Topic)
    assert counts == {2, 3, 4, 5, 6}


def test_past_comes_first_then_the_future_then_the_present():
    inviter = answers(split("7-0-2-1-0"), split("3-4-2-1-0"), split("1-1-1-1-6"))
    guest = answers(split("0-1-3-0-6"), split("0-6-3-0-1"), split("0-2-4-4-0"))
    assert [finding.topic for finding in findings(inviter, guest)] == [
        Topic.NOWS_DIFFER,
        Topic.GUEST_MOVES,
        Topic.BOTH_GROW,
        Topic.PATH,
        Topic.GUEST_GUESSED,
    ]


@pytest.mark.django_db
def test_they_are_asked_in_words():
    inviter = answers(split("7-0-2-1-0"), split("3-4-2-1-0"))
    guest = answers(split("0-1-3-0-6"), split("0-6-3-0-1"), split("0-2-4-4-0"))
    wordings = TalkQuestion.objects.published()
    assert questions(inviter, guest, name="Anna", wordings=wordings) == [
        "You put 0 points on Business driven, and Anna put 7 points. What brought you there?",
        "You'd like to move 5 points from Vanity project to Community spirit. What would a normal "
        "week look like then?",
        "We both want more points on Community spirit. What's one thing each of us could do "
        "about it this month?",
        "You want to go from being seen to being useful. What could you give the people who "
        "already follow you?",
        "For Business driven, you guessed that Anna would put 0 points, but it's 7 points. What "
        "gave you that impression?",
    ]


@pytest.mark.parametrize(("guess", "is_asked"), [("5-1-2-2-0", False), ("4-1-2-3-0", True)])
def test_a_guess_is_asked_about_from_three_points_on(guess, is_asked):
    now = split("7-0-2-1-0")
    inviter, guest = answers(now, now), answers(split("2-2-2-2-2"), now, split(guess))
    topics = [finding.topic for finding in findings(inviter, guest)]
    assert (Topic.GUEST_GUESSED in topics) == is_asked


def test_of_two_guesses_equally_off_the_one_on_the_guest_is_asked_about():
    one, other = split("10-0-0-0-0"), split("0-10-0-0-0")
    found = findings(answers(one, one, one), answers(other, other, other))
    assert found[-1].topic == Topic.INVITER_GUESSED


@pytest.mark.django_db
def test_a_wording_for_one_purpose_goes_before_the_general_one():
    TalkQuestion.objects.create(
        key="own", topic="both_grow", purpose="job_seeking", text="A job?", state="published"
    )
    inviter = answers(split("10-0-0-0-0"), split("8-0-0-2-0"))
    asked = questions(inviter, inviter, name="Anna", wordings=TalkQuestion.objects.published())
    assert "A job?" in asked


@pytest.mark.django_db
def test_a_question_without_words_is_left_out():
    inviter = answers(split("10-0-0-0-0"), split("8-0-0-2-0"))
    TalkQuestion.objects.filter(topic="alike").update(state="draft")
    asked = questions(inviter, inviter, name="Anna", wordings=TalkQuestion.objects.published())
    assert len(asked) == len(findings(inviter, inviter)) - 1


@pytest.mark.django_db
def test_every_topic_has_words_and_what_they_fill_in_is_known():
    wordings = list(TalkQuestion.objects.published())
    assert without_wording(wordings) == []
    for wording in wordings:
        assert unknown_placeholders(Topic(wording.topic), wording.text) == []
    assert set(PLACEHOLDERS) == set(Topic)


@pytest.mark.django_db
def test_without_general_words_each_purpose_is_named():
    wordings = TalkQuestion.objects.exclude(topic="both_grow").exclude(key="path-learning")
    assert without_wording(wordings) == [
        *(Finding(Topic.BOTH_GROW, purpose) for purpose in Purpose),
        Finding(Topic.PATH, LEARNING),
    ]


@pytest.mark.django_db
def test_a_name_is_only_a_name():
    name = "{points.__class__} <b>%(name)s"
    wordings = [TalkQuestion(key="x", topic="guest_stays", text="{name} {nothing} {name.x} ok?")]
    now = split("2-2-2-2-2")
    asked = questions(answers(now, now), answers(now, now), name=name, wordings=wordings)
    assert asked == [f"{name} {{nothing}} {{name.x}} ok?"]
    assert "<b>" not in escape(asked[0])


def guessed(guess: str, now: str = "2-4-2-1-1") -> list[str]:
    """Return what both sides read about one guess: who made it, then the other one."""
    guesser = answers(split("2-5-3-0-0"), split("2-5-3-0-0"), split(guess))
    other = answers(split(now), split(now))
    return [
        *guesses(guesser, other, name="Anna", title="Anna"),
        *guesses(other, guesser, name="your guest", title="Your guest"),
    ]


def test_how_close_a_guess_came_is_said_to_both():
    assert guessed("5-1-2-1-1") == [
        "You placed 7 of Anna's 10 points right. Your biggest miss was Business driven: you "
        "guessed 5, but it's 2.",
        "Your guest placed 7 of your 10 points right. The biggest miss was Business driven: the "
        "guess was 5, but it's 2.",
    ]
    assert guessed("2-4-2-1-1") == [
        "You placed all of Anna's 10 points right.",
        "Your guest placed all of your 10 points right.",
    ]
    assert guessed("1-4-3-1-1") == [
        "You placed 9 of Anna's 10 points right, and were never off by more than 1.",
        "Your guest placed 9 of your 10 points right, and was never off by more than 1.",
    ]
    assert guessed("0-0-0-0-10", "10-0-0-0-0") == [
        "You placed none of Anna's 10 points right. Your biggest miss was Vanity project: you "
        "guessed 10, but it's 0.",
        "Your guest placed none of your 10 points right. The biggest miss was Vanity project: the "
        "guess was 10, but it's 0.",
    ]


def test_both_read_of_both_guesses_by_name():
    one = answers(split("2-5-3-0-0"), split("2-5-3-0-0"), split("0-0-0-0-10"))
    other = answers(split("10-0-0-0-0"), split("10-0-0-0-0"), split("2-5-3-0-0"))
    assert guesses_of_both(one, other, name="Anna") == [
        "Anna placed none of the guest's 10 points right. The biggest miss was Vanity project: the "
        "guess was 10, but it's 0.",
        "The guest placed all of Anna's 10 points right.",
    ]
    assert guesses_of_both(other, one, name="Anna") == [
        "Anna placed all of the guest's 10 points right.",
        "The guest placed none of Anna's 10 points right. The biggest miss was Vanity project: the "
        "guess was 10, but it's 0.",
    ]
    close = answers(one.now, one.now, split("9-1-0-0-0"))
    assert guesses_of_both(close, other, name="Anna")[0] == (
        "Anna placed 9 of the guest's 10 points right, and was never off by more than 1."
    )
    assert guesses_of_both(other, answers(one.now, one.now, one.now), name="Anna")[1] == (
        "The guest placed 2 of Anna's 10 points right. The biggest miss was Business driven: the "
        "guess was 2, but it's 10."
    )


def test_ones_own_guess_comes_first_and_without_guesses_nothing_is_said():
    now = split("2-4-2-1-1")
    one, other = answers(now, now, now), answers(now, now, now)
    own, theirs = guesses(one, other, name="Anna", title="Anna")
    assert (own[:3], theirs[:4]) == ("You", "Anna")
    assert guesses(answers(now, now), answers(now, now), name="Anna", title="Anna") == []


def test_points_right_and_the_biggest_miss_are_true_for_every_pair_of_typical_splits():
    for guess, now in product(TYPICAL, repeat=2):
        right = points_right(guess, now)
        assert right == sum(min(guess[each], now[each]) for each in Purpose)
        assert (right == 10) == (guess == now)
        if guess != now:
            off = {each: abs(guess[each] - now[each]) for each in Purpose}
            missed = biggest_miss(guess, now)
            for said in guessed(str(guess), str(now)):
                assert ("never off by more than 1" in said) == (max(off.values()) == 1)
            assert off[missed] == max(off.values())
            tied = [each for each in Purpose if off[each] == off[missed]]
            too_high = [each for each in tied if guess[each] > now[each]]
            assert missed == (too_high or tied)[0]


def test_the_differences_are_said_to_one_of_the_two():
    mine = answers(split("7-0-2-1-0"), split("3-4-2-1-0"))
    theirs = answers(split("0-1-3-0-6"), split("0-6-3-0-1"))
    assert differences(mine, theirs, name="Anna") == [
        "Now, Anna has 6 more points than you on Vanity project, and 7 fewer on Business driven.",
        "In the future, Anna wants 2 more points than you on Community spirit, and 3 fewer on "
        "Business driven.",
        "What you both want brings you closer together.",
    ]


def test_the_differences_are_said_to_both_by_name():
    inviter = answers(split("7-0-2-1-0"), split("3-4-2-1-0"))
    guest = answers(split("6-1-2-1-0"), split("0-6-3-0-1"))
    assert differences_of_both(inviter, guest, name="Anna") == [
        "Now, the guest has 1 more point than Anna on Community spirit, and 1 fewer on Business "
        "driven.",
        "In the future, the guest wants 2 more points than Anna on Community spirit, and 3 fewer "
        "on Business driven.",
        "What you both want takes you further apart.",
    ]


def test_what_is_the_same_is_said_too():
    mine = answers(split("7-0-2-1-0"), split("3-4-2-1-0"))
    assert differences(mine, mine, name="Anna") == [
        "Now, you both spend your points the same way.",
        "In the future, you both want the same mix.",
    ]
    apart = answers(split("7-0-2-1-0"), split("2-5-2-1-0"))
    assert differences(mine, apart, name="Anna")[1:] == [
        "In the future, Anna wants 1 more point than you on Community spirit, and 1 fewer on "
        "Business driven.",
        "What you both want takes you further apart.",
    ]


def test_differences_are_true_for_every_pair_of_typical_splits():
    for one, other in product(TYPICAL, repeat=2):
        now, future, *_rest = differences(answers(one, other), answers(other, other), name="Anna")
        assert future == "In the future, you both want the same mix."
        change = {each: other[each] - one[each] for each in Purpose}
        if one == other:
            assert now == "Now, you both spend your points the same way."
            continue
        words = r"Now, Anna has (\d+) more points? than you on (.+), and (\d+) fewer on (.+)\."
        more, gained, fewer, lost = re.fullmatch(words, now).groups()
        assert (int(more), -int(fewer)) == (max(change.values()), min(change.values()))
        assert gained == next(each.label for each in Purpose if change[each] == int(more))
        assert lost == next(each.label for each in Purpose if change[each] == -int(fewer))
        assert ("1 more point than" in now) == (more == "1")
