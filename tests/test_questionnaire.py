import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from purposeapp.models import Assessment
from purposeapp.split import Purpose
from tests.support.make import NOON, make_assessment, points
from tests.support.pages import words_of


def test_the_page_says_what_it_is_and_offers_ten_points_on_five_purposes(client, db):
    response = client.get("/")
    assert response.status_code == 200
    page = response.content.decode()
    assert "10 of 10 points left" in page
    assert "It takes two minutes, and you get tips that fit." in page
    for purpose in Purpose:
        assert str(purpose.label) in page
        assert str(escape(purpose.description)) in page
        assert f'name="{purpose.value}" value="0"' in page


def test_only_points_for_today_are_asked_for_as_of_today(client, owner):
    legend = "Use all ten points. Give each purpose as many as you like, even zero."
    today = "Answer for today, not for how you'd like it to be."
    assert f"{legend} {today}" in words_of(client.get("/"))
    for path in ("/goal/", "/try/"):
        said = words_of(owner.get(path))
        assert legend in said
        assert today not in said


def test_an_anonymous_visitor_is_led_to_the_result_and_nothing_is_stored(client, db):
    response = client.post("/", points("6-2-2-0-0"))
    assert (response.status_code, response.url) == (302, "/splits/6-2-2-0-0/")
    assert not Assessment.objects.exists()


def test_a_signed_in_person_gets_an_assessment(owner, user):
    response = owner.post("/", points("6-2-2-0-0", submission=str(uuid.uuid4())))
    assessment = Assessment.objects.get()
    assert (response.status_code, response.url) == (302, f"/history/{assessment.id}/")
    assert (assessment.user, str(assessment.split)) == (user, "6-2-2-0-0")


def test_the_same_form_sent_twice_leads_to_the_same_page(owner):
    form = points("6-2-2-0-0", submission=str(uuid.uuid4()))
    first, second = owner.post("/", form), owner.post("/", form)
    assert first.url == second.url
    assert Assessment.objects.count() == 1


