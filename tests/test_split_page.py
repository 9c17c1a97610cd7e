import pytest
from django.test import Client
from django.utils.html import escape

from purposeapp import sentences
from purposeapp.models import Tip
from purposeapp.public import memory
from purposeapp.split import Purpose, Split
from tests.make import make_tip


def test_every_split_has_a_page_with_its_sentence_and_exactly_its_tips(client, db):
    Tip.objects.all().delete()
    for purpose in Purpose:
        make_tip(purpose, f"Advice on {purpose.value}")
    for split in Split.all():
        response = client.get(f"/splits/{split}/")
        page = response.content.decode()
        assert response.status_code == 200
        assert f"<h1>{escape(sentences.headline(split))}</h1>" in page
        assert escape(sentences.rest(split)) in page
        shown = [p for p in Purpose if f"Advice on {p.value}<" in page]
        assert sorted(shown) == sorted(split.spent)
        places = [page.index(f"Advice on {purpose.value}<") for purpose in split.spent]
        assert places == sorted(places)
        assert page.count('<i class="cell ') == 10
        assert ("Thank you for the honesty" in page) == (split.vanity_project > 0)
        assert page.count("A path from here") == (split.learning_sponge > 0) + (
            split.vanity_project > 0
        )


def test_the_table_says_points_share_and_minutes_largest_first(client, db):
    rows = client.get("/splits/0-2-2-6-0/").context["result"].rows
    assert [(r.purpose, r.points, r.percentage, r.minutes) for r in rows] == [
        ("job_seeking", 6, 60, 36),
        ("community_spirit", 2, 20, 12),
        ("learning_sponge", 2, 20, 12),
        ("business_driven", 0, 0, 0),
        ("vanity_project", 0, 0, 0),
    ]


def test_tips_stand_in_the_order_of_staff_and_by_audience(client, db):
    Tip.objects.all().delete()
    for text, position, audience in [
        ("third", 1, "employer"),
        ("second", 2, "candidate"),
        ("first", 9, "everyone"),
        ("fourth", 3, "employer"),
    ]:
        make_tip(Purpose.JOB_SEEKING, text, position=position, audience=audience)
    page = client.get("/splits/0-0-0-10-0/").content.decode()
    words = ["first", "Candidates", "second", "Employers", "third", "fourth"]
    places = [page.index(f">{word}<") for word in words]
    assert places == sorted(places)


def test_a_purpose_without_tips_does_no_harm(client, db):
    Tip.objects.all().delete()
    assert client.get("/splits/2-2-2-2-2/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "6-2-2-0",
        "6-2-2-0-0-0",
        "6-2-2-0-1",
        "5-2-2-0-0",
        "06-2-2-0-0",
        "11-0-0-0-0",
        "٣-7-0-0-0",
        "1e1-0-0-0-0",
        "6-2-2-0-0%00",
        "6-2-2-0-0%0A",
        "-1-5-6-0-0",
        "9" * 10_000,
        "",
    ],
)
def test_what_is_not_a_split_is_a_404(client, db, path):
    response = client.get(f"/splits/{path}/")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_can_only_be_read(client, db, method):
    assert getattr(client, method)("/splits/6-2-2-0-0/").status_code == 405


def test_it_is_the_same_for_everybody_and_knows_nobody(owner):
    anonymous = Client().get("/splits/6-2-2-0-0/")
    signed_in = owner.get("/splits/6-2-2-0-0/")
    assert anonymous.content == signed_in.content
    for response in (anonymous, signed_in):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_repeat_costs_a_304_until_a_tip_changes(client, db):
    first = client.get("/splits/6-2-2-0-0/")
    headers = {"If-None-Match": first["ETag"]}
    assert client.get("/splits/6-2-2-0-0/", headers=headers).status_code == 304
    Tip.objects.filter(key="business-groups").update(text="Something new.")
    again = client.get("/splits/6-2-2-0-0/", headers=headers)
    assert again.status_code == 200
    assert "Something new." in again.content.decode()


def test_it_costs_two_queries_however_many_tips(client, db, django_assert_num_queries):
    for number in (1, 30):
        for i in range(number):
            make_tip(text=f"tip {number} {i}")
        memory.clear()
        with django_assert_num_queries(2):  # the version of the tips, and the tips
            client.get("/splits/2-2-2-2-2/")


def test_text_of_a_tip_is_shown_as_text(client, db):
    make_tip(text="<script>alert(1)</script> & more", key="hostile")
    page = client.get("/splits/10-0-0-0-0/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
