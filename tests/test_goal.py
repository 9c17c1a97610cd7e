"""The goal of a person: setting, viewing, replacing and ending it, and its privacy."""

import re
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from purposeapp.advice.fit import Direction
from purposeapp.dates import oldest_today
from purposeapp.forms.day import NOT_A_DAY
from purposeapp.forms.goal import DAY_PASSED, TOO_FAR
from purposeapp.models import Goal, Tick, Tip
from purposeapp.models.goal import FIRST_DAY, LAST_DAY, YEARS_AHEAD, is_too_early, is_too_late
from purposeapp.split import Purpose, Split
from purposeapp.time_zones import FIRST_TO_BEGIN, LAST_TO_END
from purposeapp.views.goal import EARLIER_SHOWN
from tests.support.concurrency import at_once
from tests.support.make import NOON, make_assessment, make_goal, make_tip, make_user, points

PATH = "/goal/"
END = "/goal/end/"


def today() -> date:
    return timezone.now().date()


def days(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


def test_without_a_goal_the_page_asks_for_one(owner):
    page = owner.get(PATH).content.decode()
    assert "Spread ten points the way you'd like to spend them one day." in page
    assert "Now and goal" not in page
    assert "Remove goal" not in page
    assert "Earlier goals" not in page
    assert f'min="{oldest_today()}"' in page


def test_a_goal_is_set_with_a_day(owner, user):
    form = points("4-3-3-0-0", wanted_by=days(30))
    response = owner.post(PATH, form, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    assert "Your goal is saved." in response.content.decode()
    goal = Goal.objects.get()
    assert (goal.user, str(goal.split)) == (user, "4-3-3-0-0")
    assert (goal.wanted_by, goal.ended_at) == (today() + timedelta(days=30), None)


@pytest.mark.parametrize("more", [{}, {"wanted_by": ""}, {"wanted_by": "  "}])
def test_a_goal_needs_no_day(owner, more):
    assert owner.post(PATH, points("4-3-3-0-0", **more)).status_code == 302
    assert Goal.objects.get().wanted_by is None


def test_today_is_a_good_day(owner):
    assert owner.post(PATH, points("4-3-3-0-0", wanted_by=days(0))).status_code == 302
    assert Goal.objects.get().wanted_by == today()


def test_now_stands_beside_wanted_with_the_moves_between_them(owner, user):
    make_assessment(user, "10-0-0-0-0", taken_at=NOON)
    make_assessment(user, "2-2-0-6-0", taken_at=NOON + timedelta(days=1))
    make_goal(user, "4-3-3-0-0")
    response = owner.get(PATH)
    rows = response.context["progress"].rows
    assert [(row.now, row.wanted, row.difference) for row in rows] == [
        (2, 4, "+2"),
        (2, 3, "+1"),
        (0, 3, "+3"),
        (6, 0, "−6"),
        (0, 0, "0"),
    ]
    page = response.content.decode()
    assert "6 points still need to move." in page
    assert page.count("<li>Move ") == 3
    assert "<li>Move 3 points from Job seeking to Learning sponge</li>" in page
    assert "<li>Move 1 point from Job seeking to Community spirit</li>" in page
    assert "<p>That&#x27;s 36 minutes of each hour in all.</p>" in page


def test_one_point_is_one_point(owner, user):
    make_assessment(user, "5-3-2-0-0")
    make_goal(user, "4-3-3-0-0")
    page = owner.get(PATH).content.decode()
    assert "1 point still needs to move." in page
    assert "<p>That&#x27;s 6 minutes of each hour.</p>" in page
    assert "<li>Move 1 point from Business driven to Learning sponge</li>" in page


def test_whoever_is_there_is_told_so(owner, user):
    make_assessment(user, "4-3-3-0-0")
    make_goal(user, "4-3-3-0-0")
    page = owner.get(PATH).content.decode()
    assert "You&#x27;ve reached your goal." in page
    assert "<li>Move" not in page


def test_before_the_first_assessment_there_is_nothing_to_compare_with(owner, user):
    make_goal(user, "4-3-3-0-0")
    page = owner.get(PATH).content.decode()
    assert "Spend ten points</a> as things are today" in page
    assert "Goal: Business driven 4, Community spirit 3, Learning sponge 3" in page
    assert "still ha" not in page


@pytest.mark.parametrize(
    ("wanted_by", "now", "words"),
    [
        (date(2100, 5, 1), "10-0-0-0-0", "By 1 May 2100."),
        (date(2100, 5, 1), "4-3-3-0-0", "Your target date is 1 May 2100."),
        (date(2020, 5, 1), "10-0-0-0-0", "Your target date, 1 May 2020, has passed. Choose a"),
        (date(2020, 5, 1), "4-3-3-0-0", "Your target date was 1 May 2020."),
    ],
)
def test_the_day_is_said_kindly(owner, user, wanted_by, now, words):
    make_assessment(user, now)
    set_at = datetime(wanted_by.year - 1, 5, 1, tzinfo=UTC)
    make_goal(user, "4-3-3-0-0", wanted_by=wanted_by, set_at=set_at)
    assert words in owner.get(PATH).content.decode()


def test_a_new_goal_replaces_the_old_one_which_stays_on_record(owner, user):
    owner.post(PATH, points("4-3-3-0-0"))
    owner.post(PATH, points("0-10-0-0-0", wanted_by=days(9)))
    newer, older = Goal.objects.for_user(user).latest_first()
    assert (str(newer.split), newer.ended_at) == ("0-10-0-0-0", None)
    assert (str(older.split), older.ended_at) == ("4-3-3-0-0", newer.set_at)
    page = owner.get(PATH).content.decode()
    assert "Earlier goals" in page
    assert "<h3>Business driven comes first (40%)</h3>" in page


def test_the_same_goal_again_stays_the_one_that_it_is(owner):
    for _ in range(2):
        owner.post(PATH, points("4-3-3-0-0", wanted_by=days(9)))
    assert Goal.objects.get().ended_at is None
    owner.post(PATH, points("4-3-3-0-0", wanted_by=days(10)))
    assert Goal.objects.count() == 2


def test_earlier_goals_have_their_days_newest_first_and_an_end(owner, user):
    for day in range(EARLIER_SHOWN + 1):
        moment = NOON + timedelta(days=day)
        make_goal(user, set_at=moment, ended_at=moment + timedelta(days=1))
    response = owner.get(PATH)
    shown = [goal.set_at for goal, _ in response.context["ended"]]
    assert shown == [NOON + timedelta(days=day) for day in range(EARLIER_SHOWN, 0, -1)]
    page = response.content.decode()
    assert "Set 2 March 2026, ended 3 March 2026." in page
    assert "Your export</a> has them all." in page
    Goal.objects.oldest_first().first().delete()
    assert "has them all" not in owner.get(PATH).content.decode()


def test_a_goal_is_ended_and_stays_on_record(owner, user):
    goal = make_goal(user, set_at=NOON)
    response = owner.post(END, {"goal": goal.pk}, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    page = response.content.decode()
    assert "Goal removed. You can still see it below." in page
    assert "Earlier goals" in page
    goal.refresh_from_db()
    assert goal.ended_at > NOON


def test_only_the_goal_that_was_looked_at_is_ended(owner, user, stranger):
    ended = make_goal(user, set_at=NOON, ended_at=NOON)
    current = make_goal(user, "0-10-0-0-0")
    for named in [ended.pk, "", "x", "\0", "9" * 40, 0, -1]:
        response = owner.post(END, {"goal": named})
        assert (response.status_code, response.url) == (302, PATH)
    stranger.post(END, {"goal": current.pk})
    current.refresh_from_db()
    ended.refresh_from_db()
    assert (current.ended_at, ended.ended_at) == (None, NOON)


def test_a_goal_is_ended_once(owner, user):
    goal = make_goal(user, set_at=NOON)
    owner.post(END, {"goal": goal.pk})
    goal.refresh_from_db()
    ended_at = goal.ended_at
    page = owner.post(END, {"goal": goal.pk}, follow=True).content.decode()
    assert page.count("Goal removed. You can still see it below.") == 1  # from the first time
    goal.refresh_from_db()
    assert goal.ended_at == ended_at


def test_whoever_signs_in_to_end_a_goal_lands_on_its_page(client, user):
    goal = make_goal(user)
    response = client.post(END, {"goal": goal.pk})
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={PATH}")
    goal.refresh_from_db()
    assert goal.ended_at is None


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_a_goal_is_ended_by_post_only(owner, method):
    assert getattr(owner, method)(END).status_code == 405


def test_a_clock_that_went_back_ends_no_goal_before_it_was_set(user):
    ahead = timezone.now() + timedelta(minutes=5)
    goal = make_goal(user, set_at=ahead)
    Goal.objects.set(user=user, split=Split.parse("0-10-0-0-0"))
    goal.refresh_from_db()
    assert goal.ended_at == ahead


# --- The form ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("split", "wanted_by", "sentences"),
    [
        ("4-3-1-0-0", "", ["You have used 8 of 10 points. Add 2 more."]),
        ("4-3-5-0-0", "", ["You have used 12 of 10 points. Take 2 away."]),
        ("4-3-x-0-0", "", ["Enter a whole number from 0 to 10."]),
        ("4-3-3-0-0", "2026-01-01", [DAY_PASSED]),
        ("4-3-3-0-0", "9999-12-31", [TOO_FAR]),
        ("4-3-3-0-0", "tomorrow", [NOT_A_DAY]),
        ("4-3-3-0-0", "05/01/2100", [NOT_A_DAY]),
        ("4-3-3-0-0", "2100-02-30", [NOT_A_DAY]),
        ("4-3-3-0-0", "10000-01-01", [NOT_A_DAY]),
        ("4-3-3-0-0", "2100-01-01\0", [NOT_A_DAY]),
        ("4-3-1-0-0", "2026-1-1", ["You have used 8 of 10 points. Add 2 more.", DAY_PASSED]),
        ("4-3-x-0-0", "x", ["Enter a whole number from 0 to 10.", NOT_A_DAY]),
    ],
)
def test_an_invalid_form_answers_422_keeps_what_was_typed_and_stores_nothing(
    owner, split, wanted_by, sentences
):
    response = owner.post(PATH, points(split, wanted_by=wanted_by))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert "<title>Error: " in page
    for sentence in sentences:
        # Once in the summary, and once at the field or above the points.
        assert page.count(str(sentence)) >= 2
    for name, text in points(split).items():
        assert f'name="{name}" value="{text}"' in page
    assert response.context["form"]["wanted_by"].value() == wanted_by
    assert not Goal.objects.exists()


def test_a_step_keeps_everything_and_stores_nothing(owner, user):
    make_assessment(user, "2-2-0-6-0")
    response = owner.post(PATH, points("3-0-0-0-0", step="job_seeking+", wanted_by="2100-05-01"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "6 of 10 points left" in page
    assert 'name="job_seeking" value="1"' in page
    assert 'name="wanted_by" value="2100-05-01"' in page
    assert ">now 6, goal 1<" in page
    assert not Goal.objects.exists()


def test_the_steps_come_back_to_this_page(owner):
    page = owner.get(PATH).content.decode()
    assert page.count('formaction="#add-') == 5
    assert page.count('formaction="#take-') == 5


def test_the_last_split_stands_beside_and_may_be_started_from(owner, user):
    make_assessment(user, "4-6-0-0-0")
    response = owner.get(PATH)
    assert response.context["form"].points_used == 0
    page = response.content.decode()
    assert "Start from my last result" in page
    assert ">now 4<" in page
    page = owner.get(f"{PATH}?start=last").content.decode()
    assert 'name="business_driven" value="4"' in page
    assert "Start from my last result" not in page


def test_any_split_may_be_started_from(owner):
    page = owner.get(f"{PATH}?start=1-2-3-4-0").content.decode()
    assert 'name="job_seeking" value="4"' in page


@pytest.mark.parametrize("start", ["last", "nonsense", "9-9-0-0-0", "%00", "6-2-2-0-00"])
def test_what_is_no_split_starts_at_zero(owner, start):
    response = owner.get(f"{PATH}?start={start}")
    assert (response.status_code, response.context["form"].points_used) == (200, 0)


# --- Progress ---------------------------------------------------------------------------------


def details(response) -> str:
    return re.search(r'<details [^>]*id="set"[^>]*>', response.content.decode())[0]


def test_the_form_opens_where_there_is_something_to_do_in_it(owner, user):
    assert details(owner.get(PATH)).endswith(" open>")
    make_goal(user, "4-3-3-0-0")
    response = owner.get(PATH)
    assert not details(response).endswith(" open>")
    assert "<summary>Change goal</summary>" in response.content.decode()
    assert details(owner.get(f"{PATH}?start=last")).endswith(" open>")
    assert details(owner.post(PATH, points("4-3-1-0-0"))).endswith(" open>")
    step = owner.post(PATH, points("3-0-0-0-0", step="job_seeking+"))
    assert details(step).endswith(" open>")


def test_a_change_begins_at_the_goal_that_there_is(owner, user):
    make_assessment(user, "10-0-0-0-0")
    set_at = datetime(2099, 5, 1, tzinfo=UTC)
    make_goal(user, "4-3-3-0-0", wanted_by=date(2100, 5, 1), set_at=set_at)
    response = owner.get(PATH)
    assert response.context["form"].points == Split.parse("4-3-3-0-0").as_dict()
    page = response.content.decode()
    assert 'value="2100-05-01"' in page
    assert "Start from my last result" in page
    long_ago = datetime(2019, 5, 1, tzinfo=UTC)
    Goal.objects.update(wanted_by=date(2020, 5, 1), set_at=long_ago)
    assert 'value="2020-05-01"' not in owner.get(PATH).content.decode()
    started = owner.get(f"{PATH}?start=1-2-3-4-0").context["form"]
    assert started.points == Split.parse("1-2-3-4-0").as_dict()


def tips_on(client) -> list[tuple[str, str]]:
    return [(each.tip.text, each.why) for each in client.get(PATH).context["tips"]]


def test_it_has_tips_for_the_points_that_have_to_move_and_no_others(owner, user):
    Tip.objects.all().delete()
    for direction in Direction:
        for purpose in Purpose:
            text = f"{purpose} {direction}"
            make_tip(purpose, text, direction=direction, points_from=0)
    make_assessment(user, "6-2-2-0-0", taken_at=NOON)
    make_assessment(user, "4-2-2-2-0")
    assert tips_on(owner) == []
    make_goal(user, "2-2-4-2-0")
    assert tips_on(owner) == [
        ("learning_sponge wanted_more", "because your goal is 2 points higher"),
        ("business_driven wanted_less", "because your goal is 2 points lower"),
    ]
    assert "Tips to get there" in owner.get(PATH).content.decode()
    Tick.objects.record(
        user=user, tip=Tip.objects.get(text="business_driven wanted_less"), verdict="done"
    )
    assert [text for text, _ in tips_on(owner)] == ["learning_sponge wanted_more"]
    Goal.objects.update(**Split.parse("4-2-2-2-0").as_dict())
    assert tips_on(owner) == []
    assert "Tips to get there" not in owner.get(PATH).content.decode()


def test_each_purpose_that_has_to_grow_has_a_tip_the_biggest_gap_first(owner, user):
    Tip.objects.all().delete()
    make_tip(Purpose.LEARNING_SPONGE, "Learn more.", direction="wanted_more")
    make_tip(Purpose.JOB_SEEKING, "Look around.", points_from=3, points_to=3)
    make_tip(Purpose.JOB_SEEKING, "Look harder.", points_from=4)
    make_tip(Purpose.VANITY_PROJECT, "Be seen.")
    make_assessment(user, "5-2-3-0-0")
    make_goal(user, "1-2-4-3-0")
    assert tips_on(owner) == [
        ("Look around.", "because your goal is 3 points higher"),
        ("Learn more.", "because your goal is 1 point higher"),
    ]


def test_an_earlier_goal_can_be_the_start_of_the_next(owner, user):
    make_goal(user, "2-2-2-2-2", set_at=NOON, ended_at=timezone.now())
    assert 'href="?start=2-2-2-2-2#set">Start from this goal' in owner.get(PATH).content.decode()


def test_it_has_four_tips_at_most_of_those_that_are_published(owner, user):
    Tip.objects.all().delete()
    for number in range(9):
        state = "published" if number else "draft"
        make_tip(text=f"{number}", direction="wanted_less", position=number, state=state)
    make_assessment(user, "10-0-0-0-0")
    make_goal(user, "0-10-0-0-0")
    assert [text for text, _ in tips_on(owner)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("3-2-0-5-0", "You&#x27;re 1 point closer than when you set this goal."),
        ("2-0-0-8-0", "You&#x27;re 2 points further away than when you set this goal."),
        ("2-1-0-7-0", "You&#x27;re 1 point further away than when you set this goal."),
        ("2-2-0-6-0", "You&#x27;re as close as when you set this goal."),
        ("4-3-3-0-0", "You moved 6 points to get here."),
    ],
)
def test_it_says_what_moved_since_it_was_set(owner, user, now, words):
    make_assessment(user, "10-0-0-0-0", taken_at=NOON - timedelta(days=2))
    make_assessment(user, "2-2-0-6-0", taken_at=NOON - timedelta(days=1))
    make_goal(user, "4-3-3-0-0", set_at=NOON)
    assert "when you set this goal" not in owner.get(PATH).content.decode()
    make_assessment(user, now, taken_at=NOON + timedelta(days=1))
    assert words in owner.get(PATH).content.decode()


def test_where_nothing_was_recorded_when_it_was_set_nothing_has_moved(owner, user):
    make_goal(user, "4-3-3-0-0", set_at=NOON)
    make_assessment(user, taken_at=NOON + timedelta(days=1))
    assert owner.get(PATH).context["since"] == ""


# --- Where else it is shown -------------------------------------------------------------------


def test_the_history_and_its_latest_assessment_show_how_far_it_is(owner, user):
    old = make_assessment(user, "10-0-0-0-0", taken_at=NOON)
    latest = make_assessment(user, "2-2-0-6-0", taken_at=NOON + timedelta(days=1))
    make_goal(user, "4-3-3-0-0")
    for path in ("/history/", latest.get_absolute_url()):
        assert "6 points still need to move." in owner.get(path).content.decode()
    for path in (old.get_absolute_url(), f"/history/?before={latest.pk}"):
        assert "still need to move" not in owner.get(path).content.decode()


def test_without_a_goal_nothing_is_shown_but_the_way_there(owner, user):
    make_goal(user, ended_at=timezone.now() + timedelta(days=1))
    make_goal(make_user("other@example.org"))
    latest = make_assessment(user)
    for path in ("/history/", latest.get_absolute_url()):
        page = owner.get(path).content.decode()
        assert "goal-title" not in page
        assert f'href="{PATH}"' in page


# --- Other people -----------------------------------------------------------------------------


def test_each_sees_only_their_own(stranger, user):
    make_assessment(user, "2-2-0-6-0")
    make_goal(user, "4-3-3-0-0")
    make_goal(user, "0-0-0-0-10", set_at=NOON, ended_at=NOON)
    response = stranger.get(PATH)
    assert response.context["progress"] is None
    assert response.context["ended"] == []
    stranger.post(PATH, points("0-10-0-0-0"))
    assert Goal.objects.for_user(user).current().count() == 1


def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    owner, user, warm, django_assert_num_queries
):
    make_goal(user)
    for _ in range(2):
        make_assessment(user)
        make_goal(user, set_at=NOON, ended_at=NOON)
        warm(owner, PATH)
        # session and user, latest assessment, goals, the assessment when the goal was set, ticks
        with django_assert_num_queries(5):
            owner.get(PATH)


# --- Constraints ------------------------------------------------------------------------------


def test_one_goal_at_a_time(user):
    make_goal(user)
    with pytest.raises(IntegrityError, match="goal_one_at_a_time"), transaction.atomic():
        make_goal(user, "0-10-0-0-0")


def test_a_goal_ends_after_it_was_set(user):
    with pytest.raises(IntegrityError, match="goal_ends_after"), transaction.atomic():
        make_goal(user, set_at=NOON, ended_at=NOON - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_at_once_leave_one_goal_and_the_other_on_record():
    user = make_user()
    splits = [Split.parse(name) for name in ("4-3-3-0-0", "0-10-0-0-0", "0-0-0-0-10", "4-3-3-0-0")]
    raised = at_once(*(lambda s=s: Goal.objects.set(user=user, split=s) for s in splits))
    assert raised == []
    assert Goal.objects.for_user(user).current().count() == 1
    goals = Goal.objects.for_user(user).oldest_first()
    assert all(older.ended_at <= newer.set_at for older, newer in pairwise(goals))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_same_form_twice_at_once_sets_one_goal():
    user, answers = make_user(), []
    clients = [Client(), Client()]
    for client in clients:
        client.force_login(user)
    form = points("4-3-3-0-0")
    raised = at_once(*(lambda c=c: answers.append(c.post(PATH, form)) for c in clients))
    assert raised == []
    assert [answer.status_code for answer in answers] == [302, 302]
    assert str(Goal.objects.get().split) == "4-3-3-0-0"


def test_nothing_is_set_for_an_account_that_is_gone(user):
    user.delete()
    user.pk = 1_000_000
    assert Goal.objects.set(user=user, split=Split.parse("4-3-3-0-0")) is None


@pytest.mark.parametrize("seconds", [-1, 0, 1])
@pytest.mark.parametrize("bound", [FIRST_DAY, LAST_DAY])
def test_postgresql_and_the_import_take_the_same_days_of_a_goal(user, bound, seconds):
    day = date(2030, 5, 1)
    begin = datetime(2030, 5, 1, tzinfo=UTC)
    set_at = begin - bound + timedelta(seconds=seconds)
    is_refused = is_too_early(day, set_at) or is_too_late(day, set_at)
    assert is_refused is ((seconds > 0) if bound == FIRST_DAY else (seconds < 0))
    refuses = pytest.raises(IntegrityError, match="goal_date_is_within_20_years")
    with refuses if is_refused else nullcontext(), transaction.atomic():
        make_goal(user, wanted_by=day, set_at=set_at)


@pytest.mark.parametrize("hours", range(24))
@pytest.mark.parametrize("zone", [LAST_TO_END, FIRST_TO_BEGIN, UTC])
def test_every_day_that_the_form_takes_is_stored(hours, zone):
    now = datetime(2028, 2, 29, hours, 59, tzinfo=UTC)
    first = now.astimezone(LAST_TO_END).date()
    last = now.astimezone(zone).date() + relativedelta(years=YEARS_AHEAD)
    a_minute_later = now + timedelta(minutes=1)
    assert not is_too_early(first, a_minute_later)
    assert not is_too_late(last, now)
