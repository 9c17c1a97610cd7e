"""During a database outage: 503 pages that keep typed input; `/` and result pages still work."""

import re
import uuid
from contextlib import suppress
from html.parser import HTMLParser

import pytest
from django import forms
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test import Client
from django.utils.module_loading import import_string

from purposeapp.models import Assessment, Session, User
from purposeapp.views.unavailable import PASSWORDS
from purposeapp.web.outage import is_outage
from tests.support.exports import document
from tests.support.make import PASSWORD, make_assessment, make_editor, make_goal, points
from tests.support.outage import database_away
from tests.support.pages import text_of

NOTE = '\r\n  I did not expect\r\n\r\n"this" & <b>that</b>.\r\n'


@pytest.fixture(autouse=True)
def _answers_like_gunicorn(client, monkeypatch):
    """Stop Django's test client from re-raising an exception that was handled with a response."""
    monkeypatch.setattr(Client, "store_exc_info", lambda self, **kwargs: None)


class RetryForm(HTMLParser):
    """Parses the form in the main part of a page, as a browser would send it."""

    def __init__(self, response) -> None:
        super().__init__()
        self.action, self.values, self.passwords, self._area = None, {}, [], None
        main = response.content.decode().partition("<main")[2].replace("\r\n", "\n")
        self.feed(main)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.action = attrs["action"]
        elif tag == "input" and attrs["type"] == "password":
            self.passwords.append(attrs["name"])
        elif tag == "input":
            self.values.setdefault(attrs["name"], []).append(attrs["value"])
        elif tag == "textarea":
            self._area, self._text = attrs["name"], ""

    def handle_data(self, data):
        if self._area:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            text = self._text.removeprefix("\n").replace("\n", "\r\n")
            self.values.setdefault(self._area, []).append(text)
            self._area = None


def check(response, path: str) -> None:
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    # The response to a form may be kept for Back by its own browser; nothing else may be stored.
    assert "private" in response["Cache-Control"]
    answers_a_form = response.wsgi_request.method == "POST"
    assert ("no-store" in response["Cache-Control"]) != answers_a_form
    assert "default-src 'none'" in response["Content-Security-Policy"]
    page = response.content.decode()
    assert "Please try again in a moment" in page
    assert 'class="site-header"' in page
    assert f'="{path}"' in page
    assert "sessionid" not in response.cookies


# --- Which errors count as an outage ------------------------------------------------------------


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_the_errors_of_an_outage_are_told_from_faults_of_ours():
    from psycopg import errors

    assert is_outage(OperationalError("down"))
    assert is_outage(caused(InternalError(), errors.ReadOnlySqlTransaction()))
    assert is_outage(caused(InternalError(), errors.IdleInTransactionSessionTimeout()))
    assert is_outage(caused(ValueError(), OperationalError()))
    assert is_outage(errors.AdminShutdown("psycopg's own, as closing a cursor raises it"))
    assert not is_outage(caused(IntegrityError("taken"), errors.UniqueViolation()))
    assert not is_outage(caused(InternalError(), errors.InFailedSqlTransaction()))
    assert not is_outage(ProgrammingError("no such table"))
    assert not is_outage(IntegrityError("taken"))
    assert not is_outage(ValueError())
    assert not is_outage(None)


def test_a_fault_of_ours_stays_a_500(client, db):
    with database_away(ProgrammingError):
        response = client.get("/purposes/vanity-project/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()


# --- Pages ----------------------------------------------------------------------------------------

SIGNED_IN = ["/history/", "/goal/", "/reminders/", "/settings/", "/history/add/?start=last"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *((path, 200) for path in SIGNED_IN),
        ("/nothing/", 404),
        ("/admin/", 302),
        ("/accounts/login/", 302),
    ],
)
def test_a_page_that_needs_the_database_is_a_503_that_can_be_tried_again(owner, path, status):
    with database_away():
        check(owner.get(path), path)
    assert owner.get(path).status_code == status


