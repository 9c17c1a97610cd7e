"""Probes and preview cards are answered before the middleware for people, and aren't logged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PROBES = ["/healthz", "/readyz"]
CARDS = ["/questionnaire.png", "/splits/6-2-2-0-0.png", "/purposes/job-seeking.png"]


@pytest.mark.parametrize("path", [*PROBES, *CARDS])
def test_it_needs_nothing_that_is_for_people(client, db, settings, caplog, path):
    """No session lookup, no log line, no compression."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, headers={"accept-encoding": "gzip"})
    assert response.status_code == 200
    assert not [query for query in queries if "session" in query["sql"]]
    assert not caplog.records
    assert not response.has_header("Content-Encoding")
    assert response["Content-Length"] == str(len(response.content))
    assert response["Content-Security-Policy"]


@pytest.mark.parametrize("path", [*PROBES, *CARDS])
def test_its_route_is_known_to_whoever_counts(client, db, path):
    assert client.get(path).wsgi_request.resolver_match.route


@pytest.mark.parametrize("path", [*PROBES, *CARDS])
def test_a_host_that_is_not_ours_is_refused(client, db, path):
    assert client.get(path, headers={"host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize("path", [*PROBES, *CARDS])
def test_another_method_is_refused(client, db, path):
    response = client.post(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/questionnaire.png", 301)])
def test_only_probes_are_answered_without_https(client, db, settings, path, status):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == status


@pytest.mark.parametrize("path", ["/nothing.png", "/splits/6-2-2-0-1.png", "/healthz/"])
def test_an_address_like_one_of_them_is_a_page_that_is_not_there(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert b"Page not found" in response.content


@pytest.mark.parametrize(
    ("path", "status"),
    [("/admin/x.png", 302), ("/admin/x/y.png", 302), ("/accounts/x.png", 404)],
)
def test_an_address_of_pages_for_people_is_none_of_them(client, db, path, status):
    """The admin answers every address below its own, and needs to know who asks."""
    picture, other = client.get(path), client.get(path.replace(".png", "/"))
    assert picture.status_code == other.status_code == status


def test_a_card_that_the_browser_has_is_a_304_without_a_length(client, db):
    etag = client.get(CARDS[0])["ETag"]
    response = client.get(CARDS[0], headers={"if-none-match": etag})
    assert response.status_code == 304
    assert not response.has_header("Content-Length")
