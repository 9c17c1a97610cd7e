import uuid
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver

from purposeapp.views.resumable import csrf_failure, resumable_form
from tests.support.headers import ORIGIN, OWN_LINK
from tests.support.make import make_goal, points
from tests.support.tables import rows_of_all_tables


def test_ten_megabytes_are_refused_with_a_clear_page(owner):
    response = owner.post("/", points("6-2-2-0-0", note="x" * 10_000_000))
    assert response.status_code == 413
    page = response.content.decode()
    assert "That&#x27;s too large" in page
    assert "shorten the text or choose a smaller file, then send it again" in page


def test_ten_thousand_fields_are_refused(owner):
    response = owner.post("/", points("6-2-2-0-0") | {f"field{i}": "" for i in range(10_000)})
    assert response.status_code == 400
    assert "We couldn&#x27;t read that" in response.content.decode()


@pytest.mark.parametrize(
    ("charset", "status"),
    # A charset that Python doesn't know is ignored; the form then lacks its other fields.
    [("utf-16", 400), ("latin-1", 400), ("nonsense", 422)],
)
def test_other_encodings_than_utf_8_are_no_surprise(owner, charset, status):
    response = owner.generic(
        "POST",
        "/",
        "business_driven=6",
        content_type=f"application/x-www-form-urlencoded; charset={charset}",
    )
    assert response.status_code == status


def test_bytes_that_are_no_utf_8_are_refused(owner):
    response = owner.post(
        "/",
        b"business_driven=%ff%fe&community_spirit=10&learning_sponge=&job_seeking=&vanity_project=",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json", 422), ("text/plain", 422), ("multipart/form-data", 400)],
)
def test_what_is_no_form_is_refused(owner, content_type, status):
    response = owner.post("/", b'{"business_driven": 10}', content_type=content_type)
    assert response.status_code == status


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken"])
@pytest.mark.parametrize("value", ['"\\000aaaaaaaaaa"', "x" * 3_000, "é", "%00"])
def test_a_damaged_cookie_counts_as_none(db, cookie, value):
    client = Client(headers={"cookie": f"{cookie}={value}"})
    assert client.get("/").status_code == 200
    assert client.get("/history/").status_code == 302