def test_a_head_and_a_wrong_method_are_503_too(owner):
    with database_away():
        for method in ("head", "put", "delete"):
            assert getattr(owner, method)("/history/").status_code == 503


@pytest.mark.parametrize("path", ["/purposes/job-seeking/", "/purposes/vanity-project/"])
def test_a_public_page_goes_on_from_memory_or_is_a_503(client, db, path):
    with database_away():
        check(client.get(path), path)
    page = client.get(path)
    assert page.status_code == 200
    with database_away():
        assert client.get(path).content == page.content
        assert client.get(path, headers={"if-none-match": page["ETag"]}).status_code == 304


def test_the_probes_tell_alive_from_ready(client, db):
    with database_away():
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


# --- The questionnaire and the result -------------------------------------------------------------


@pytest.mark.parametrize("who", ["client", "owner"])
def test_the_questionnaire_goes_on(request, db, who):
    browser = request.getfixturevalue(who)
    with database_away():
        page = browser.get("/?start=6-2-2-0-0")
        assert page.status_code == 200
        assert 'value="6"' in page.content.decode()
        step = browser.post("/", points("6-2-1-0-0", step="job_seeking+"))
        assert (step.status_code, step.context["form"].points_left) == (200, 0)
        assert browser.post("/", points("6-2-x-0-0")).status_code == 422
    # The outage signed nobody out.
    assert browser.get("/history/").status_code == (200 if who == "owner" else 302)


def test_a_visitors_result_goes_on_though_nothing_can_wait(client, db):
    with database_away():
        response = client.post("/", points("6-2-2-0-0"))
        assert (response.status_code, response.url) == (302, "/splits/6-2-2-0-0/")
        assert "sessionid" not in response.cookies
        result = client.get(response.url)
    assert result.status_code == 200
    assert "Mainly business driven (60%)" in text_of(result)
    assert "We can't show the tips right now." in text_of(result).replace("&#x27;", "'")
    assert not Session.objects.exists()
    # The page was not cached.
    assert "right now" not in text_of(client.get(response.url))


def test_points_that_may_belong_to_a_history_are_asked_for_again(owner):
    sent = points("6-2-2-0-0", submission=str(uuid.uuid4()))
    with database_away():
        response = owner.post("/", sent)
        check(response, "/")
        assert 'href="/splits/6-2-2-0-0/"' in response.content.decode()
        again = RetryForm(response)
    for _ in range(2):
        assert owner.post(again.action, again.values).status_code == 302
    assert [str(each.split) for each in Assessment.objects.all()] == ["6-2-2-0-0"]


# --- What was typed -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/goal/", "/history/add/", "/try/", "/accounts/login/"])
def test_a_form_is_there_again_as_it_was_sent(owner, path):
    sent = points("6-2-2-0-0", note=NOTE, list=["a", "b"], next="/history/?a=1&b=2", empty="")
    with database_away():
        response = owner.post(path, sent)
    check(response, path)
    form = RetryForm(response)
    assert form.action == path
    assert form.values.pop("csrfmiddlewaretoken")
    assert form.values == {
        name: value if isinstance(value, list) else [value] for name, value in sent.items()
    }


def test_a_note_is_sent_again_and_stored_as_it_was_typed(user):
    assessment = make_assessment(user)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    path = assessment.get_absolute_url()
    token = browser.get(path).context["csrf_token"]
    sent = {"csrfmiddlewaretoken": str(token), "note": "Not\r\nthis " + NOTE, "event": "study"}
    with database_away():
        form = RetryForm(browser.post(path, sent))
    assert browser.post(form.action, form.values).status_code == 302
    assessment.refresh_from_db()
    assert assessment.note == sent["note"].replace("\r\n", "\n").strip()
    assert assessment.event == "study"


