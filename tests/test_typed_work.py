"""Typed input survives every interruption of every form, as far as HTTP alone can show.

What needs a browser (drafts, Back, reload, another tab) is in tests/browser/test_typed_work.py.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from purposeapp.models import (
    Assessment,
    Goal,
    PortraitPart,
    Reminder,
    Room,
    RoomAnswer,
    Talk,
    TalkAnswer,
    TalkNote,
    TalkQuestion,
    Tip,
)
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.models.room_answer import RoomKind
from purposeapp.web.account_key import account_key
from purposeapp.web.held_forms import MAX_BYTES, MAX_HELD
from tests.support.headers import ORIGIN
from tests.support.make import NOON, PASSWORD, make_assessment, make_editor, points, tip_form
from tests.support.rooms import make_room
from tests.support.tables import copy_out, rows_of_all_tables
from tests.support.talks import make_talk

TEMPLATES = Path(__file__).parents[1] / "templates"
NOT_SAVED = "We kept what you typed before you signed in. It isn't saved yet."


class Typed(NamedTuple):
    """One of our forms: the page that shows it, and invalid input for it."""

    path: str
    template: str
    fields: dict[str, str]
    needs_sign_in: bool = True
    bound: str = "form"
    """The form's name in the template context."""


TIP = {"text": "<b>A\r\nB</b>", "points_from": "x", "points_to": "10", "position": "7"}
PART = {"text": "<b>A\r\nB</b>", "position": "x"}

FORMS = {
    "points": Typed("/", "purposeapp/questionnaire.html", points("4-3-x-0-0"), needs_sign_in=False),
    "what if": Typed(
        "/try/",
        "purposeapp/what_if.html",
        points("4-3-x-0-0", event="study"),
        needs_sign_in=False,
    ),
    "goal": Typed("/goal/", "purposeapp/goal.html", points("4-3-x-0-0", wanted_by="2030-01-01")),
    "paper": Typed(
        "/history/add/",
        "purposeapp/assessment_add.html",
        points("4-3-x-0-0", taken_on="2026-03-01", event="study", event_words="", note="A\r\nB"),
    ),
    "note and event": Typed(
        "/history/{assessment}/",
        "purposeapp/assessment.html",
        {"event": "other", "event_words": "", "note": "<b>A\r\nB</b>"},
    ),
    "day on paper": Typed(
        "/history/{on_paper}/day/",
        "purposeapp/assessment.html",
        {"taken_on": "1999-01-01"},
        bound="day_form",
    ),
    "reminder": Typed(
        "/reminders/",
        "purposeapp/reminders.html",
        {"rhythm": "on_date", "date": "2001-01-01"},
    ),
    "community": Typed(
        "/settings/community/", "purposeapp/community_setting.html", {"choice": "maybe"}
    ),
    "email": Typed(
        "/accounts/email/", "account/email_change.html", {"email": "new at example.org"}
    ),
    "new tip": Typed("/admin/purposeapp/tip/add/", "admin", {**TIP, "key": "a-b"}),
    "tip": Typed("/admin/purposeapp/tip/{tip}/change/", "admin", TIP),
    "version of a tip": Typed("/admin/purposeapp/tip/{tip}/history/{version}/", "admin", TIP),
    "new sentence": Typed("/admin/purposeapp/portraitpart/add/", "admin", {**PART, "key": "a-b"}),
    "sentence": Typed("/admin/purposeapp/portraitpart/{part}/change/", "admin", PART),
    "new question": Typed("/admin/purposeapp/talkquestion/add/", "admin", {**PART, "key": "a-b"}),
    "question": Typed("/admin/purposeapp/talkquestion/{question}/change/", "admin", PART),
    "invitation": Typed(
        "/talks/",
        "purposeapp/talks.html",
        {"name": "anna@example.org", "label": "Ben's <b>boss</b>"},
    ),
    "room": Typed("/rooms/", "purposeapp/rooms.html", {"title": "x" * 81}),
    "sheet of paper": Typed(
        "/rooms/{room}/paper/",
        "purposeapp/room_paper.html",
        {
            f"{kind}_{name}": typed
            for kind in RoomKind
            for name, typed in points("4-x-3-0-0").items()
        },
    ),
    "points in a room": Typed(
        "/r/{code}/", "purposeapp/room_points.html", points("4-3-x-0-0"), needs_sign_in=False
    ),
    "points of a talk": Typed(
        "/talks/{talk}/future/", "purposeapp/talk_points.html", points("4-3-x-0-0")
    ),
    "note of a talk": Typed(
        "/talks/{talk}/note/",
        "purposeapp/talk_note.html",
        {"text": "<b>A\r\nB</b>" + "x" * 2_000},
    ),
}

