import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape

from purposeapp import sentences
from purposeapp.advice.fit import Situation
from purposeapp.advice.result import Result
from purposeapp.advice.selection import MAX_MORE
from purposeapp.models import Tip
from purposeapp.split import Purpose
from purposeapp.web.page_cache import page_cache
from tests.support.make import make_assessment, make_tip
from tests.support.pages import words_of
from tests.support.splits import EVERY_SPLIT, one_of_each

THANKS = "thank you: what you share makes a difference to other people."


def test_a_page_says_its_sentence_and_exactly_the_tips_of_its_purposes(client, db):
    """Check each set of purposes that can have points; tests/test_fit.py covers the choice."""
    Tip.objects.all().delete()
    for purpose in Purpose:
        make_tip(purpose, f"Advice on {purpose.value}")
    splits = one_of_each(lambda split: frozenset(split.spent))
    assert len(splits) == 31
    for split in splits:
        response = client.get(f"/splits/{split}/")
        page = response.content.decode()
        assert response.status_code == 200
        assert f"<h1>{escape(sentences.headline(split))}</h1>" in page
        assert escape(sentences.subheadline(split)) in page
        shown = [p for p in Purpose if f"Advice on {p.value}<" in page]
        assert sorted(shown) == sorted(split.spent)
        places = [page.index(f"Advice on {purpose.value}<") for purpose in split.spent]
        assert places == sorted(places)
        assert page.count('<i class="cell ') == 10
        assert (THANKS in page) == (split.community_spirit > 0)
        if split.community_spirit:
            # The first words under its name, before any tip.
            assert page.index(THANKS) < page.index("Advice on community_spirit<")
        assert ("It takes courage to give points to this one." in page) == (
            split.vanity_project > 0
        )
        assert page.count("A path from here") == (split.learning_sponge > 0) + (
            split.vanity_project > 0
        )


def test_every_split_has_exactly_the_tips_of_its_purposes_in_the_order_of_its_points(db):
    Tip.objects.all().delete()
    tips = [make_tip(purpose, f"Advice on {purpose.value}") for purpose in Purpose]
    for split in EVERY_SPLIT:
        advice = Result(Situation(split), tips).advice
        assert [each.purpose for each in advice] == list(split.spent)
        assert [[each.tip.purpose for each in part.at_once] for part in advice] == [
            [purpose] for purpose in split.spent
        ]


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
    assert "Page not found" in response.content.decode()


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


def test_it_costs_four_queries_however_many_tips(client, db, settings, django_assert_num_queries):
    settings.PUBLIC_PAGE_SECONDS = 60
    for number in (1, 30):
        for i in range(number):
            make_tip(text=f"tip {number} {i}")
        page_cache.clear()
        # version of published content, tips, portrait, community picture
    with django_assert_num_queries(4):
        client.get("/splits/2-2-2-2-2/")


def test_it_costs_the_same_with_two_hundred_tips_and_shows_few(
    client, db, settings, django_assert_num_queries
):
    settings.PUBLIC_PAGE_SECONDS = 60
    Tip.objects.bulk_create(
        Tip(key=f"tip-{number}", purpose=purpose, text=f"Tip {number}.", state="published")
        for purpose in Purpose
        for number in [f"{purpose.value}-{n}" for n in range(40)]
    )
    with django_assert_num_queries(4):
        response = client.get("/splits/2-2-2-2-2/")
    advice = response.context["result"].advice
    assert [len(each.at_once) for each in advice] == [2] * 5
    assert [len(each.more) for each in advice] == [MAX_MORE] * 5
    page = response.content.decode()
    assert page.count(f">{MAX_MORE} more tips<") == 5
    assert page.count("All tips for ") == 5
    assert len(re.findall("Tip [a-z_]+-[0-9]+[.]", page)) <= 5 * (2 + MAX_MORE)


def test_a_draft_and_what_is_archived_are_not_shown(client, db):
    for state in ("draft", "archived"):
        make_tip(text=f"Kept as {state}", state=state, position=1)
    assert "Kept as" not in client.get("/splits/10-0-0-0-0/").content.decode()


def sides_on(page: str) -> list[tuple[str, bool]]:
    links = re.findall(r'<a href="[?]as=([a-z]+)#job-seeking"\s+rel="nofollow"([^>]*)>', page)
    return [(side, current == ' aria-current="true"') for side, current in links]


def test_job_seeking_asks_which_side(client, db):
    page = client.get("/splits/2-2-0-6-0/").content.decode()
    assert "Are you looking for a job or hiring?" in page
    assert sides_on(page) == [("candidate", False), ("employer", False), ("both", False)]
    assert "Candidates</h4>" in page
    assert "Employers</h4>" in page
    assert (
        "Are you looking for a job or hiring?"
        not in client.get("/splits/6-2-2-0-0/").content.decode()
    )


