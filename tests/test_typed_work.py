"""Typed work survives: each form by each interruption, as far as HTTP alone can do it.

What needs a browser (drafts, Back, reload, another tab) is in tests/browser/test_typed_work.py.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from purposeapp.models import Assessment, Goal, Reminder
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.web.account_key import account_key
from purposeapp.web.held_forms import MAX_BYTES, MAX_HELD
from tests.support.make import PASSWORD, make_assessment, make_user, points
from tests.support.tables import rows_of_all_tables
from tests.support.talks import make_talk

NOT_SAVED = "We kept what you typed before you signed in. It isn't saved yet."
ORIGIN = {"origin": "http://testserver"}


class Typed(NamedTuple):
    """A form of ours: the page that shows it, and what somebody types into it."""

    path: str
    fields: dict[str, str]
    needs_sign_in: bool = True


FORMS = {
    "points": Typed("/", points("4-3-x-0-0"), needs_sign_in=False),
    "what if": Typed("/try/", points("4-3-x-0-0", event="study"), needs_sign_in=False),
    "goal": Typed("/goal/", points("4-3-x-0-0", wanted_by="2030-01-01")),
    "paper": Typed(
        "/history/add/",
        points("4-3-x-0-0", taken_on="2026-03-01", event="study", event_words="", note="A\r\nB"),
    ),
    "note and event": Typed(
        "/history/{assessment}/", {"event": "other", "event_words": "", "note": "<b>A\r\nB</b>"}
    ),
    "reminder": Typed("/reminders/", {"rhythm": "on_date", "date": "2001-01-01"}),
    "invitation": Typed("/talks/", {"name": "anna@example.org"}),
    "points of a talk": Typed("/talks/{talk}/future/", points("4-3-x-0-0")),
    "note of a talk": Typed("/talks/{talk}/note/", {"text": "<b>A\r\nB</b>" + "x" * 2_000}),
}


class Person:
    """Somebody with an account and a browser, in front of a form."""

    def __init__(self, email: str) -> None:
        self.user = make_user(email)
        self.client = Client(enforce_csrf_checks=True)
        self.assessment = make_assessment(self.user)
        self.talk = make_talk(self.user, "started").talk
        self.sign_in()

    def sign_in(self, user=None) -> None:
        self._post("/accounts/login/", login=(user or self.user).email, password=PASSWORD)

    def sign_out(self) -> None:
        self._post("/accounts/logout/")

    def _post(self, path: str, **fields: str) -> None:
        token = self.token
        self.client.post(path, {"csrfmiddlewaretoken": token, **fields})

    @property
    def token(self) -> str:
        self.client.get("/accounts/login/")
        self.client.get("/")
        return self.client.cookies["csrftoken"].value

    def open(self, form: Typed) -> dict[str, str]:
        """What the browser would send: what is typed, and what the page hides in its form."""
        page = self.client.get(self.path(form))
        assert page.status_code == 200
        assert f'name="account" value="{account_key(self.user)}"' in page.content.decode()
        hidden = {"csrfmiddlewaretoken": self.token, "account": account_key(self.user)}
        return {**form.fields, **hidden}

    def path(self, form: Typed) -> str:
        return form.path.format(assessment=self.assessment.pk, talk=self.talk.pk)

    def send(self, form: Typed, sent: dict[str, str]):
        return self.client.post(self.path(form), sent, headers=ORIGIN)


def session_ends(person: Person) -> None:
    person.client.session.flush()


def signs_out_elsewhere(person: Person) -> None:
    person.sign_out()


def signs_out_and_in_elsewhere(person: Person) -> None:
    person.sign_out()
    person.sign_in()


def token_grows_old_and_session_ends(person: Person) -> None:
    person.sign_out()
    person.sign_in()
    person.client.session.flush()


def token_grows_old(person: Person) -> None:
    del person.client.cookies["csrftoken"]
    person.client.get("/")


def nothing_happens(person: Person) -> None:
    """The form is wrong in itself: a 422."""


INTERRUPTIONS = [
    session_ends,
    signs_out_elsewhere,
    signs_out_and_in_elsewhere,
    token_grows_old_and_session_ends,
    token_grows_old,
    nothing_happens,
]


def shown(response, form: Typed) -> dict[str, str]:
    bound = response.context["form"]
    return {name: str(bound[name].value()) for name in form.fields}


@pytest.fixture
def person(db):
    return Person("person@example.org")


@pytest.mark.parametrize("interruption", INTERRUPTIONS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_was_typed_is_there_again(
    person: Person, form: Typed, interruption: Callable[[Person], None]
):
    sent = person.open(form)
    before = [Assessment.objects.count(), Goal.objects.count(), Reminder.objects.count()]
    interruption(person)
    answer = person.send(form, sent)
    if answer.status_code == 302:
        assert answer.url.startswith(f"/accounts/login/?next={person.path(form)}")
        waits = person.client.get(answer.url).content.decode()
        assert "We kept what you typed." in waits
        person.sign_in()
        answer = person.client.get(person.path(form))
        assert NOT_SAVED in answer.content.decode()
        assert answer.status_code == 200
    else:
        assert answer.status_code in (403, 422)
    assert shown(answer, form) == form.fields
    assert "<b>A" not in answer.content.decode()
    after = [Assessment.objects.count(), Goal.objects.count(), Reminder.objects.count()]
    assert after == before
    person.assessment.refresh_from_db()
    assert person.assessment.note == ""


LOGIN_FORMS = {name: form for name, form in FORMS.items() if form.needs_sign_in}


@pytest.mark.parametrize("form", LOGIN_FORMS.values(), ids=LOGIN_FORMS)
def test_nothing_of_it_shows_to_the_next_person(person: Person, form: Typed):
    sent = person.open(form)
    session_ends(person)
    person.send(form, sent)
    other = make_user("next@example.org")
    theirs = make_assessment(other)
    person.sign_in(other)
    assert "held_forms" not in person.client.session
    path = form.path.format(assessment=theirs.pk, talk=make_talk(other, "started").talk.pk)
    assert NOT_SAVED not in person.client.get(path).content.decode()
    # Nor when the first one comes back to the same browser.
    person.sign_out()
    person.sign_in()
    assert NOT_SAVED not in person.client.get(person.path(form)).content.decode()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_one_account_is_not_taken_from_another_one(person: Person, form: Typed):
    sent = person.open(form)
    person.sign_out()
    person.sign_in(make_user("next@example.org"))
    before = rows_of_all_tables()
    for token in (sent["csrfmiddlewaretoken"], person.client.cookies["csrftoken"].value):
        answer = person.send(form, sent | {"csrfmiddlewaretoken": token})
        assert answer.status_code == 403
        assert "This form belongs to another account" in answer.content.decode()
    assert rows_of_all_tables() == before


def test_what_waited_is_shown_until_it_is_sent(person: Person):
    form = FORMS["note and event"]
    sent = person.open(form)
    session_ends(person)
    person.send(form, sent)
    person.sign_in()
    for _ in range(2):  # a reload is no loss
        assert shown(person.client.get(person.path(form)), form) == form.fields
    good = person.open(form) | {"event": "", "note": "Sent."}
    assert person.send(form, good).status_code == 302
    person.assessment.refresh_from_db()
    assert person.assessment.note == "Sent."
    page = person.client.get(person.path(form))
    assert NOT_SAVED not in page.content.decode()
    assert page.context["form"]["note"].value() == "Sent."


def test_what_waited_can_be_discarded(person: Person):
    form = FORMS["reminder"]
    sent = person.open(form)
    session_ends(person)
    person.send(form, sent)
    person.sign_in()
    hidden = {name: value for name, value in person.open(form).items() if name not in form.fields}
    assert person.send(form, hidden | {"discard": "1"}).status_code == 302
    assert NOT_SAVED not in person.client.get("/reminders/").content.decode()
    assert not Reminder.objects.exists()


def test_it_waits_for_a_day(person: Person):
    form = FORMS["reminder"]
    sent = person.open(form)
    session_ends(person)
    with patch("django.utils.timezone.now", return_value=timezone.now() - timedelta(hours=25)):
        person.send(form, sent)
    person.sign_in()
    assert NOT_SAVED not in person.client.get("/reminders/").content.decode()


# --- A visitor who signs in, or up, half way through -----------------------------------------


@pytest.mark.parametrize("path", ["/", "/try/"])
@pytest.mark.parametrize("door", ["login", "signup"])
def test_a_visitors_points_are_there_after_the_door_was_taken_half_way(client, db, path, door):
    answer = client.post(path, points("4-3-0-0-0", account="", hold=door))
    assert answer.url == f"/accounts/{door}/?next={path}"
    assert client.get(path).context["form"].points_used == 7  # Back, without having signed in
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert client.get(path).context["form"].points_used == 7
    assert not Assessment.objects.exists()


def test_a_door_stores_nothing_for_whoever_has_signed_in_meanwhile(person: Person):
    sent = person.open(Typed("/", points("4-3-3-0-0"))) | {"hold": "login", "account": ""}
    before = Assessment.objects.count()
    assert person.client.post("/", sent, follow=True).context["form"].points_used == 10
    assert Assessment.objects.count() == before


def test_a_door_leads_nowhere_else(client, db):
    answer = client.post("/?next=//evil.example/", points("4-3-0-0-0", hold="//evil.example/"))
    assert answer.url == "/accounts/login/?next=/"


def test_points_sent_after_the_session_ended_are_stored_for_their_person_alone(person: Person):
    valid = Typed("/", points("4-3-3-0-0", submission=str(uuid.uuid4())), needs_sign_in=False)
    sent = person.open(valid)
    session_ends(person)
    assert person.send(valid, sent).url == "/splits/4-3-3-0-0/"
    other = make_user("next@example.org")
    person.sign_in(other)
    assert not Assessment.objects.for_user(other).exists()
    assert "pending_results" not in person.client.session
    person.sign_out()

    person.sign_in()
    sent = person.open(valid)
    session_ends(person)
    visitors = points("0-0-0-0-10", csrfmiddlewaretoken=person.token)
    assert person.client.post("/", visitors).url == "/splits/0-0-0-0-10/"
    person.send(valid, sent)
    person.sign_in()
    assert str(Assessment.objects.latest_of(person.user).split) == "4-3-3-0-0"


# --- Attacks -----------------------------------------------------------------------------------


def test_fifty_held_forms_are_a_few(person: Person):
    sent = {"csrfmiddlewaretoken": person.token, "account": "x", "note": "A"}
    session_ends(person)
    for _ in range(50):
        path = f"/history/{uuid.uuid4()}/"
        person.client.post(path, sent)
    assert len(person.client.session["held_forms"]) == MAX_HELD


def test_the_longest_note_is_held_and_what_nobody_could_type_is_not(person: Person):
    form = FORMS["note and event"]
    longest = {"event": "", "event_words": "", "note": "🙂" * NOTE_MAX_LENGTH}
    sent = person.open(form) | longest
    session_ends(person)
    assert person.send(form, sent | {"note": "x" * MAX_BYTES}).status_code == 302
    assert "held_forms" not in person.client.session
    person.send(form, sent)
    person.sign_in()
    assert shown(person.client.get(person.path(form)), form) == longest


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_nothing_from_another_site_is_held(person: Person, origin):
    form = FORMS["note and event"]
    session_ends(person)
    forged = {"account": account_key(person.user), **form.fields}
    answer = person.client.post(person.path(form), forged, headers={"origin": origin})
    assert answer.status_code == 403
    assert not person.client.session.keys()


def test_no_password_waits(person: Person):
    """The pages that take one are asked for again, and nothing of them is kept."""
    hidden = {"csrfmiddlewaretoken": person.token, "account": account_key(person.user)}
    session_ends(person)
    for path in ("/accounts/delete/", "/accounts/password/change/", "/accounts/login/"):
        person.client.post(path, hidden | {"password": PASSWORD, "oldpassword": PASSWORD})
    assert not person.client.session.keys()


# --- Back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_page_with_errors_may_be_kept_for_back_and_is_somebodys_own(person: Person, form: Typed):
    sent = person.open(form)
    assert "no-store" in person.client.get(person.path(form))["Cache-Control"]
    answer = person.send(form, sent)
    assert answer.status_code == 422
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer["Vary"]
    assert "Expires" not in answer


def test_sign_out_takes_what_back_might_show(person: Person):
    hidden = {"csrfmiddlewaretoken": person.token}
    answer = person.client.post("/accounts/logout/", hidden)
    assert answer["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in person.client.get("/")


# --- A note as long as the browser lets one type -------------------------------------------------


@pytest.mark.parametrize("note", ["x\n" * (NOTE_MAX_LENGTH // 2 - 1) + "xx", "🙂\n" * 600 + "end"])
def test_a_note_may_have_as_many_lines_as_it_likes(person: Person, note):
    sent = person.open(FORMS["note and event"])
    sent |= {"event": "", "event_words": "", "note": note.replace("\n", "\r\n")}
    assert person.send(FORMS["note and event"], sent).status_code == 302
    person.assessment.refresh_from_db()
    assert person.assessment.note == note
    sheet = person.open(FORMS["paper"]) | points("4-3-3-0-0")
    sheet |= {"event": "", "note": note.replace("\n", "\r\n")}
    assert person.send(FORMS["paper"], sheet).status_code == 302
    assert Assessment.objects.for_user(person.user).filter(note=note).count() == 2