def test_what_staff_typed_is_there_again(client, db):
    client.force_login(make_editor())
    path = "/admin/purposeapp/tip/add/"
    with database_away():
        form = RetryForm(client.post(path, {"text": "Be *kind*\r\n\r\nto all.", "key": "be-kind"}))
    assert form.values["text"] == ["Be *kind*\r\n\r\nto all."]
    assert form.values["key"] == ["be-kind"]


def test_a_password_is_never_written_into_the_page(client, db):
    secret = "ten points to spend"
    with database_away():
        response = client.post("/accounts/signup/", {"email": "a@example.org", "password1": secret})
    check(response, "/accounts/signup/")
    form = RetryForm(response)
    assert secret not in response.content.decode()
    assert form.passwords == ["password1"]
    assert form.values["email"] == ["a@example.org"]


def test_every_field_for_a_password_is_known():
    names = {
        name
        for path in [
            *settings.ACCOUNT_FORMS.values(),
            "django.contrib.auth.forms.AdminPasswordChangeForm",
            "django.contrib.auth.forms.PasswordChangeForm",
            "django.contrib.auth.forms.AdminUserCreationForm",
        ]
        for name, field in fields_of(import_string(path)).items()
        if isinstance(field.widget, forms.PasswordInput)
    }
    assert names <= set(PASSWORDS)
    assert {"password", "password1", "oldpassword"} <= names


def fields_of(form_class) -> dict[str, forms.Field]:
    """Return the fields of a form class; some forms need a user."""
    for arguments in ({}, {"user": User()}):
        with suppress(KeyError, TypeError):
            return form_class(**arguments).fields
    raise AssertionError(f"{form_class} takes something else")


def test_a_file_has_to_be_chosen_again(user):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    token = str(browser.get("/history/import/").context["csrf_token"])
    form = {"file": SimpleUploadedFile("mine.json", document()), "csrfmiddlewaretoken": token}
    with database_away():
        response = browser.post("/history/import/", form)
    check(response, "/history/import/")
    assert "choose your file again" in text_of(response)
    assert RetryForm(response).action is None


def test_what_another_site_sent_is_not_offered_to_be_sent(user):
    """The error page has a valid CSRF token: one press would do what the other site wanted."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    goal = make_goal(user)
    for path, form in [("/goal/", points("6-2-2-0-0")), ("/goal/end/", {"goal": goal.pk})]:
        with database_away():
            response = browser.post(path, form)
        assert response.status_code == 503
        assert RetryForm(response).action is None


# --- Sessions -------------------------------------------------------------------------------------


def test_a_session_that_cannot_be_stored_is_an_outage_and_not_a_bad_request(user, client):
    client.force_login(user)
    session = client.session
    session["note"] = "typed"
    with database_away(), pytest.raises(OperationalError), transaction.atomic():
        session.save()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()


def test_a_sign_in_whose_session_is_not_stored_can_be_sent_again(user):
    def fail(execute, sql, params, many, context):
        if sql.startswith('UPDATE "purposeapp_session"'):  # the last statement of a sign-in
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    browser, path = Client(enforce_csrf_checks=True), "/accounts/login/"
    login = {"login": user.email, "password": PASSWORD}
    page = browser.get(path).content.decode()
    login["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
    with connection.execute_wrapper(fail):
        unavailable = browser.post(path, login)
    transaction.set_rollback(False)  # nothing has really failed in the test's transaction
    check(unavailable, path)
    values = {name: value for name, [value] in RetryForm(unavailable).values.items()}
    assert browser.post(path, {**values, "password": PASSWORD}).status_code == 302


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_limit_that_cannot_be_counted_is_an_outage_and_not_too_many_tries(client):
    """While PostgreSQL is read-only, reads still work, so only writes fail."""
    login = {"login": "a@example.org", "password": "ten points to spend"}
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        unavailable = client.post("/accounts/login/", login)
        cursor.execute("SET default_transaction_read_only = off")
    check(unavailable, "/accounts/login/")
    assert client.post("/accounts/login/", login).status_code == 422
