"""Logged requests contain no secret keys and are bounded in length, whichever logger writes."""

import io
import json
import logging
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import OperationalError, ProgrammingError, transaction
from django.test import Client

from purposeapp.models import Assessment, OutgoingMail
from purposeapp.web.request_log import MAX_LENGTH, HideKeys, without_keys
from tests.support.make import make_assessment, make_verified_user
from tests.support.outage import database_away

KEY = "e8f5c1d2-0000-4000-8000-5ec7e70fe11a"
PATHS = [
    f"/reminders/stop/{KEY}/",
    f"/accounts/confirm-email/{KEY}/",
    f"/invitations/{KEY}/",
    f"/talk/{KEY}/",
    f"/talk/{KEY}/now/",
    f"/r/{KEY}/",
    f"/r/{KEY}/result/",
    f"/talks/7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0/?link={KEY}",
    f"/join/?code={KEY}",
    f"/accounts/login/?next=%2Ftalk%2F{KEY}%2F",
    f"/accounts/linkedin/login/callback/?state=a&code={KEY}",
    f"/splits/6-2-2-0-0/#{KEY}",
]


@pytest.fixture
def logged():
    """The output of the log handlers in the settings."""
    (handler,) = (
        each
        for each in logging.getLogger().handlers
        if any(isinstance(one, HideKeys) for one in each.filters)
    )
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream.getvalue
    handler.setStream(before)


@pytest.fixture
def with_djangos_warnings():
    """Django's lines about each 4xx, which have the path and which the settings leave out."""
    logger = logging.getLogger("django.request")
    before = logger.level
    logger.setLevel(logging.WARNING)
    yield
    logger.setLevel(before)


@pytest.mark.usefixtures("with_djangos_warnings")
@pytest.mark.parametrize("path", PATHS)
def test_no_line_holds_a_key(db, logged, monkeypatch, path):
    client = Client(raise_request_exception=False)
    for method in ("get", "put", "post", "delete"):
        getattr(client, method)(path)
        getattr(client, method)(f"{path}nothing/")
        getattr(client, method)(f"/nothing{path}")
    strict = Client(enforce_csrf_checks=True)
    strict.post("/", secure=True, headers={"referer": f"https://elsewhere.example{path}"})
    client.get("/", headers={"host": "evil.example", "referer": path})

    def fail(*args, **kwargs):
        raise RuntimeError

    for view in ("reminders.get_object_or_404", "talks.render", "talks_seat.render"):
        monkeypatch.setattr(f"purposeapp.views.{view}", fail, raising=False)
    client.get(path)
    assert KEY not in logged()
    assert len(logged().splitlines()) > 8


def test_a_text_with_a_url_is_logged_without_the_urls_query():
    said = "Referer checking failed - %s does not match any trusted origins. Why? See below."
    url = "https://elsewhere.example/talks/1/"
    for secret in (f"?link={KEY}", f"?a=b#{KEY}", f"#{KEY}", f"?next=%2Ftalk%2F{KEY}%2F&x=/y"):
        assert without_keys(said % f"{url}{secret}") == said % f"{url}…"
    assert without_keys(f"/talk/{KEY}/now/?x={KEY}") == "/talk/…/now/…"
    assert without_keys(f"{'x' * MAX_LENGTH}?{KEY}") == f"{'x' * MAX_LENGTH}…"


def test_no_line_holds_the_row_that_broke_a_rule(owner, user, logged, monkeypatch):
    assessment = make_assessment(user, note="Nobody\n\nknows this.")

    def fail(*args, **kwargs):
        with transaction.atomic():
            Assessment.objects.filter(pk=assessment.pk).update(business_driven=9)

    monkeypatch.setattr("purposeapp.views.history.render", fail)
    owner.raise_request_exception = False
    assert owner.get("/history/").status_code == 500
    assert "assessment_spends_ten_points" in logged()
    assert "The above exception was the direct cause" in logged()
    assert "knows this" not in logged()


@pytest.mark.usefixtures("with_djangos_warnings")
def test_a_line_is_bounded_however_long_the_path_is(client, db, logged):
    client.get(f"/{'x' * 8_000}/")
    client.put(f"/splits/{'9' * 8_000}/")
    lines = logged().splitlines()
    assert len(lines) >= 4
    assert max(map(len, lines)) < MAX_LENGTH + 400
    assert all(json.loads(line)["event"] for line in lines)


def test_a_line_says_which_route_it_was_how_long_it_took_and_with_how_many_queries(owner, logged):
    owner.get("/history/")
    owner.get("/nothing/of/that/name/")
    lines = [json.loads(line) for line in logged().splitlines()]
    seen, missed = (line for line in lines if line["event"] == "request_finished")
    assert (seen["request"], seen["code"]) == ("GET /history/", 200)
    assert seen["queries"] >= 2
    assert seen["duration_ms"] > 0
    assert (missed["request"], missed["code"]) == ("GET (none)", 404)
    assert "that/name" not in str(missed)


