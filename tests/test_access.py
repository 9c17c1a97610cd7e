"""Every URL answers each role and method as in the table of tests/support/access.py."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve

from tests.support.access import (
    METHODS,
    NO_TOKEN,
    World,
    sections,
)


@pytest.fixture
def world(db, linkedin):
    return World(linkedin=linkedin.url)


@pytest.mark.parametrize(("heading", "rows"), sections())
def test_everybody_gets_what_the_table_says(world, heading, rows):
    assert [world.row(heading, row.split()[0]) for row in rows] == rows


def test_a_string_from_outside_is_never_the_name_of_a_view(world):
    """`redirect()` accepts view names as well as URLs, and raises an error for an unknown name."""
    said = "no such view"
    for _, rows in sections():
        for address in (row.split()[0] for row in rows):
            path = f"{address.format(**world.values)}?{urlencode({'next': said})}"
            role = "superuser" if address.startswith("/admin/") else "owner"
            for method in ("GET", "POST"):
                assert world.ask(role, method, path, referer=said).status_code < 500


def test_every_url_is_in_the_table(world):
    def routes(resolver, before="") -> Iterator[str]:
        for pattern in resolver.url_patterns:
            route = before + str(pattern.pattern).removeprefix("^")
            yield from routes(pattern, route) if isinstance(pattern, URLResolver) else [route]

    addresses = [row.split()[0] for _, rows in sections() for row in rows]
    tried = {resolve(address.format(**world.values)).route for address in addresses}
    missing = sorted(set(routes(get_resolver())) - tried)
    assert missing == [], "Add a row for each of these to the table in tests/support/access.py."


def test_nothing_is_sent_without_a_csrf_token(world):
    browser, sent = Client(enforce_csrf_checks=True), []
    for _, rows in sections():
        for address, cell, *_ in map(str.split, rows):
            path = address.format(**world.values)
            if cell[METHODS.index("POST")] == "-":
                continue
            if world.ask("owner", "POST", path, browser).status_code != 403:
                sent.append(address)
    assert sent == NO_TOKEN


def test_no_page_is_shown_in_the_words_of_allauth(world):
    addresses = [row.split()[0] for _, rows in sections() for row in rows]
    for path in (each for each in addresses if each.startswith("/accounts/")):
        for role in ("anonymous", "owner"):
            used = getattr(world.ask(role, "GET", path), "templates", [])
            assert not [each.name for each in used if "/allauth/" in each.origin.name], path