@pytest.mark.parametrize("path", ["/nothing/", "/%00", "/splits/", "/history/%FF/", "/admin%2e/"])
def test_an_address_that_leads_nowhere_is_a_404_of_ours(client, db, path):
    response = client.get(path)
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_fault_of_ours_has_a_page_that_needs_no_database(client, monkeypatch):
    """Without the db fixture any query fails, and the page must come all the same."""
    client.raise_request_exception = False
    response = client.get("/splits/6-2-2-0-0/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


def test_a_host_that_is_not_ours_is_refused(db):
    assert Client(headers={"host": "evil.example"}).get("/").status_code == 400


def test_no_page_has_anything_inline(owner, user):
    from tests.support.make import make_assessment

    assessment = make_assessment(user, "2-2-2-2-2")
    for path in ("/", "/splits/2-2-2-2-2/", "/history/", assessment.get_absolute_url()):
        page = owner.get(path).content.decode()
        assert "<main" in page
        assert "<style" not in page
        assert " style=" not in page
        assert "<script>" not in page
        assert " onclick=" not in page


@pytest.mark.parametrize("path", ["/", "/splits/2-2-2-2-2/", "/accounts/login/", "/nothing/"])
def test_every_page_has_the_security_headers(client, db, path):
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


# --- A CSRF token that is missing or stale ------------------------------------------------------

TYPED = points(
    "4-3-x-0-0", wanted_by="2030-01-01", taken_on="2026-03-01", note="Told.", event="study"
)
VALID = TYPED | {"learning_sponge": "3", "wanted_by": "", "submission": str(uuid.uuid4())}
TEN_POINTS_PAGES = ["/", "/goal/", "/try/", "/history/add/"]


@pytest.mark.parametrize("path", TEN_POINTS_PAGES)
def test_ten_points_are_not_lost_when_the_csrf_token_has_expired(user, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post(path, TYPED)
    assert response.status_code == 403
    page = response.content.decode()
    assert "What you typed is still here: send it again." in page
    form = response.context["form"]
    assert {name: form[name].value() for name in form.fields if name in TYPED} == {
        name: TYPED[name] for name in form.fields if name in TYPED
    }
    assert not form.is_bound


@pytest.mark.parametrize("path", TEN_POINTS_PAGES)
def test_no_ten_points_page_writes_anything_without_a_csrf_token(user, path):
    """Neither to a table nor to the session, where a visitor's pending result would be."""
    visitor, member = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    member.force_login(user)
    before = rows_of_all_tables()
    for client in (visitor, member):
        for form in (VALID, VALID | {"step": "job_seeking-"}):
            assert client.post(path, form).status_code == 403
    assert rows_of_all_tables() == before
    assert not visitor.session.keys()
    # The refused form itself is valid.
    member = Client()
    member.force_login(user)
    assert member.post(path, VALID).status_code == 302


def test_a_view_is_called_with_a_get_after_a_csrf_failure(user):
    """So a view that ignores the failure is not open to CSRF: it only shows its page."""

    def marked(patterns, prefix="/"):
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from marked(pattern.url_patterns, path)
            elif hasattr(pattern.callback, "is_resumable"):
                yield path, pattern.callback

    found = dict(marked(get_resolver("tests.support.urls_with_linkedin").url_patterns))
    accounts = [f"/accounts/{page}/" for page in ("login", "signup", "email")]
    others = [
        "/reminders/",
        "/settings/community/",
        "/rooms/",
        "/rooms/<uuid:id>/paper/",
        "/r/<str:code>/",
        "/r/<str:code>/future/",
        "/history/<uuid:id>/",
        "/history/<uuid:id>/day/",
    ]
    in_the_admin = [
        f"/admin/purposeapp/{model}/{page}"
        for model in ("tip", "portraitpart", "talkquestion")
        for page in ("add/", "<path:object_id>/change/", "^([^/]+)/history/([^/]+)/$")
    ]
    talks = {path for path in found if path.startswith(("/talks/", "/talk/"))}
    assert {"/talks/", "/talks/<uuid:id>/now/", "/talk/<str:key>/note/"} <= talks
    expected = [*TEN_POINTS_PAGES, *accounts, *others, *in_the_admin]
    assert sorted(found.keys() - talks) == sorted(expected)
    for path in found:
        seen = []

        @resumable_form(login_required=True)
        def careless(request, seen=seen, **kwargs):
            seen.append((request.method, dict(request.POST)))
            return HttpResponse()

        request = RequestFactory().post(path, VALID)
        request.user, request.session = user, {}
        request.resolver_match = SimpleNamespace(func=careless, args=(), kwargs={})
        assert csrf_failure(request).status_code == 403
        assert seen == [("GET", {})]


@pytest.mark.parametrize(
    ("path", "field", "password"),
    [("/accounts/login/", "login", "password"), ("/accounts/signup/", "email", "password1")],
)
def test_an_email_is_not_lost_when_the_csrf_token_has_expired(db, path, field, password):
    sent = {field: "new@example.org", password: "ten points to spend", "hold": "login"}
    client = Client(enforce_csrf_checks=True)
    client.get(path)  # sets a cookie: without any, cookies would count as blocked
    before = rows_of_all_tables()
    response = client.post(path, sent, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "What you typed is still here: send it again." in page
    assert 'value="new@example.org"' in page
    assert "ten points to spend" not in page
    assert rows_of_all_tables() == before


def test_a_visitors_what_if_is_not_lost_when_the_csrf_token_has_expired(db):
    response = Client(enforce_csrf_checks=True).post("/try/", TYPED)
    assert response.status_code == 403
    assert "What you typed is still here: send it again." in response.content.decode()
    assert response.context["form"]["learning_sponge"].value() == "x"


@pytest.mark.parametrize("path", ["/goal/", "/history/add/"])
def test_whoever_has_signed_out_meanwhile_is_told_so(client, db, path):
    client = Client(enforce_csrf_checks=True)
    client.get("/")
    response = client.post(path, TYPED)
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_a_goal_is_not_ended_without_a_csrf_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    goal = make_goal(user)
    response = client.post("/goal/end/", {"goal": goal.pk})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()
    goal.refresh_from_db()
    assert goal.ended_at is None


# --- Blocked cookies ----------------------------------------------------------------------------


def without_cookies(path, form, headers=ORIGIN):
    return Client(enforce_csrf_checks=True, headers=headers).post(path, form)


@pytest.mark.parametrize(
    ("path", "shown"), [("/", "/splits/4-3-3-0-0/"), ("/try/", "/try/4-3-3-0-0/?if=study")]
)
@pytest.mark.parametrize("headers", [ORIGIN, OWN_LINK])
def test_what_stores_nothing_works_without_any_cookie(db, path, shown, headers):
    before = rows_of_all_tables()
    response = without_cookies(path, VALID, headers)
    assert (response.status_code, response.url) == (302, shown)
    assert "sessionid" not in response.cookies
    stepped = without_cookies(path, VALID | {"step": "job_seeking+"}, headers)
    assert stepped.status_code == 200
    assert without_cookies(path, TYPED, headers).status_code == 422
    assert rows_of_all_tables() == before


@pytest.mark.parametrize("path", ["/", "/try/"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_sends_no_form_without_a_cookie(db, path, headers):
    assert without_cookies(path, VALID, headers).status_code == 403


@pytest.mark.parametrize("path", ["/", "/try/"])
def test_whoever_is_signed_in_needs_a_token_also_from_a_page_of_ours(user, path):
    client = Client(enforce_csrf_checks=True, headers=ORIGIN)
    client.force_login(user)
    assert client.post(path, VALID).status_code == 403
    client.get("/settings/")  # sets the CSRF cookie
    assert client.post(path, VALID).status_code == 403
    assert not user.assessments.exists()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts/login/", {"login": "owner@example.org", "password": "x"}),
        ("/accounts/signup/", {"email": "owner@example.org", "password1": "x"}),
        ("/keep/6-2-2-0-0/", {}),
        ("/goal/", VALID),
        ("/history/add/", VALID),
    ],
)
def test_what_needs_cookies_says_that_they_are_blocked(db, path, form):
    response = without_cookies(path, form)
    assert response.status_code == 403
    page = response.content.decode()
    assert "Cookies are blocked" in page
    assert "Allow cookies for this site" in page
    assert "This form has expired" not in page


def test_only_what_stores_nothing_of_visitors_works_without_cookies():
    """A view that stored something without cookies would be open to CSRF.

    The pages of a guest can't be forged: nobody can send anything there without the secret URL.
    """
    working = [
        f"/{pattern.pattern}"
        for pattern in get_resolver("purposeapp.urls").url_patterns
        if getattr(pattern.callback, "works_without_cookies", False)
    ]
    by_key = {path for path in working if path.split("/")[2:3] == ["<str:key>"]}
    assert {"/talk/<str:key>/", "/invitations/<str:key>/"} <= by_key
    assert sorted(set(working) - by_key) == ["/", "/try/"]


class Silence:
    """A request body that stops arriving."""

    def read(self, *args):
        raise TimeoutError("timed out")

    readline = read


@pytest.mark.parametrize("path", ["/", "/goal/", "/accounts/login/", "/history/import/"])
def test_a_form_that_never_arrives_is_no_failure_of_ours(client, db, path):
    browser = Client(enforce_csrf_checks=True)
    length = {"wsgi.input": Silence(), "CONTENT_LENGTH": "10"}
    response = browser.post(path, {"csrfmiddlewaretoken": "x"}, **length)
    assert response.status_code == 408
    assert "Your form didn&#x27;t reach us" in response.content.decode()
