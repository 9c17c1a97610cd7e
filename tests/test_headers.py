"""Every response has the security headers, whatever it is and whichever layer makes it."""

import re

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client

from tests.support.access import World, sections
from tests.support.headers import YEAR_S, check
from tests.support.make import PASSWORD, points
from tests.support.outage import database_away

KNOWN = "/splits/6-2-2-0-0/"
TO_HTTPS = {"x-forwarded-proto": "https"}
COOKIES = ("__Host-sessionid", "__Host-csrftoken")


@pytest.fixture
def https(settings):
    """Settings of a site with an https:// PUBLIC_URL."""
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = YEAR_S
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


def test_each_url_over_https_says_who_may_keep_its_page_and_how_its_text_is_encoded(
    db, linkedin, https
):
    """tests/test_access.py checks these headers for other methods and roles."""
    world, silent = World(linkedin=linkedin.url), []
    world.client = Client()  # a new one, with these settings
    for _heading, rows in sections():
        for address in (row.split()[0] for row in rows):
            path = address.format(**world.values)
            for role in ("anonymous", "superuser" if "/admin/" in path else "owner"):
                response = world.ask(role, "GET", path, **TO_HTTPS)
                check(response, is_secure=True)
                kind = response.get("Content-Type", "")
                is_text = kind.startswith("text/") or "xml" in kind
                if response.status_code == 200 and (
                    "Cache-Control" not in response or (is_text and "charset=" not in kind)
                ):
                    silent.append((role, address, kind))
    assert silent == []


@pytest.fixture
def fails(monkeypatch):
    """A function that makes an object raise an error."""

    def fails(name, error):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(name, fail)

    return fails


def answers(client, owner, fails):
    """Yield one response of each kind."""
    client.raise_request_exception = owner.raise_request_exception = False
    yield 200, client.get(KNOWN)
    yield 200, client.get(KNOWN)  # from the page cache
    etag = client.get(KNOWN)["ETag"]
    yield 304, client.get(KNOWN, headers={"if-none-match": etag})
    yield 412, client.get(KNOWN, headers={"if-match": '"another"'})
    yield 302, client.get(f"{KNOWN}?n")
    yield (
        304,
        client.get(
            "/questionnaire.png",
            headers={"if-none-match": client.get("/questionnaire.png")["ETag"]},
        ),
    )
    yield 400, client.get("/", headers={"host": "evil.example"})
    yield 400, client.get(KNOWN, headers={"host": "evil.example"})
    yield 400, client.get("/accounts/oidc/linkedin/login/callback/")
    yield 403, Client(enforce_csrf_checks=True).post("/", points("6-2-2-0-0"))
    yield 404, client.get("/nothing/")
    yield 404, client.get("/static/nothing.css")
    yield 405, client.post("/sitemap.xml")
    yield 422, client.post("/", points("6-2-x-0-0"))
    for _ in range(5):
        client.post("/accounts/login/", {"login": "a@example.org", "password": "wrong"})
    yield 429, client.post("/accounts/login/", {"login": "a@example.org", "password": PASSWORD})
    with database_away():
        yield 503, owner.get("/history/")
        yield 503, client.get("/readyz")
    fails("purposeapp.forms.QuestionnaireForm.is_valid", RequestDataTooBig())
    yield 413, client.post("/", points("6-2-2-0-0"))
    fails("purposeapp.forms.QuestionnaireForm.is_valid", RuntimeError())
    yield 500, client.post("/", points("6-2-2-0-0"))
    # An error in one of the outermost middlewares.
    fails("purposeapp.web.page_cache.page_cache.get", RuntimeError())
    yield 500, client.get(KNOWN)


def test_each_kind_of_answer(client, owner, linkedin, fails):
    client = Client()
    for status, response in answers(client, owner, fails):
        assert response.status_code == status
        check(response)


def test_over_plain_http_there_is_a_redirect_and_no_promise_of_https(db, https):
    response = Client().get("/privacy/")
    assert (response.status_code, response.url) == (301, "https://testserver/privacy/")
    check(response)


def test_cookies_are_bound_to_the_host(user, https, settings):
    """Otherwise browsers reject cookies whose name begins with __Host-."""
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = names = COOKIES
    client = Client()
    sign_in = {"login": user.email, "password": PASSWORD}
    client.get("/accounts/login/", headers=TO_HTTPS)
    assert client.post("/accounts/login/", sign_in, headers=TO_HTTPS).status_code == 302
    assert set(client.cookies) == set(names)
    for cookie in client.cookies.values():
        assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
        assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.fixture