@pytest.mark.parametrize(
    ("side", "shown"),
    [("candidate", [True, False]), ("employer", [False, True]), ("both", [True, True])],
)
def test_each_side_gets_its_own_tips(client, db, side, shown):
    Tip.objects.all().delete()
    for audience in ("candidate", "employer"):
        make_tip(Purpose.JOB_SEEKING, f"For the {audience}", audience=audience)
    page = client.get(f"/splits/2-2-0-6-0/?as={side}").content.decode()
    assert [f"For the {audience}" in page for audience in ("candidate", "employer")] == shown
    assert "Are you looking for a job or hiring?" not in page
    assert (side, True) in sides_on(page)
    assert len(sides_on(page)) == 3
    assert ("Candidates</h4>" in page) == (side == "both")


@pytest.mark.parametrize("query", ["as=everyone", "as=", "as=x", "side=candidate", "as=%00"])
def test_a_side_that_there_is_not_is_as_none(client, db, query):
    plain = client.get("/splits/2-2-0-6-0/")
    assert client.get(f"/splits/2-2-0-6-0/?{query}", follow=True).content == plain.content


@pytest.mark.parametrize("side", ["candidate", "employer", "both"])
def test_what_is_passed_on_has_no_side(client, db, side):
    address = f"{settings.PUBLIC_URL}/splits/2-2-0-6-0/"
    page = client.get(f"/splits/2-2-0-6-0/?as={side}").content.decode()
    assert re.findall('<link rel="canonical" href="([^"]+)">', page) == [address]
    assert re.findall('<meta property="og:url" content="([^"]+)">', page) == [address]
    assert f'data-url="{address}"' in page
    assert "as%3D" not in page


def test_the_markdown_of_a_tip_is_shown(client, db):
    make_tip(text="Be *kind*, see [why](https://example.org/).", key="kind", position=1)
    page = client.get("/splits/10-0-0-0-0/").content.decode()
    link = '<a href="https://example.org/" rel="noopener noreferrer">why</a>'
    assert f"<li>Be <em>kind</em>, see {link}.</li>" in page


def test_text_of_a_tip_is_shown_as_text(client, db):
    make_tip(text="<script>alert(1)</script> & more", key="hostile", position=1)
    page = client.get("/splits/10-0-0-0-0/").content.decode()
    assert "&amp; more" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("pair", "title", "lead"),
    [
        (
            "6-2-2-0-0/with/1-1-1-7-0",
            "3 of your ten points match",
            "You put 5 more points on Business driven, and 7 fewer on Job seeking.",
        ),
        (
            "3-3-3-1-0/with/2-3-3-1-1",
            "9 of your ten points match",
            "You put 1 more point on Business driven, and 1 fewer on Vanity project.",
        ),
        ("10-0-0-0-0/with/0-0-0-0-10", "None of your ten points match", "You put 10 more"),
        ("6-2-2-0-0/with/6-2-2-0-0", "You both spend your points the same way", "Your result"),
    ],
)
def test_two_results_are_compared_side_by_side(client, db, pair, title, lead):
    page = client.get(f"/splits/{pair}/").content.decode()
    assert f"<h1>{title}</h1>" in page
    assert lead in words_of(client.get(f"/splits/{pair}/"))
    assert ("You put" in page) == ("same way" not in title)
    assert "Send your result to the person who sent you theirs" in page
    assert '<meta name="robots" content="noindex">' in page
    for split in pair.split("/with/"):
        assert f'href="/splits/{split}/"' in page


def test_pairs_are_not_cached_as_there_are_a_million(client, db, monkeypatch):
    put = {}
    monkeypatch.setattr(
        page_cache, "put", lambda key, version, _page: put.update({key[1]: version})
    )
    client.get("/splits/6-2-2-0-0/with/2-2-2-2-2/")
    client.get("/splits/6-2-2-0-0/")
    assert put["/splits/6-2-2-0-0/"]
    assert put["/splits/6-2-2-0-0/with/2-2-2-2-2/"] is None


@pytest.mark.parametrize("pair", ["6-2-2-0-0/with/6-2-2-0-1", "6-2-2-0-0/with/x", "1/with/1"])
def test_what_is_no_pair_of_splits_is_a_404(client, db, pair):
    assert client.get(f"/splits/{pair}/").status_code == 404


@pytest.mark.parametrize("split", ["6-2-2-0-0", "6-2-1-1-0"])
def test_whoever_shares_a_search_is_told_so(client, owner, user, split):
    """A post on LinkedIn, which a boss may read, has its author's name and the card's points."""
    own = make_assessment(user, split).get_absolute_url()
    shared, mine = words_of(client.get(f"/splits/{split}/")), words_of(owner.get(own))
    for said in (shared, mine):
        assert "the link, but a post on LinkedIn shows that it's from you." in said
    assert "Only the person who starts a talk or a room needs an account." in shared
    assert ("It shows the points on Job seeking too." in shared) == (split == "6-2-1-1-0")
    assert ("from you. It also shows your points on Job seeking." in mine) == (split == "6-2-1-1-0")