NOT_RESUMABLE = {
    "a password, which nothing keeps but its hash": [
        "account/signup.html",  # it keeps the email address
        "purposeapp/delete_account.html",
    ],
    "a password, or the one address of someone who is signed out anyway": ["account/_form.html"],
    "a code, which is used up or has expired by then": ["account/base_confirm_code.html"],
    "a file, which only its browser can read": [
        "admin/tips_import.html",
        "purposeapp/data_import.html",
    ],
    "nothing typed: choices that the page offers again": [
        "admin/purposeapp/tip/delete_confirmation.html",
        "admin/purposeapp/tip/delete_selected_confirmation.html",
        "admin/tips_difference.html",
        "purposeapp/pending_results.html",
        "purposeapp/settings.html",
    ],
    "where a link is mailed to, which is stored nowhere": ["purposeapp/talk.html"] * 2,
    "what any form has sent, which stands in this page": ["unavailable.html"],
}
"""The other forms, by the input of theirs that is not kept for after a sign-in."""

NOT_RESUMABLE_IN_THE_ADMIN = {
    "purposeapp.User": "passwords, and what someone may do: never stored before it is decided",
    "auth.Group": "what people may do",
    "purposeapp.Assessment": "read only",
}


def test_every_form_is_in_the_table_or_says_why_not():
    """Each template is listed as often as it has forms with fields to type or choose in."""
    found = Counter()
    for path in TEMPLATES.rglob("*.html"):
        for form in re.findall("<form.*?</form>", path.read_text(), re.DOTALL):
            typed = re.sub('<input type="hidden"[^>]*>|redirect_field', "", form)
            marks = r"crispy|field|<input|<textarea|<select|_ten_points\.html"
            if 'method="post"' in form and re.search(marks, typed):
                found[str(path.relative_to(TEMPLATES))] += 1
    named = [form.template for form in FORMS.values() if form.template != "admin"]
    exempt = [template for each in NOT_RESUMABLE.values() for template in each]
    assert found == Counter(named + exempt)


LISTS_WITH_FIELDS = {
    "purposeapp.Tip": "positions, by the number of the row: it may be another tip's by then",
}


def test_every_list_of_the_admin_with_fields_in_it_says_why_it_does_not_wait():
    found = [
        model._meta.label
        for model, its_admin in admin.site._registry.items()
        if getattr(its_admin, "list_editable", ())
    ]
    assert found == list(LISTS_WITH_FIELDS)


def test_every_form_of_the_admin_is_in_the_table_or_says_why_not():
    resumable = {
        model._meta.label
        for model, its_admin in admin.site._registry.items()
        if getattr(its_admin.change_view, "is_resumable", False)
        and getattr(its_admin.add_view, "is_resumable", False)
    }
    assert resumable == {f"purposeapp.{model}" for model in ("Tip", "PortraitPart", "TalkQuestion")}
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == resumable | set(NOT_RESUMABLE_IN_THE_ADMIN)


