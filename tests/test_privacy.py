"""The privacy page says what the code does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from purposeapp.accounts.pending import MAX_PENDING
from purposeapp.community import MIN_CELL, MIN_CHANGED, MIN_PEOPLE
from purposeapp.models import Session
from tests.support.make import PASSWORD, make_assessment, make_user, points
from tests.support.rooms import make_room, spend_in

PATH = "/privacy/"


@pytest.fixture
def page(client, db) -> str:
    return client.get(PATH).content.decode()


def test_it_is_the_same_for_everybody(owner):
    anonymous = Client().get(PATH)
    assert anonymous.status_code == 200
    assert anonymous.content == owner.get(PATH).content
    assert anonymous["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")


def test_a_page_that_was_made_already_costs_no_query(
    client, db, settings, django_assert_num_queries
):
    settings.PUBLIC_PAGE_SECONDS = 60
    client.get(PATH)
    with django_assert_num_queries(0):
        client.get(PATH)


@pytest.mark.parametrize("path", ["/", "/splits/6-2-2-0-0/", "/accounts/login/", PATH, "/nothing/"])
def test_every_page_links_to_it(client, db, path):
    assert f'href="{PATH}"' in client.get(path).content.decode()


def test_it_leads_to_all_that_it_speaks_of(page):
    main = page.partition("<main")[2].partition("</main>")[0]
    links = re.findall('href="([^"]+)"', main)
    assert links == [
        "/community/",
        "/settings/community/",
        "/history/export.json",
        "/history/export.csv",
        "/history/import/",
        "/history/",
        "/accounts/delete/",
    ]
    for link in links:
        assert resolve(link)


def test_it_names_every_cookie_that_is_ever_set(client, user, page):
    items = [" ".join(item.split()) for item in re.findall("<li>(.*?)</li>", page, re.DOTALL)]
    named = {re.search("<code>(.+?)</code>", item)[1] for item in items if "cookie" in item[:50]}
    room = make_room(make_user("host@example.org"))
    seen = {"timezone"}  # by static/js/time_zone.js
    for request in (
        lambda: client.get("/"),
        lambda: client.post("/", points("6-2-2-0-0")),
        lambda: client.post(
            "/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True
        ),
        lambda: client.post(make_assessment(user).get_absolute_url(), {"note": "kept"}),
        lambda: spend_in(client, room, "6-2-2-0-0"),
        lambda: client.post("/accounts/logout/"),
    ):
        request()
        seen |= set(client.cookies)
    assert seen == named == {"sessionid", "csrftoken", "seat", "timezone"}


def test_a_session_lasts_as_long_as_it_says(client, page):
    assert "delete them 14 days after your last visit" in page
    assert "at most 180 days" in page
    client.post("/", points("6-2-2-0-0"))
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(days=13) < left <= timedelta(days=14)


def test_as_many_results_wait_as_it_says(page):
    assert f"at most your last {MAX_PENDING} results" in page


def test_it_names_all_that_scripts_leave_in_the_browser(page):
    scripts = "".join(path.read_text() for path in Path("static/js").glob("*.js"))
    stored = set(re.findall(r'torage\.setItem\((?:"([a-z-]+)"|key)', scripts))
    # The keys of drafts begin with a prefix.
    assert stored == {
        "",
        "account",
        "account-key",
        "came-from",
        "own-split",
        "theme",
        "typed-email",
    }
    assert 'const PREFIX = "draft ";' in scripts
    assert len(re.findall(r"torage\.setItem\(", scripts)) == 7
    assert set(re.findall("<code>([a-z-]+)</code> is", page)) == {
        "account",
        "account-key",
        "came-from",
        "draft",
        "own-split",
        "theme",
        "typed-email",
    }


def test_the_communitys_picture_is_released_by_the_rules_that_it_says(page):
    words = " ".join(page.split())
    assert (
        f"shares of at least {MIN_PEOPLE} people, and no number about fewer than {MIN_CELL}"
        in words
    )
    assert f"only after at least {MIN_CHANGED} people's results have changed" in words


def test_limits_are_stored_without_an_address_or_an_account(client, db):
    cache.clear()
    form = {"login": "someone@example.org", "password": "wrong"}
    client.post("/accounts/login/", form, headers={"x-forwarded-for": "203.0.113.7"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert keys
    for key in keys:
        assert re.fullmatch("[0-9a-f]{64}", key)


def test_nothing_on_it_comes_from_elsewhere(page):
    assert not re.findall('(?:src|href)="(?:https?:)?//', page)


def test_it_names_nobody_to_ask_where_no_contact_is_set(page):
    assert "Questions about your data?" not in page


def test_it_says_whom_to_ask(client, db, settings):
    settings.CONTACT_EMAIL = "a+b&c@purposes.example"
    page = client.get(PATH).content.decode()
    link = '<a href="mailto:a%2Bb%26c@purposes.example">a+b&amp;c@purposes.example</a>'
    assert f"Questions about your data? Write to {link}." in page