def collected(tmp_path, settings):
    """A collected static file, and a client made afterwards that serves it."""
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "site.css").write_bytes(b"a{}" * 100)
    return "/static/site.css"


def test_static_files(db, https, collected):
    client = Client()
    whole = client.get(collected, headers=TO_HTTPS)
    for status, headers in (
        (200, {}),
        (304, {"if-none-match": whole["ETag"]}),
        (206, {"range": "bytes=0-9"}),
        (416, {"range": "bytes=9999-"}),
    ):
        response = client.get(collected, headers=TO_HTTPS | headers)
        assert response.status_code == status
        check(response, is_secure=True)
        response.close()
    whole.close()


def test_with_debug_djangos_own_pages_of_errors_keep_their_styles(db, settings):
    settings.DEBUG = True
    client = Client(raise_request_exception=False)
    assert "Content-Security-Policy" not in client.get("/nothing/")
    assert "Content-Security-Policy" in client.get(KNOWN)


# --- Mozilla's HTTP observatory -------------------------------------------------------------------


def observatory_score(page, redirect) -> int:
    """Return the score of a site by the rules of Mozilla's HTTP observatory that can apply.

    It starts at 100. Missing headers subtract points; extra credit counts only from 90 points on.
    https://github.com/mdn/mdn-http-observatory, src/grader/charts.js
    """
    headers, penalties, bonus = page.headers, 0, 0
    csp = {
        name: values
        for name, *values in (
            each.split() for each in headers["Content-Security-Policy"].split(";")
        )
    }
    scripts = csp.get("script-src", csp["default-src"])
    weak = {"'unsafe-inline'", "'unsafe-eval'", "data:", "http:", "https:", "*"}
    penalties += 20 * bool(weak & {*scripts, *csp.get("object-src", csp["default-src"])})
    penalties += 20 * ("'unsafe-inline'" in csp.get("style-src", []))
    bonus += 10 * (csp["default-src"] == ["'none'"] and not penalties)
    cookies = page.cookies.values()
    penalties += 40 * (not all(cookie["secure"] for cookie in cookies))
    penalties += 30 * (not all(cookie["httponly"] for cookie in cookies))
    bonus += 5 * all(cookie["samesite"] in ("Lax", "Strict") for cookie in cookies)
    penalties += 50 * (headers.get("Access-Control-Allow-Origin", "") not in ("", "*"))
    long = re.match(r"max-age=([0-9]+)", headers.get("Strict-Transport-Security", ""))
    penalties += 20 * (not long or int(long[1]) < 15_768_000)
    penalties += 20 * (redirect.status_code not in (301, 302, 307, 308))
    penalties += 20 * (not redirect.url.startswith("https://testserver/"))
    penalties += 5 * (headers.get("X-Content-Type-Options") != "nosniff")
    penalties += 20 * (csp.get("frame-ancestors") != ["'none'"])
    bonus += 5 * ("frame-ancestors" in csp)
    penalties += 5 * (headers.get("Referrer-Policy") in (None, "unsafe-url"))
    bonus += 5 * (headers.get("Referrer-Policy") in ("no-referrer", "same-origin"))
    penalties += 50 * (headers.get("Cross-Origin-Resource-Policy") not in (None, "same-origin"))
    bonus += 10 * (headers.get("Cross-Origin-Resource-Policy") == "same-origin")
    # Scripts from other sites would need integrity hashes; there are none.
    penalties += 50 * len(re.findall(r'<script[^>]+src="(?:https?:)?//', page.content.decode()))
    score = 100 - penalties
    return score + bonus if score >= 90 else score


@pytest.mark.parametrize("path", ["/", KNOWN, "/accounts/login/", "/nothing/"])
def test_the_observatory_gives_an_a_plus(db, https, path):
    client = Client()
    redirect = client.get(path)
    page = client.get(path, headers=TO_HTTPS)
    assert observatory_score(page, redirect) == 135


def test_the_observatory_sees_what_is_missing(db, https, settings):
    settings.CSRF_COOKIE_SECURE = settings.CSRF_COOKIE_HTTPONLY = False
    client = Client()
    assert observatory_score(client.get("/", headers=TO_HTTPS), client.get("/")) == 30
