from django.test import Client

from purposeapp.models import Tip
from purposeapp.split import Purpose
from tests.support.make import make_tip
from tests.support.pages import text_of, words_of


def test_the_sheet_has_ten_empty_cells_for_each_of_the_five(client, db):
    page = client.get("/worksheet/").content.decode()
    assert page.count("<i></i>") == 50
    places = [page.index(f"<h2>{purpose.label}</h2>") for purpose in Purpose]
    assert places == sorted(places)


def test_it_asks_for_no_name_since_a_host_may_read_it(client, db):
    said = words_of(client.get("/worksheet/"))
    assert "Name" not in said
    assert "Date Did I expect this? What happened in my life? Tips to start with" in said


def test_it_is_the_same_for_everybody(owner):
    anonymous = Client().get("/worksheet/")
    assert anonymous.content == owner.get("/worksheet/").content
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")


def test_its_tips_are_for_anybody_whatever_changed_before(client, db):
    for number, direction in enumerate(["falling", "wanted_more"]):
        make_tip(key=f"some-{number}", position=0, text="Some.", direction=direction)
    assert "Some." not in client.get("/worksheet/").content.decode()
    make_tip(key="anyone", position=0, text="Anyone.")
    assert "Anyone." in client.get("/worksheet/").content.decode()


def test_job_seeking_has_the_first_tip_for_each_side(client, db):
    make_tip("job_seeking", "Ask.", audience="candidate", position=2)
    make_tip("job_seeking", "Not first.", audience="candidate", position=3)
    make_tip("job_seeking", "Answer.", audience="employer", position=1)
    make_tip("job_seeking", "Not this.", audience="employer", position=0, points_from=6)
    page = text_of(client.get("/worksheet/"))
    assert "Job seeking Employers Answer. Candidates Ask. Vanity project" in page
    make_tip("job_seeking", "Be kind.", position=0)
    page = text_of(client.get("/worksheet/"))
    assert "Job seeking Be kind. Employers Answer. Candidates Ask. Vanity project" in page


def test_a_purpose_without_a_tip_is_left_out(client, db):
    Tip.objects.exclude(purpose="vanity_project").delete()
    page = text_of(client.get("/worksheet/"))
    assert "Tips to start with Vanity project Put your audience to use" in page
