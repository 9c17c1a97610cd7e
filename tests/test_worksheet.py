from django.test import Client

from purposeapp.split import Purpose
from tests.support.make import make_tip


def test_the_sheet_has_ten_empty_cells_for_each_of_the_five(client, db):
    page = client.get("/worksheet/").content.decode()
    assert page.count("<i></i>") == 50
    places = [page.index(f"<h2>{purpose.label}</h2>") for purpose in Purpose]
    assert places == sorted(places)


def test_it_is_the_same_for_everybody(owner):
    anonymous = Client().get("/worksheet/")
    assert anonymous.content == owner.get("/worksheet/").content
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")


def test_its_tips_are_for_anybody(client, db):
    for number, kind in enumerate([{"direction": "falling"}, {"audience": "candidate"}]):
        make_tip(key=f"some-{number}", purpose="job_seeking", position=0, text="Some.", **kind)
    assert "Some." not in client.get("/worksheet/").content.decode()
    make_tip(key="anyone", purpose="job_seeking", position=0, text="Anyone.")
    assert "Anyone." in client.get("/worksheet/").content.decode()
