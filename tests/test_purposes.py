import pytest
from django.test import Client
from django.utils.html import escape

from purposeapp.models import Tip
from purposeapp.split import Purpose
from tests.make import make_tip


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


def test_it_can_only_be_read(client, db):
    assert client.post("/purposes/job-seeking/").status_code == 405