def test_back_change_and_send_makes_another_one(owner):
    submission = str(uuid.uuid4())
    first = owner.post("/", points("6-2-2-0-0", submission=submission))
    second = owner.post("/", points("5-3-2-0-0", submission=submission))
    assert first.url != second.url
    assert Assessment.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("6-2-0-0-0", "You have used 8 of 10 points. Add 2 more."),
        ("6-2-2-2-0", "You have used 12 of 10 points. Take 2 away."),
        ("six-2-2-0-0", "Enter a whole number from 0 to 10."),
        ("1e1-0-0-0-0", "Enter a whole number from 0 to 10."),
        ("٣-7-0-0-0", "Enter a whole number from 0 to 10."),
    ],
)
def test_an_invalid_form_answers_422_keeps_what_was_typed_and_stores_nothing(
    owner, typed, sentence
):
    response = owner.post("/", points(typed, submission="4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert "<title>Error: " in page
    assert sentence in page
    for name, text in points(typed).items():
        assert f'name="{name}" value="{text}"' in page
    assert "4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1" in page
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("text", ["\0", "3\0", "<script>alert(1)</script>", '"><b>', "9" * 10_000])
def test_hostile_text_is_refused_and_shown_as_text(owner, text):
    response = owner.post("/", points("0-2-2-0-0") | {"business_driven": text})
    assert response.status_code == 422
    assert b"<script>alert" not in response.content
    assert b'"><b>' not in response.content
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("split", ["6-2-2-0-0", "3-0-0-0-0", "9-9-0-0-0", "six-0-0-0-0"])
def test_a_step_answers_200_with_the_new_rest_and_stores_nothing(owner, split):
    response = owner.post("/", points(split, step="job_seeking-"))
    assert response.status_code == 200
    assert b"There is a problem" not in response.content
    assert not Assessment.objects.exists()


def test_a_step_adds_a_point(client, db):
    response = client.post("/", points("3-0-0-0-0", step="job_seeking+"))
    page = response.content.decode()
    assert "6 of 10 points left" in page
    assert 'name="job_seeking" value="1"' in page


@pytest.mark.parametrize(
    ("split", "disabled"),
    [
        ("0-0-0-0-0", ["business", "community", "learning", "job", "vanity"]),
        ("6-2-1-0-x", ["job", "vanity"]),
        ("9-9-0-0-0", ["learning", "job", "vanity"]),
    ],
)
def test_a_button_that_can_take_nothing_away_says_so(client, db, split, disabled):
    page = client.post("/", points(split)).content.decode()
    buttons = re.findall('<button class="step" [^>]*value="([a-z]+)_[a-z]+-"([^>]*)>', page)
    assert len(buttons) == 5
    assert [name for name, rest in buttons if 'aria-disabled="true"' in rest] == disabled


def test_a_missing_field_is_refused(owner):
    form = points("6-2-2-0-0")
    del form["vanity_project"]
    assert owner.post("/", form).status_code == 422
    assert not Assessment.objects.exists()


def test_a_field_sent_twice_is_refused(owner):
    assert owner.post("/", points("6-2-2-0-0") | {"job_seeking": ["0", "0"]}).status_code == 422
    assert not Assessment.objects.exists()


def test_nothing_sent_at_all_is_refused(owner):
    assert owner.post("/").status_code == 422


@pytest.mark.parametrize("submission", ["", "nonsense", "\0", "0" * 1_000])
def test_a_damaged_submission_counts_as_a_new_one(owner, submission):
    assert owner.post("/", points("6-2-2-0-0", submission=submission)).status_code == 302
    assert Assessment.objects.count() == 1


def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post("/", points("6-2-2-0-0", submission="kept"))
    page = response.content.decode()
    assert response.status_code == 403
    assert "What you typed is still here" in page
    assert 'name="business_driven" value="6"' in page
    assert 'name="submission" value="kept"' in page
    assert not Assessment.objects.exists()


def test_the_page_of_one_visitor_is_not_kept_for_another(client, db):
    response = client.get("/")
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


# --- Coming back ------------------------------------------------------------------------------


def test_the_first_time_begins_at_zero_and_compares_with_nothing(owner):
    page = owner.get("/").content.decode()
    assert "Start from my last result" not in page
    assert "was 0" not in page
    assert owner.get("/?start=last").context["form"].points_used == 0


def test_whoever_has_a_history_may_start_from_the_last_split(owner, user):
    make_assessment(user, "10-0-0-0-0", taken_at=NOON)
    make_assessment(user, "4-6-0-0-0", taken_at=NOON + timedelta(days=1))
    response = owner.get("/")
    assert "Start from my last result" in response.content.decode()
    assert response.context["form"].points_used == 0
    page = owner.get("/?start=last").content.decode()
    assert 'name="business_driven" value="4"' in page
    assert 'name="community_spirit" value="6"' in page


def test_a_retake_shows_what_changed_at_each_purpose(owner, user):
    make_assessment(user, "4-6-0-0-0")
    page = owner.get("/?start=last").content.decode()
    assert page.count(">was ") == 5
    assert 'action="/?start=last"' in page
    for answer in (
        owner.post("/?start=last", points("5-3-0-0-0", step="business_driven+")),
        owner.post("/?start=last", points("6-3-0-0-0")),
    ):
        page = answer.content.decode()
        assert ">was 4, now 6<" in page
        assert ">was 6, now 3<" in page
        assert page.count(">was 0<") == 3


def test_the_last_split_is_not_shown_before_it_is_asked_for(owner, user):
    """On a shared tablet, someone else may open the page."""
    make_assessment(user, "4-6-0-0-0")
    for answer in (
        owner.get("/"),
        owner.post("/", points("5-3-0-0-0", step="business_driven+")),
        owner.post("/", points("6-3-0-0-0")),
    ):
        page = answer.content.decode()
        assert ">was " not in page
        assert "60%" not in page
        assert 'action="/"' in page


def test_every_private_page_says_who_is_signed_in_and_how_to_leave(owner, user):
    pages = (
        "/",
        "/history/",
        "/goal/",
        "/tips/",
        "/reminders/",
        "/settings/",
        "/try/",
        "/nowhere/",
    )
    for path in pages:
        page = owner.get(path).content.decode()
        assert f"Signed in as <bdi>{user.email}</bdi>." in page, path
        assert '<a href="/accounts/logout/">Sign out</a>' in page, path


def test_a_public_page_names_nobody(owner, user):
    page = owner.get("/purposes/").content.decode()
    assert "Signed in as" not in page
    assert user.email not in page


def test_nobody_starts_from_somebody_elses_split(stranger, user):
    make_assessment(user, "4-6-0-0-0")
    page = stranger.get("/?start=last").content.decode()
    assert "Start from my last result" not in page
    assert 'name="business_driven" value="0"' in page


def test_a_visitor_without_an_account_starts_at_zero(client, db):
    assert client.get("/?start=last").context["form"].points_used == 0


def test_the_form_can_begin_with_a_split_that_was_looked_at(client, db):
    assert 'href="/?start=6-2-2-0-0"' in client.get("/splits/6-2-2-0-0/").content.decode()
    form = client.get("/?start=6-2-2-0-0").context["form"]
    assert list(form.points.values()) == [6, 2, 2, 0, 0]


@pytest.mark.parametrize("start", ["6-2-2-0-1", "nonsense", "%00", "6-2-2-0-0-0", ""])
def test_any_other_start_is_an_empty_form(client, db, start):
    assert client.get(f"/?start={start}").context["form"].points_used == 0
