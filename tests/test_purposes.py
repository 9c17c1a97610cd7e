import re

import pytest
from django.test import Client
from django.utils.html import escape

from purposeapp.advice.fit import WHEN, Audience, Direction
from purposeapp.models import Tip
from purposeapp.split import Purpose
from purposeapp.views.purposes import PAGE_SIZE
from tests.support.make import make_tip


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_has_a_page_with_its_tips_and_no_others(client, db, purpose):
    Tip.objects.all().delete()
    for each in Purpose:
        make_tip(each, f"Advice on {each.value}")
    page = client.get(f"/purposes/{purpose.slug}/").content.decode()
    assert f"<h1>{purpose.label}</h1>" in page
    assert str(escape(purpose.about)) in page
    assert [each for each in Purpose if f"Advice on {each.value}<" in page] == [purpose]
    assert ("A path from here" in page) == (purpose.path is not None)
    for other in Purpose:
        assert (f'href="/purposes/{other.slug}/"' in page) or other == purpose


def test_both_sides_of_job_seeking_are_there(client, db):
    page = client.get("/purposes/job-seeking/").content.decode()
    assert "Candidates" in page
    assert "Employers" in page


def test_it_is_the_same_for_everybody(owner):
    anonymous = Client().get("/purposes/job-seeking/")
    assert anonymous.content == owner.get("/purposes/job-seeking/").content
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"


@pytest.mark.parametrize("name", ["nothing", "business_driven", "Business-driven", "business"])
def test_what_is_no_purpose_is_a_404(client, db, name):
    assert client.get(f"/purposes/{name}/").status_code == 404


def test_every_tip_is_there_whatever_it_is_for_and_says_when(client, db):
    Tip.objects.all().delete()
    for direction in Direction:
        make_tip(text=f"This is {direction}", direction=direction, points_from=0)
    page = client.get("/purposes/business-driven/").content.decode()
    for direction in Direction:
        when = f'<p class="why">{WHEN[direction]}</p>' if direction in WHEN else ""
        assert f"<li>This is {direction}{when}</li>" in page


def test_a_draft_is_not_there(client, db):
    make_tip(text="Not yet", state="draft")
    assert "Not yet" not in client.get("/purposes/business-driven/").content.decode()


def test_many_tips_come_in_pages_that_have_each_once(
    client, db, settings, django_assert_num_queries
):
    settings.PUBLIC_PAGE_SECONDS = 60
    Tip.objects.all().delete()
    tips = [
        make_tip(Purpose.JOB_SEEKING, f"Tip {number:03}", audience=list(Audience)[number % 3])
        for number in range(2 * PAGE_SIZE + 1)
    ]
    seen = []
    for number in (1, 2, 3):
        # The version of published content and, once, the tips and the sentences.
        with django_assert_num_queries(3 if number == 1 else 0):
            page = client.get(f"/purposes/job-seeking/?page={number}").content.decode()
        seen += re.findall("<li>(Tip [0-9]+)</li>", page)
        assert (f'href="?page={number + 1}#tips"' in page) == (number < 3)
        assert ("Back to the first" in page) == (number > 1)
    by_audience = sorted(tips, key=lambda tip: (list(Audience).index(tip.audience), tip.key))
    assert seen == [tip.text for tip in by_audience]
    assert client.get("/purposes/job-seeking/?page=4").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.0", "9" * 30, "²", "\x00"])
def test_what_is_no_number_of_a_page_leads_to_the_first(client, db, page):
    response = client.get("/purposes/job-seeking/", {"page": page})
    assert (response.status_code, response.url) == (302, "/purposes/job-seeking/")


# --- All five of them ---------------------------------------------------------------------------


def test_the_five_stand_on_one_page_with_the_way_to_each(client, db):
    page = client.get("/purposes/").content.decode()
    places = [
        page.index(f'href="/purposes/{purpose.slug}/">{purpose.label}<') for purpose in Purpose
    ]
    assert places == sorted(places)
    for purpose in Purpose:
        assert str(escape(purpose.description)) in page
    ways = [purpose.path.to.label for purpose in Purpose if purpose.path]
    assert re.findall("Can lead to (.*?)[.]", page) == ways
    assert "Spend ten points" in page


def test_the_page_of_all_five_is_the_same_for_everybody_and_only_read(owner):
    anonymous = Client().get("/purposes/")
    assert anonymous.content == owner.get("/purposes/").content
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert owner.post("/purposes/").status_code == 405