class Person:
    """A user with a client who fills in a form."""

    def __init__(self, email: str) -> None:
        self.user = make_editor(email)
        self.client = Client(enforce_csrf_checks=True)
        self.assessment = make_assessment(self.user)
        self.client.force_login(self.user)
        self.rows = Rows(self.user, assessment=self.assessment.pk)

    def sign_in(self, user=None) -> None:
        self._post("/accounts/login/", login=(user or self.user).email, password=PASSWORD)

    def sign_out(self) -> None:
        self._post("/accounts/logout/")

    def _post(self, path: str, **fields: str) -> None:
        token = self.token
        self.client.post(path, {"csrfmiddlewaretoken": token, **fields})

    @property
    def token(self) -> str:
        """Return the CSRF token of the cookie, which the first form sets if there is none."""
        if "csrftoken" not in self.client.cookies:
            self.client.get("/")
        return self.client.cookies["csrftoken"].value

    def open(self, form: Typed) -> dict[str, str]:
        """Open the page; return what a browser would send: the input and the hidden fields."""
        page = self.client.get(self.path(form))
        assert page.status_code == 200
        assert f'name="account" value="{account_key(self.user)}"' in page.content.decode()
        hidden = {"csrfmiddlewaretoken": self.token, "account": account_key(self.user)}
        if version := re.search('name="version" value="([^"]+)"', page.content.decode()):
            hidden["version"] = version[1]
        if form is FORMS["email"]:
            hidden["action_add"] = ""  # the name of the button
        return {**form.fields, **hidden}

    def path(self, form: Typed) -> str:
        return form.path.format_map(self.rows)

    def send(self, form: Typed, sent: dict[str, str]):
        return self.client.post(self.path(form), sent, headers=ORIGIN)


class Rows(dict):
    """Objects that URLs refer to, such as a talk; each is created when a URL first needs it."""

    def __init__(self, user, **rows: object) -> None:
        super().__init__(rows)
        self.user = user

    def __missing__(self, name: str) -> object:
        self[name] = getattr(self, f"make_{name}")()
        return self[name]

    def make_assessment(self):
        return make_assessment(self.user).pk

    def make_on_paper(self):
        return make_assessment(self.user, taken_at=NOON, taken_on=NOON.date()).pk

    def make_tip(self):
        tip = Tip.objects.get(key="business-groups")
        tip.save()  # so that it has a historical version
        return tip.pk

    def make_version(self):
        return Tip.objects.get(pk=self["tip"]).history.latest().pk

    def make_part(self):
        return PortraitPart.objects.earliest("pk").pk

    def make_question(self):
        return TalkQuestion.objects.earliest("pk").pk

    def make_talk(self):
        return make_talk(self.user, "started").talk.pk

    def make_room(self):
        return make_room(self.user).pk

    def make_code(self):
        return make_room(self.user).code


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
    """No interruption: the input is invalid, which gives a 422."""


INTERRUPTIONS = [
    session_ends,
    signs_out_elsewhere,
    signs_out_and_in_elsewhere,
    token_grows_old_and_session_ends,
    token_grows_old,
    nothing_happens,
]


LEAVES_THE_TOKEN = {nothing_happens, session_ends, signs_out_elsewhere}
"""After these the CSRF token is still valid: a form that needs no account is only invalid."""


def shown(response, form: Typed) -> dict[str, str]:
    context = response.context
    bound = context["adminform"].form if form.template == "admin" else context[form.bound]
    return {name: str(bound[name].value()) for name in form.fields}


def stored() -> dict[str, bytes]:
    """Return all rows that these forms could change."""
    models = [Assessment, Goal, Reminder, Tip, PortraitPart, EmailAddress]
    models += [Talk, TalkAnswer, TalkNote, TalkQuestion, Room, RoomAnswer]
    return copy_out(*models)


@pytest.fixture
def person(db):
    return Person("person@example.org")