def lines_of(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("path", "code"), [("/history/", 200), ("/nothing/", 404), ("/history/nothing/", 404)]
)
def test_a_request_is_one_line_and_its_id_is_in_the_response(owner, logged, path, code):
    response = owner.get(path, headers={"x-request-id": "chosen by a client"})
    (line,) = lines_of(logged())
    assert (line["event"], line["code"]) == ("request_finished", code)
    assert line["request_id"] == response["X-Request-ID"]
    assert UUID(line["request_id"])


@pytest.mark.parametrize(("error", "status"), [(ProgrammingError, 500), (OperationalError, 503)])
@pytest.mark.parametrize("who", ["client", "owner"])
def test_a_page_of_an_error_names_the_id_of_its_lines(
    request, db, logged, who, error, status, settings
):
    browser = request.getfixturevalue(who)
    browser.raise_request_exception = False
    browser.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies.get(
        settings.SESSION_COOKIE_NAME, "x" * 32
    )
    with database_away(error):  # the session is the first to need it
        response = browser.get("/history/")
    assert response.status_code == status
    ids = {line["request_id"] for line in lines_of(logged())}
    assert ids == {response["X-Request-ID"]}
    page = response.content.decode()
    assert f"Quote this if you write to us: <code>{ids.pop()}</code>" in page


def test_no_other_page_names_an_id(owner, client):
    for path in ("/nothing/", "/history/", "/splits/6-2-2-0-0/"):
        assert "Quote this" not in owner.get(path).content.decode()


def test_a_page_that_is_the_same_for_everyone_has_no_id(client, db):
    for _ in range(2):
        response = client.get("/purposes/job-seeking/")
        assert (response.status_code, response.get("X-Request-ID")) == (200, None)


def test_a_mail_is_stored_under_the_id_of_its_request(db, logged, settings):
    settings.EMAIL_BACKEND = "purposeapp.web.outbox.OutboxBackend"
    email = make_verified_user().email
    response = Client().post("/accounts/password/reset/", {"email": email})
    (line,) = (line for line in lines_of(logged()) if line["event"].startswith("mail_stored"))
    assert line["event"] == f"mail_stored: {OutgoingMail.objects.get().pk}"
    assert line["request_id"] == response["X-Request-ID"]
    assert email not in logged()


def requests_in(lines: str) -> list[dict]:
    found = map(json.loads, lines.splitlines())
    return [line for line in found if line["event"].startswith("request_")]


@pytest.mark.parametrize(
    ("who", "path", "route"),
    [
        ("client", "/purposes/job-seeking/", "/purposes/<purpose:purpose>/"),
        ("owner", "/history/", "/history/"),
        ("owner", "/nothing/", "(none)"),
    ],
)
def test_an_outage_is_one_line_with_the_status_of_its_answer(request, db, logged, who, path, route):
    browser = request.getfixturevalue(who)
    browser.raise_request_exception = False
    with database_away():
        assert browser.get(path).status_code == 503
    (line,) = requests_in(logged())
    assert (line["event"], line["code"]) == ("request_unavailable", 503)
    assert (line["level"], line["request"]) == ("warning", f"GET {route}")
    assert "OperationalError" in line["exception"]


def test_a_fault_of_ours_is_one_line_of_its_own_kind(client, db, logged):
    client.raise_request_exception = False
    with database_away(ProgrammingError):
        assert client.get("/purposes/job-seeking/").status_code == 500
    (line,) = requests_in(logged())
    assert (line["event"], line["code"]) == ("request_failed", 500)


def test_a_mail_is_from_the_public_host(settings):
    EmailMessage("Subject", "Body", to=["a@example.org"]).send()
    assert mail.outbox[0].message()["Message-ID"].endswith("@127.0.0.1>")


def test_an_unknown_host_is_one_line_of_warning(db, logged):
    Client(headers={"host": f"{'e' * 2 * MAX_LENGTH}.example"}).get("/history/")
    (line,) = map(json.loads, logged().splitlines())
    assert (line["level"], line["logger"]) == ("warning", "django.security.DisallowedHost")
    assert line["event"].startswith("Invalid HTTP_HOST header: 'eeee")
    assert len(line["event"]) <= MAX_LENGTH + 1
    assert "exception" not in line


@pytest.mark.parametrize("status", ["200", "404", "500"])
def test_runserver_adds_no_second_line_for_a_request(caplog, status):
    handler = object.__new__(WSGIRequestHandler)
    handler.request = None
    handler.log_message('"%s" %s %s', "GET / HTTP/1.1", status, "5")
    assert caplog.records == []
