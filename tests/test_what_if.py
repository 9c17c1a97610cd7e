"""The what-if pages: a split to play with, which is never recorded."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from purposeapp.advice.life_events import usual_split
from purposeapp.forms.what_if import WHAT_IF
from purposeapp.models import LifeEvent, Tick, Tip
from purposeapp.split import EVEN_SPLIT, Purpose, Split
from tests.support.make import NOON, make_assessment, make_goal, make_tip, points
from tests.support.pages import words_of
from tests.support.tables import rows_of_all_tables

PATH = "/try/"
RESULT = "/try/0-2-0-8-0/"


def test_it_begins_at_the_last_split(owner, user):
    make_assessment(user, "10-0-0-0-0", taken_at=NOON)
    make_assessment(user, "4-6-0-0-0", taken_at=NOON + timedelta(days=1))
    page = owner.get(PATH).content.decode()
    assert 'name="business_driven" value="4"' in page
    assert ">now 4<" in page


def test_each_hidden_field_is_there_once(owner):
    page = owner.get(f"{PATH}?if=redundancy").content.decode()
    assert sorted(re.findall(' id="(id_(?:event|start))"', page)) == ["id_event", "id_start"]


def test_its_table_is_about_what_would_be(owner):
    assert "Where the ten points would go" in words_of(owner.get(RESULT))
    assert "Where the ten points went" in words_of(owner.get("/splits/0-2-0-8-0/"))


def test_without_an_assessment_it_begins_at_zero_and_works_as_well(owner):
    assert owner.get(PATH).context["form"].points_used == 0
    page = owner.get(owner.post(PATH, points("0-2-0-8-0")).url).content.decode()
    assert "<h1>Mainly job seeking (80%)</h1>" in page
    assert "it would be:" not in page
    assert "goal-title" not in page


@pytest.mark.parametrize(
    ("event", "url"), [("redundancy", f"{RESULT}?if=redundancy"), ("", RESULT), (None, RESULT)]
)
def test_a_valid_form_leads_to_what_it_comes_to(owner, event, url):
    named = {} if event is None else {"event": event}
    response = owner.post(PATH, points("0-2-0-8-0", **named))
    assert (response.status_code, response.url) == (302, url)


def test_the_result_says_what_it_is_what_would_change_and_how_far_the_goal_is(owner, user):
    make_assessment(user, "6-2-2-0-0")
    make_goal(user, "4-3-3-0-0")
    page = owner.get(f"{RESULT}?if=redundancy").content.decode()
    assert "<h1>Mainly job seeking (80%)</h1>" in page
    assert "Just an experiment: nothing is saved." in page
    assert "What to do then" in page
    assert "What if I lost my job tomorrow?" in page
    assert "Job seeking\xa0+8, Business driven\xa0−6, Learning sponge\xa0−2." in page
    assert "8 points would still need to move." in page
    assert "<li>Move 4 points from Job seeking to Business driven</li>" in page
    for link in ["/try/?if=redundancy", "/keep/0-2-0-8-0/", "/goal/?start=0-2-0-8-0#set"]:
        assert f'href="{link}"' in page


def test_the_result_says_what_would_be_and_not_what_is(owner, user):
    make_assessment(user, "6-2-2-0-0")
    make_goal(user, "0-2-0-5-3", wanted_by=timezone.localdate())
    page = words_of(owner.get("/try/0-2-0-5-3/"))
    assert "You'd reach your goal." in page
    assert "because Job seeking would be new for you" in page
    for of_somebody_who_is_there in ("You've reached", "target date", "is new for", "Thank you"):
        assert of_somebody_who_is_there not in page


@pytest.mark.parametrize(
    ("event", "shown"), [("redundancy", ["For candidates"]), ("", ["For candidates", "For hiring"])]
)
def test_whoever_imagines_to_lose_their_job_gets_the_tips_for_candidates(client, db, event, shown):
    Tip.objects.all().delete()
    for audience, text in (("candidate", "For candidates"), ("employer", "For hiring")):
        make_tip(Purpose.JOB_SEEKING, text, audience=audience)
    advice = client.get(RESULT, {"if": event}).context["result"].advice
    assert [tip.tip.text for each in advice for tip in each.at_once] == shown


def test_what_is_not_for_them_makes_room_for_another_tip(owner, user):
    Tip.objects.all().delete()
    for number in range(1, 4):
        make_tip(Purpose.COMMUNITY_SPIRIT, f"Tip {number}", position=number)
    declined = Tip.objects.get(key="tip-1")
    Tick.objects.record(user=user, tip=declined, verdict="not_for_me")
    response = owner.get(RESULT)
    advice = {each.purpose: each for each in response.context["result"].advice}
    shown = [each.tip.text for each in advice[Purpose.COMMUNITY_SPIRIT].at_once]
    assert shown == ["Tip 2", "Tip 3"]
    page = response.content.decode()
    assert "Tip 1" not in page
    assert "every tip here" not in page
    assert 'name="verdict"' not in page


def test_where_no_tip_is_for_them_it_says_so(owner, user):
    Tip.objects.all().delete()
    tip = make_tip(Purpose.COMMUNITY_SPIRIT)
    Tick.objects.record(user=user, tip=tip, verdict="not_for_me")
    assert "You've skipped every tip here." in owner.get(RESULT).content.decode()


def test_another_try_begins_at_what_the_same_event_usually_does_to_the_last_split(owner, user):
    make_assessment(user, "4-6-0-0-0")
    page = owner.get(f"{PATH}?if=redundancy").content.decode()
    assert 'name="event" value="redundancy"' in page
    assert 'name="community_spirit" value="1"' in page
    assert 'name="job_seeking" value="8"' in page
    assert ">now 6, then 1<" in page
    page = owner.get(f"{PATH}?start=1-2-3-4-0").content.decode()
    assert 'name="job_seeking" value="4"' in page


@pytest.mark.parametrize("event", ["wedding", "other", "", "%00", "<script>alert(1)</script>"])
def test_an_unknown_question_is_passed_over(owner, event):
    page = owner.get(f"{RESULT}?if={event}").content.decode()
    assert "What if something changed?" in page
    assert 'href="/try/"' in page
    assert "<script>alert" not in page
    assert owner.get(f"{PATH}?if={event}").status_code == 200
    assert owner.post(PATH, points("0-2-0-8-0", event=event)).url == RESULT


def test_nothing_in_any_table_changes(owner, user):
    make_assessment(user, "4-6-0-0-0")
    make_goal(user, "4-3-3-0-0")
    before = rows_of_all_tables()
    assert before["purposeapp.Assessment"] == 1
    owner.get(PATH)
    owner.post(PATH, points("3-0-0-0-0", step="job_seeking+"))
    owner.post(PATH, points("3-0-0-0-0"))
    owner.get(owner.post(PATH, points("0-2-0-8-0", event="redundancy")).url)
    assert rows_of_all_tables() == before


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        ("0-2-0-6-0", "You have used 8 of 10 points. Add 2 more."),
        ("0-2-0-9-0", "You have used 11 of 10 points. Take 1 away."),
        ("0-2-x-8-0", "Enter a whole number from 0 to 10."),
    ],
)
def test_an_invalid_form_answers_422_and_keeps_what_was_typed(owner, split, sentence):
    response = owner.post(PATH, points(split, event="study"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert page.count(sentence) >= 2
    for name, text in points(split).items():
        assert f'name="{name}" value="{text}"' in page
    assert 'name="event" value="study"' in page


def test_a_step_keeps_the_question(owner):
    response = owner.post(PATH, points("3-0-0-0-0", step="job_seeking+", event="retirement"))
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="job_seeking" value="1"' in page
    assert 'name="event" value="retirement"' in page


def test_there_is_a_question_for_each_life_event_that_has_a_name():
    assert sorted(WHAT_IF) == sorted(set(LifeEvent.values) - {"other"})


def test_nobody_starts_from_somebody_elses_split(stranger, user):
    make_assessment(user, "4-6-0-0-0")
    make_goal(user)
    assert stranger.get(PATH).context["form"].points_used == 0
    response = stranger.get(RESULT)
    assert (response.context["last"], response.context["progress"]) == (None, None)


def test_whoever_is_not_signed_in_plays_too_and_nothing_is_recorded(client, db, user):
    make_assessment(user, "4-6-0-0-0")
    make_goal(user, "4-3-3-0-0")
    before = rows_of_all_tables()
    assert client.get(PATH).context["form"].points_used == 0
    response = client.post(PATH, points("0-2-0-8-0", event="redundancy"))
    assert (response.status_code, response.url) == (302, f"{RESULT}?if=redundancy")
    response = client.get(response.url)
    assert (response.context["last"], response.context["progress"]) == (None, None)
    page = response.content.decode()
    assert "<h1>Mainly job seeking (80%)</h1>" in page
    assert "Just an experiment: nothing is saved." in page
    assert 'href="/keep/0-2-0-8-0/"' in page
    for path in ("/goal/", "/history/"):
        assert f'href="{path}' not in page
        assert f'href="{path}' not in client.get(PATH).content.decode()
    assert client.post(PATH, points("0-2-0-6-0")).status_code == 422
    assert rows_of_all_tables() == before


@pytest.mark.parametrize(
    ("query", "split"),
    [
        ("if=redundancy", "0-1-1-8-0"),
        ("if=redundancy&start=last", "0-1-1-8-0"),
        ("if=redundancy&start=0-0-0-0-10", "0-0-0-8-2"),
        ("if=wedding", "6-2-2-0-0"),
        ("if=other", "6-2-2-0-0"),
        ("if=%00", "6-2-2-0-0"),
        ("if=redundancy&start=nonsense", "0-1-1-8-0"),
    ],
)
def test_an_event_moves_the_points_as_it_usually_does(owner, user, query, split):
    make_assessment(user, "6-2-2-0-0")
    form = owner.get(f"{PATH}?{query}").context["form"]
    assert form.points == Split.parse(split).as_dict()


def test_without_a_split_an_event_starts_from_an_even_one(client, db):
    form = client.get(f"{PATH}?if=redundancy").context["form"]
    assert form.points == usual_split(LifeEvent.REDUNDANCY, EVEN_SPLIT).as_dict()


def test_there_is_one_press_for_each_event_which_begins_at_the_same_split(client, db):
    page = client.get(f"{PATH}?start=6-2-2-0-0&if=study").content.decode()
    links = re.findall(r'<a href="[?]if=(\w+)&amp;start=6-2-2-0-0" rel="nofollow"([^>]*)>', page)
    assert [event for event, _ in links] == list(WHAT_IF)
    assert [event for event, current in links if current] == ["study"]
    assert page.count('rel="nofollow"') == len(WHAT_IF)
    assert page.index("?if=study") < page.index('name="business_driven"')
    page = client.get(PATH, {"start": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/try/0-2-0-8-1/", "/try/nonsense/"])
def test_what_is_no_split_is_a_404(owner, path):
    assert owner.get(path).status_code == 404


def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    owner, user, warm, django_assert_num_queries
):
    make_goal(user)
    for _ in range(2):
        make_assessment(user)
        warm(owner, RESULT)
        # session and user, latest assessment, goal, declined tips
        with django_assert_num_queries(4):
            owner.get(RESULT)
        with django_assert_num_queries(2):
            owner.get(PATH)


def test_a_visitors_what_if_is_compared_with_the_result_it_began_at(client, db):
    form = client.get(f"{PATH}?start=6-2-2-0-0").context["form"]
    sent = {**points("4-2-2-2-0"), "start": form["start"].value(), "event": "redundancy"}
    response = client.post(PATH, sent)
    assert response.url == f"{PATH}4-2-2-2-0/?if=redundancy&start=6-2-2-0-0"
    page = client.get(response.url)
    said = words_of(page)
    assert "Compared with the result you started from : Job seeking +2, Business driven −2." in said
    assert 'href="/splits/6-2-2-0-0/">Back to that result' in page.content.decode()
    assert 'href="/try/?if=redundancy&amp;start=6-2-2-0-0">Try another' in page.content.decode()


@pytest.mark.parametrize("start", ["", "6-2-2-0", "<script>", "last"])
def test_a_start_that_is_no_split_is_passed_over(client, db, start):
    response = client.post(PATH, {**points("4-2-2-2-0"), "start": start})
    assert response.url == f"{PATH}4-2-2-2-0/"
    page = client.get(f"{PATH}4-2-2-2-0/", {"start": start})
    assert "Compared with" not in words_of(page)


def test_a_history_is_compared_with_and_no_result_of_the_address(owner, user):
    make_assessment(user, "10-0-0-0-0")
    page = owner.get(f"{PATH}4-2-2-2-0/?start=6-2-2-0-0")
    assert "Back to that result" not in words_of(page)
    assert page.context["change"].startswith("Business driven\N{NO-BREAK SPACE}−6")


def test_somebody_without_a_history_is_compared_with_the_result_it_began_at(owner, user):
    page = owner.get(f"{PATH}4-2-2-2-0/?start=6-2-2-0-0")
    assert "Compared with the result you started from" in words_of(page)
    assert "Back to that result" in words_of(page)