@pytest.mark.parametrize("interruption", INTERRUPTIONS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_was_typed_is_there_again(
    person: Person, form: Typed, interruption: Callable[[Person], None]
):
    sent = person.open(form)
    before = stored()
    interruption(person)
    answer = person.send(form, sent)
    if answer.status_code == 302:
        assert re.fullmatch(
            f"/(admin|accounts)/login/.next={person.path(form)}[#%\\w]*", answer.url
        )
        waits = person.client.get(answer.url, follow=True).content.decode()
        assert "We kept what you typed." in waits
        person.sign_in()
        answer = person.client.get(person.path(form))
        assert NOT_SAVED in answer.content.decode()
        assert answer.status_code == 200
    else:
        assert answer.status_code == (422 if interruption in LEAVES_THE_TOKEN else 403)
    assert shown(answer, form) == form.fields
    assert "<b>A" not in answer.content.decode()
    assert stored() == before


LOGIN_FORMS = {name: form for name, form in FORMS.items() if form.needs_sign_in}


@pytest.mark.parametrize("form", LOGIN_FORMS.values(), ids=LOGIN_FORMS)
def test_nothing_of_it_shows_to_the_next_person(person: Person, form: Typed):
    sent = person.open(form)
    session_ends(person)
    person.send(form, sent)
    other = make_editor("next@example.org")
    person.sign_in(other)
    assert "held_forms" not in person.client.session
    page = person.client.get(form.path.format_map(Rows(other)))
    assert page.status_code == 200
    assert NOT_SAVED not in page.content.decode()
    # Nor when the first person comes back to the same browser.
    person.sign_out()
    person.sign_in()
    assert NOT_SAVED not in person.client.get(person.path(form)).content.decode()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_of_one_account_is_not_taken_from_another_one(person: Person, form: Typed):
    sent = person.open(form)
    person.sign_out()
    person.sign_in(make_editor("next@example.org"))
    before = rows_of_all_tables()
    for token in (sent["csrfmiddlewaretoken"], person.client.cookies["csrftoken"].value):
        answer = person.send(form, sent | {"csrfmiddlewaretoken": token})
        assert answer.status_code == 403
        assert "This form belongs to another account" in answer.content.decode()
        assert "Sign in with that account and send the form again." in answer.content.decode()
    assert rows_of_all_tables() == before


def test_what_waited_is_shown_until_it_is_sent(person: Person):
    form = FORMS["note and event"]
    sent = person.open(form)
    session_ends(person)
    person.send(form, sent)
    person.sign_in()
    for _ in range(2):  # it survives a reload
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


def test_a_tip_that_a_colleague_saved_meanwhile_is_not_overwritten(person: Person):
    form = FORMS["tip"]
    tip = Tip.objects.get(pk=person.rows["tip"])
    sent = person.open(form) | tip_form(tip, text="Mine.")
    session_ends(person)
    person.send(form, sent)
    tip.text = "Theirs."
    tip.save()
    person.sign_in()
    again = person.client.get(person.path(form)).context["adminform"].form
    sent |= {name: again[name].value() for name in ("text", "version")}
    answer = person.send(form, sent | {"csrfmiddlewaretoken": person.token})
    assert answer.status_code == 409
    tip.refresh_from_db()
    assert tip.text == "Theirs."


# --- A visitor who signs in or up half way through -------------------------------------------


@pytest.mark.parametrize("path", ["/", "/try/"])
@pytest.mark.parametrize("door", ["login", "signup"])
def test_a_visitors_points_are_there_after_the_door_was_taken_half_way(client, db, path, door):
    answer = client.post(path, points("4-3-0-0-0", account="", hold=door))
    assert answer.url == f"/accounts/{door}/?next={path}"
    assert client.get(path).context["form"].points_used == 7  # back without signing in
    client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    assert client.get(path).context["form"].points_used == 7
    assert not Assessment.objects.exists()


def test_a_door_stores_nothing_for_whoever_has_signed_in_meanwhile(person: Person):
    sent = person.open(FORMS["points"]._replace(fields=points("4-3-3-0-0"))) | {
        "hold": "login",
        "account": "",
    }
    before = Assessment.objects.count()
    assert person.client.post("/", sent, follow=True).context["form"].points_used == 10
    assert Assessment.objects.count() == before


def test_a_door_leads_nowhere_else(client, db):
    answer = client.post("/?next=//evil.example/", points("4-3-0-0-0", hold="//evil.example/"))
    assert answer.url == "/accounts/login/?next=/"


def test_points_sent_after_the_session_ended_are_stored_for_their_person_alone(person: Person):
    fields = points("4-3-3-0-0", submission=str(uuid.uuid4()))
    valid = FORMS["points"]._replace(fields=fields)
    sent = person.open(valid)
    session_ends(person)
    assert person.send(valid, sent).url == "/splits/4-3-3-0-0/"
    other = make_editor("next@example.org")
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
    """After a sign-in, a page that takes a password is requested again: no input of it is kept."""
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


# --- The longest note that a browser lets one type -----------------------------------------------


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
