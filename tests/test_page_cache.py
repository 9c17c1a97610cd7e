"""Public pages are rendered once, and then served from the page cache."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from purposeapp.models import Tip
from purposeapp.models.published_version import published_version
from purposeapp.web.latest_version import LatestVersion, latest_version
from purposeapp.web.page_cache import CachedResponse, PageCache, page_cache
from purposeapp.web.published import forget_published, published
from tests.support.make import make_tip

PATH = "/splits/6-2-2-0-0/"
SEEKING = "/splits/2-2-0-6-0/"
PUBLIC = [PATH, "/worksheet/"]


@pytest.fixture
def clock(monkeypatch, settings):
    """The clock of the page cache, which stands still until a test advances it."""
    settings.PUBLIC_PAGE_SECONDS = 1

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr("purposeapp.web.latest_version.time", clock)
    return clock


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_that_was_made_already_costs_no_query(
    client, db, clock, path, django_assert_num_queries
):
    first = client.get(path)
    with django_assert_num_queries(0):
        second = client.get(path)
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())
    assert "default-src 'none'" in second["Content-Security-Policy"]


def test_newer_tips_are_looked_for_once_a_second(client, db, clock, django_assert_num_queries):
    client.get(PATH)
    Tip.objects.filter(key="business-groups").update(text="Something new.")
    clock.now += 0.9
    assert "Something new." not in client.get(PATH).content.decode()
    clock.now += 0.2
    assert "Something new." in client.get(PATH).content.decode()
    clock.now += 1
    with django_assert_num_queries(1):
        client.get(PATH)


def test_whoever_has_a_session_sees_a_change_at_once(owner, clock, django_assert_num_queries):
    owner.get(PATH)
    Tip.objects.filter(key="business-groups").update(text="Something new.")
    assert "Something new." in owner.get(PATH).content.decode()
    with django_assert_num_queries(1):
        owner.get(PATH)


@pytest.mark.parametrize("change", ["update", "delete", "create"])
def test_any_change_of_a_published_tip_is_a_new_version(db, change):
    before = published_version()
    assert published_version() == before
    tips = Tip.objects.filter(key="business-groups")
    if change == "update":
        tips.update(position=1)
    elif change == "delete":
        tips.delete()
    else:
        make_tip(text="New.")
    assert published_version() != before


def test_there_is_a_version_without_any_tips(db):
    Tip.objects.all().delete()
    assert published_version()


@pytest.mark.parametrize("remembered", [False, True])
def test_a_browser_that_has_the_page_gets_a_304(client, db, clock, remembered):
    etag = client.get(PATH)["ETag"]
    if not remembered:
        page_cache.clear()
    response = client.get(PATH, headers={"if-none-match": etag})
    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == etag
    assert client.get(PATH, headers={"if-none-match": '"another"'}).status_code == 200


def test_revalidation_alone_fills_the_memory(client, db, clock, django_assert_num_queries):
    etag = client.get(PATH)["ETag"]
    page_cache.clear()
    client.get(PATH, headers={"if-none-match": etag})
    with django_assert_num_queries(0):
        assert client.get(PATH, headers={"if-none-match": etag}).status_code == 304


def test_compressed_and_plain_are_kept_apart(client, db, clock):
    for _ in range(2):
        plain = client.get(PATH)
        compressed = client.get(PATH, headers={"accept-encoding": "gzip"})
        assert "Content-Encoding" not in plain
        assert compressed["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in plain["Vary"]


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("query", ["", "?as=both"])
def test_a_head_has_the_headers_of_a_get_and_no_body(client, db, clock, query, encoding):
    options = {"headers": {"accept-encoding": encoding}}
    first = client.head(PATH + query, **options)
    page = client.get(PATH + query, **options)
    again = client.head(PATH + query, **options)
    assert page["ETag"]
    assert page.content
    for head in (first, again):
        assert (head.status_code, head.content) == (200, b"")
        # Compressed again, a page differs in a few random bytes (Django's defence against BREACH).
        assert {**head.headers, "Content-Length": ""} == {**page.headers, "Content-Length": ""}


def test_a_head_of_a_page_that_the_browser_has_is_a_304(client, db, clock):
    etag = client.get(PATH)["ETag"]
    page_cache.clear()
    for _ in range(2):
        assert client.head(PATH, headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("gzip;q=0", False),
        ("GZIP; Q=0.000, br", False),
        ("br, gzip ; q = 0 , deflate", False),
        ("gzip;q=0.001", True),
        ("gzip;q=0.5, br;q=0", True),
        ("br;q=0, gzip", True),
        ("*;q=0", False),
        ("identity;q=0, gzip", True),
    ],
)
@pytest.mark.parametrize("path", [PATH, "/", "/purposes/"])
def test_a_coding_of_weight_zero_is_not_used(client, db, clock, path, accepted, compressed):
    for _ in range(2):
        response = client.get(path, headers={"accept-encoding": accepted})
        assert response.get("Content-Encoding") == ("gzip" if compressed else None)


@pytest.mark.parametrize("path", ["/", "/history/", "/accounts/login/", "/nothing/", "/healthz"])
def test_nothing_else_is_kept(owner, clock, path):
    owner.get(path)
    assert page_cache._answers == {}


@pytest.mark.parametrize(
    "query",
    ["a=1", "n", "as=everyone", "as=both&a=1", "as=both&as=both", "as=Both", "as=", "as=b%6Fth"],
)
@pytest.mark.parametrize(
    "path", [PATH, "/sitemap.xml", "/privacy/", "/purposes/", "/purposes/job-seeking/"]
)
def test_an_unknown_query_leads_to_the_page_without_one(
    client, db, clock, path, query, django_assert_num_queries
):
    with django_assert_num_queries(0):
        response = client.get(f"{path}?{query}")
    assert (response.status_code, response.url) == (302, path)
    assert page_cache._answers == {}


def test_a_query_of_one_page_is_unknown_to_another(client, db, clock):
    for path in (f"{PATH}?page=2", "/privacy/?as=both", "/sitemap.xml?page=3"):
        assert client.get(path).status_code == 302
    assert client.get("/purposes/job-seeking/?page=1").status_code == 200


@pytest.mark.parametrize("side", ["candidate", "employer", "both"])
def test_each_side_of_job_seeking_is_kept_for_itself(
    client, db, clock, side, django_assert_num_queries
):
    plain, path = client.get(SEEKING), f"{SEEKING}?as={side}"
    first = client.get(path)
    with django_assert_num_queries(0):
        second = client.get(path)
        known = client.get(path, headers={"if-none-match": first["ETag"]})
        other = client.get(path, headers={"if-none-match": plain["ETag"]})
    assert second.content == first.content != plain.content
    assert first["ETag"] != plain["ETag"]
    assert (known.status_code, other.status_code) == (304, 200)
    assert client.get(SEEKING).content == plain.content


def test_a_tip_that_falls_due_shows_within_two_seconds(client, db, clock, monkeypatch):
    today = timezone.now()
    make_tip(text="From tomorrow on.", position=1, published_from=today + timedelta(days=1))
    before = client.get(PATH)
    monkeypatch.setattr(timezone, "now", lambda: today + timedelta(days=1))
    clock.now += 1.1
    after = client.get(PATH, headers={"if-none-match": before["ETag"]})
    assert "From tomorrow on." not in before.content.decode()
    assert "From tomorrow on." in after.content.decode()
    assert after["ETag"] != before["ETag"]


def test_a_host_that_is_not_ours_gets_nothing_from_memory(client, db, clock):
    client.get(PATH)
    assert Client(headers={"host": "evil.example"}).get(PATH).status_code == 400


@pytest.mark.parametrize("remembered", [False, True])
def test_every_answer_has_the_headers_that_protect(client, db, clock, remembered):
    etag = client.get(PATH)["ETag"]
    if not remembered:
        page_cache.clear()
    strangers = Client(headers={"host": "evil.example"})
    for response, status in (
        (client.get(PATH, headers={"if-none-match": etag}), 304),
        (client.get(PATH, headers={"if-match": '"another"'}), 412),
        (strangers.get(PATH), 400),
    ):
        assert response.status_code == status
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"


def test_an_encoding_that_only_looks_like_gzip_fills_no_compressed_place(client, db, clock):
    client.get(PATH, headers={"accept-encoding": "gzipped"})
    assert client.get(PATH, headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"


def test_what_is_kept_outlives_a_database_that_does_not_answer(client, db, clock, monkeypatch):
    page = client.get(PATH).content

    def fail():
        raise OperationalError

    monkeypatch.setattr("purposeapp.web.latest_version.published_version", fail)
    clock.now += 10
    assert client.get(PATH).content == page


def test_one_thread_looks_at_a_time_and_the_others_go_on(db, clock, monkeypatch):
    latest, looks, found = LatestVersion(), [], []
    known = latest.get()
    clock.now += 2

    def look():
        looks.append(1)
        for refresh in (False, True):
            other = Thread(target=lambda r=refresh: found.append(latest.get(refresh=r)))
            other.start()
            other.join()
        return "newer"

    monkeypatch.setattr("purposeapp.web.latest_version.published_version", look)
    assert latest.get() == "newer"
    assert (looks, found) == ([1], [known, known])


def test_after_a_look_that_failed_nothing_waits_for_another(db, clock, monkeypatch):
    latest_version.get()
    known = published()

    def fail():
        raise OperationalError

    monkeypatch.setattr("purposeapp.web.latest_version.published_version", fail)
    clock.now += 2
    assert published() is known
    forget_published()
    with pytest.raises(OperationalError), CaptureQueriesContext(connection) as queries:
        published()
    assert not queries.captured_queries


def test_a_look_that_breaks_off_lets_others_look(db, clock, monkeypatch):
    latest = LatestVersion()

    def break_off():
        raise KeyboardInterrupt

    monkeypatch.setattr("purposeapp.web.latest_version.published_version", break_off)
    with pytest.raises(KeyboardInterrupt):
        latest.get()
    monkeypatch.setattr("purposeapp.web.latest_version.published_version", lambda: "newer")
    clock.now += 2
    assert latest.get() == "newer"


def test_a_page_made_while_the_tips_changed_is_not_kept(db, clock):
    page_cache = PageCache()
    old = latest_version.get()
    Tip.objects.all().delete()
    clock.now += 2
    latest_version.get()
    page_cache.put(("http", "/", False), old, CachedResponse(b"old", {}))
    assert page_cache.get(("http", "/", False)) is None


@pytest.fixture
def small_cache(db, clock, monkeypatch):
    """A page cache with room for three responses of a hundred bytes."""
    monkeypatch.setattr("purposeapp.web.page_cache.MAX_BYTES", 300)
    return PageCache()


def keep(page_cache, name, size=100):
    answer = CachedResponse(b"x" * (size - 10), {"Vary": "Cookie"})
    page_cache.put((name,), latest_version.get(), answer)


def kept(page_cache):
    return [name for (name,) in page_cache._answers]


def test_the_least_recently_used_page_gives_way(small_cache):
    for name in "abc":
        keep(small_cache, name)
    assert small_cache.get(("a",)) is not None
    keep(small_cache, "d")
    assert kept(small_cache) == ["c", "a", "d"]
    assert small_cache.get(("b",)) is None


def test_a_large_page_takes_the_place_of_several(small_cache):
    for name in "abc":
        keep(small_cache, name)
    keep(small_cache, "large", 200)
    assert kept(small_cache) == ["c", "large"]
    keep(small_cache, "too large", 301)
    assert kept(small_cache) == []


def test_a_page_that_is_kept_again_counts_once(small_cache):
    for name in "abab":
        keep(small_cache, name)
    keep(small_cache, "c")
    assert kept(small_cache) == ["a", "b", "c"]
    small_cache.clear()
    for name in "abc":
        keep(small_cache, name)
    assert kept(small_cache) == ["a", "b", "c"]


def test_each_language_is_kept_for_itself(client, db, clock):
    english = client.get(PATH)
    with translation.override("de"):
        german = client.get(PATH)
        again = client.get(PATH, headers={"if-none-match": german["ETag"]})
    assert '<html lang="en">' in english.content.decode()
    assert '<html lang="de">' in german.content.decode()
    assert again.status_code == 304
    assert client.get(PATH).content == english.content
