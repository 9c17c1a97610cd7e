from django.test import Client

from purposeapp.split import Purpose


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
