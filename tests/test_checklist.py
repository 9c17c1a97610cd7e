"""The tips of an assessment: chosen by its change and goal, in the wording of its day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from purposeapp.models import Goal, Tick, Tip
from purposeapp.split import Purpose, Split
from tests.support.make import NOON, make_assessment, make_tip, make_user

BEFORE, AFTER = Split.parse("6-2-2-0-0"), Split.parse("2-2-0-6-0")


@pytest.fixture(autouse=True)
def _no_tips(db):
    Tip.objects.all().delete()
    Tip.history.all().delete()


@pytest.fixture
def moving(db):
    """A tip for each kind of movement of Job seeking, for any number of points."""
    for direction in ("any", "new", "rising", "falling", "gone", "wanted_more", "wanted_less"):
        make_tip(Purpose.JOB_SEEKING, f"Tip for {direction}", direction=direction, points_from=0)


def record(user, split, day=0):
    return make_assessment(user, str(split), taken_at=NOON + timedelta(days=day))


def shown(client, assessment) -> list[tuple[str, str]]:
    """Return the tips that the page shows, with their reasons."""
    result = client.get(assessment.get_absolute_url()).context["result"]
    return [
        (each.tip.text, each.why)
        for advice in result.advice
        for each in [*advice.at_once, *advice.more]
    ]


def test_the_change_since_the_one_before_decides_and_the_reason_is_said(owner, user, moving):
    first, second, third, fourth = (
        record(user, split, day) for day, split in enumerate([BEFORE, AFTER, "2-2-2-4-0", BEFORE])
    )
    assert shown(owner, first) == [("Tip for any", "")]
    assert shown(owner, second) == [
        ("Tip for new", "because Job seeking is new for you"),
        ("Tip for rising", "because Job seeking rose by 6"),
        ("Tip for any", ""),
    ]
    assert shown(owner, third) == [
        ("Tip for falling", "because Job seeking fell by 2"),
        ("Tip for any", ""),
    ]
    assert shown(owner, fourth) == [
        ("Tip for falling", "because Job seeking fell by 4"),
        ("Tip for gone", "because Job seeking dropped from 4 to zero"),
        ("Tip for any", ""),
    ]
    page = owner.get(second.get_absolute_url()).content.decode()
    assert '<p class="why">because Job seeking rose by 6</p>' in page


def test_the_goal_decides_on_the_newest_alone(owner, user, moving):
    old, new = record(user, AFTER, 0), record(user, AFTER, 1)
    Goal.objects.set(user=user, split=Split.parse("0-0-0-10-0"))
    assert shown(owner, old) == [("Tip for any", "")]
    assert shown(owner, new) == [
        ("Tip for wanted_more", "because your goal is 4 points higher"),
        ("Tip for any", ""),
    ]
    Goal.objects.set(user=user, split=Split.parse("5-0-0-5-0"))
    assert shown(owner, new)[0] == (
        "Tip for wanted_less",
        "because your goal is 1 point lower",
    )
    Goal.objects.for_user(user).update(ended_at=timezone.now())
    Goal.objects.set(user=make_user("other@example.org"), split=Split.parse("0-0-0-10-0"))
    assert shown(owner, new) == [("Tip for any", "")]


def test_the_words_are_those_of_the_moment_it_was_recorded(owner, user):
    tip = make_tip(text="Old words.", key="kind")
    old = record(user, BEFORE)
    tip.text = "New words."
    tip.save()
    new = record(user, BEFORE, 1)
    assert shown(owner, old) == [("Old words.", "")]
    assert shown(owner, new) == [("New words.", "")]
    Tick.objects.create(user=user, tip=tip, verdict="done")
    for assessment in (old, new):
        assert "Done on" in owner.get(assessment.get_absolute_url()).content.decode()


def test_when_it_was_recorded_counts_and_not_when_it_was_taken(owner, user):
    make_tip(text="Be kind.")
    imported = make_assessment(user, taken_at=NOON - timedelta(days=3_000))
    assert shown(owner, imported) == [("Be kind.", "")]


def test_what_was_withdrawn_later_is_still_shown_and_what_came_later_is_not(owner, user):
    kept, moved, gone = (make_tip(text=text) for text in ("Kept.", "Moved.", "Gone."))
    late = make_tip(text="Late.", state="draft")
    old = record(user, BEFORE)
    kept.state, late.state = "draft", "published"
    moved.purpose = Purpose.VANITY_PROJECT
    for tip in (kept, late, moved):
        tip.save()
    gone.delete()
    make_tip(text="Later still.")
    newest = record(user, BEFORE, 1)
    assert shown(owner, old) == [("Gone.", ""), ("Kept.", ""), ("Moved.", "")]
    assert shown(owner, newest) == [("Late.", ""), ("Later still.", "")]


def test_the_latest_result_shows_the_tips_of_today(owner, user):
    tip = make_tip(text="Before.")
    latest = record(user, BEFORE)
    tip.text = "Reworded."
    tip.save()
    make_tip(text="Since then.")
    assert shown(owner, latest) == [("Reworded.", ""), ("Since then.", "")]
    record(user, BEFORE, 1)
    assert shown(owner, latest) == [("Before.", "")]


def test_an_assessment_from_before_any_tip_says_so_and_leads_to_those_of_today(owner, user):
    make_tip(text="Be kind.")
    old = make_assessment(user, "10-0-0-0-0", taken_at=NOON, recorded_at=NOON)
    later = make_assessment(user, "10-0-0-0-0")
    page = owner.get(old.get_absolute_url()).content.decode()
    assert page.count("There were no tips for this yet.") == 1
    assert "Read today's tips</a>" in page
    assert "There were no tips" not in owner.get(later.get_absolute_url()).content.decode()


def test_the_markdown_of_an_old_wording_is_shown_and_nothing_else_of_it(owner, user):
    make_tip(text="Be *kind*. <script>alert(1)</script> [x](javascript:alert(1))", key="hostile")
    page = owner.get(record(user, BEFORE).get_absolute_url()).content.decode()
    assert "Be <em>kind</em>." in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page


@pytest.mark.parametrize("goal", [False, True])
def test_it_costs_the_same_at_one_and_at_three_of_everything(
    owner, user, warm, django_assert_num_queries, goal
):
    if goal:
        Goal.objects.set(user=user, split=AFTER)
    # Session and user, assessment, those before and after it, the goal, and what was ticked.
    for number in (1, 3):
        for i in range(number):
            tip = make_tip(text=f"Tip {number} {i}")
            tip.save()
            Tick.objects.create(user=user, tip=tip, verdict="done")
            latest = record(user, BEFORE, number + i)
        warm(owner, latest.get_absolute_url())
        with django_assert_num_queries(5):
            owner.get(latest.get_absolute_url())
