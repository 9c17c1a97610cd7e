import re
import time
from html import unescape
from unittest.mock import Mock, patch

import pytest
from allauth.account import app_settings as account_settings
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client, override_settings

from purposeapp.accounts.adapter import AccountAdapter
from purposeapp.accounts.forms import TOO_MANY_CODES
from purposeapp.accounts.limits import MAIL_RETRY_AFTER_S, WRONG_HERE_S
from purposeapp.accounts.verification import PASSWORD_REVOKED
from purposeapp.models import Assessment, User
from purposeapp.views.errors import RETRY_AFTER_S, TOO_MANY_MAILS, WAIT_A_MINUTE
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_user, make_verified_user, points, prove
from tests.support.pages import text_of

VERIFY = "/accounts/confirm-email/"
SIGN_UP = {"email": "new@example.org", "password1": PASSWORD}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "javascript:alert",
    "http://[",
    "//[",
    "\\\\evil.example",
]


def test_a_newcomer_signs_up_and_is_signed_in(client, db):
    response = client.post("/accounts/signup/", SIGN_UP)
    assert (response.status_code, response.url) == (302, "/history/")
    assert client.get("/history/").status_code == 200
    assert mail.outbox == []


def test_after_signing_up_they_go_on_where_they_were(client, db):
    assert client.post("/accounts/signup/?next=/", SIGN_UP | {"next": "/"}).url == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_next_that_leads_elsewhere_is_not_followed(client, user, target):
    form = {"login": user.email, "password": PASSWORD, "next": target}
    assert client.get("/accounts/login/", {"next": target}).status_code == 200
    assert client.post("/accounts/login/", form).url == "/history/"


@pytest.mark.parametrize("email", ["owner@example.org", "OWNER@Example.org"])
def test_signing_in_takes_the_address_in_any_case(client, user, email):
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/history/")


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        ({"login": "owner@example.org", "password": "wrong"}, ["__all__"]),
        ({"login": "nobody@example.org", "password": PASSWORD}, ["__all__"]),
        ({"login": "owner@example.org\0", "password": PASSWORD}, ["login"]),
        ({"login": "", "password": ""}, ["login", "password"]),
        ({}, ["login", "password"]),
    ],
)
def test_a_wrong_sign_in_is_refused(client, user, form, faults):
    response = client.post("/accounts/login/", form)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == faults
    assert ("Wrong email or password." in response.content.decode()) == (faults == ["__all__"])
    assert client.get("/history/").status_code == 302


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_the_summary_of_errors_leads_to_each_field(client, db, path):
    assert_summarized(client.post(path, {}), problems=2)


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/reauthenticate/"]
)
def test_a_page_is_the_answer_whatever_a_script_asks_for(client, user, path):
    if "reauthenticate" in path:
        client.force_login(user)
    for headers in ({"X-Requested-With": "XMLHttpRequest"}, {"Accept": "application/json"}):
        assert client.get(path, headers=headers)["Content-Type"] == "text/html; charset=utf-8"


def test_a_wrong_password_is_said_once(client, user):
    page = client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    assert page.content.decode().count("Wrong email or password.") == 1


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/signup/", "/accounts/login/code/", "/accounts/password/reset/"],
)
def test_no_placeholder_repeats_a_label(client, db, path):
    assert "placeholder" not in client.get(path).content.decode()


def test_what_a_password_needs_is_one_line(client, db):
    page = client.get("/accounts/signup/").content.decode()
    assert page.count("At least 8 characters, and not a common one.") == 1
    assert "personal information" not in page


@pytest.mark.parametrize(
    "form",
    [
        {"email": "new@example.org", "password1": "12345678"},
        {"email": "no address", "password1": PASSWORD},
        {"email": "a\0b@example.org", "password1": PASSWORD},
        {"email": "owner@example.org", "password1": PASSWORD},
        {"email": "Owner@Example.org", "password1": PASSWORD},
    ],
)
def test_a_bad_sign_up_makes_no_account(client, user, form):
    assert client.post("/accounts/signup/", form).status_code == 422
    assert User.objects.count() == 1


def test_guessing_passwords_is_limited(client, user):
    form = {"login": user.email, "password": "wrong"}
    answers = [client.post("/accounts/login/", form).content.decode() for _ in range(7)]
    assert "Too many tries" in answers[-1]
    right = client.post("/accounts/login/", form | {"password": PASSWORD})
    assert (right.status_code, right.headers["Retry-After"]) == (429, "300")
    assert f'value="{user.email}"' in right.content.decode()


def test_too_many_sign_ups_from_one_place_get_a_page_of_ours(client, db):
    answers = [client.post("/accounts/signup/", {}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert "Wait one minute" in answers[-1].content.decode()


def test_a_class_that_signs_up_at_once_is_told_when_to_come_back(db):
    """The page keeps what was typed except for the password, and the pending result."""
    for pupil in range(20):
        form = {"email": f"pupil{pupil}@example.org", "password1": PASSWORD}
        assert Client().post("/accounts/signup/", form).status_code == 302
    late = Client()
    late.post("/", points("6-2-2-0-0"))
    form = {"email": "late@example.org", "password1": PASSWORD, "next": "/goal/"}
    response = late.post("/accounts/signup/", form)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
    page = unescape(response.content.decode())
    assert "You've tried too often in a short time. Wait one minute, then try again." in page
    assert 'value="late@example.org"' in page
    assert 'name="next" value="/goal/"' in page
    assert PASSWORD not in page
    assert "We'll add your result to your history" in page
    assert not User.objects.filter(email="late@example.org").exists()
    cache.clear()  # as after a minute
    assert late.post("/accounts/signup/", form).url == "/goal/"
    assert Assessment.objects.get().user.email == "late@example.org"


MINUTE, HOUR = str(WAIT_A_MINUTE), str(TOO_MANY_MAILS)


@pytest.mark.parametrize(
    ("path", "form", "tries", "words", "seconds"),
    [
        (*("/accounts/login/", {"login": "some@example.org", "password": "x"}, 30), MINUTE, "60"),
        (*("/accounts/password/reset/", {"email": "some@example.org"}, 6), HOUR, "3600"),
    ],
)
def test_every_form_with_a_limit_comes_back_with_what_was_typed(
    client, db, path, form, tries, words, seconds
):
    with patch.object(AccountAdapter, "pre_authenticate"):
        for _try in range(tries):
            assert client.post(path, form).status_code != 429
    response = client.post(path, form)
    assert (response.status_code, response.headers["Retry-After"]) == (429, seconds)
    assert 'value="some@example.org"' in response.content.decode()
    assert words in unescape(response.content.decode())


def test_no_limit_lasts_longer_than_it_says():
    limits = account_settings.RATE_LIMITS
    for action in (
        *("signup", "login", "reset_password", "request_login_code", "manage_email"),
        "linkedin_code",
    ):
        assert re.fullmatch(r"\d+/m/\w+(,\d+/m/\w+)*", limits[action]), action
    assert WRONG_HERE_S == 5 * 60  # as the form says
    assert (RETRY_AFTER_S, MAIL_RETRY_AFTER_S) == (60, 60 * 60)


def test_signing_out_asks_and_then_ends_the_session(owner):
    assert "Sign out?" in owner.get("/accounts/logout/").content.decode()
    assert owner.get("/history/").status_code == 200
    session = owner.cookies["sessionid"].value
    assert owner.post("/accounts/logout/").url == "/"
    assert "You&#x27;re signed out." in owner.get("/").content.decode()
    again = Client()
    again.cookies["sessionid"] = session
    assert again.get("/history/").status_code == 302


@pytest.mark.usefixtures("with_mail_server")
def test_with_a_mail_server_the_address_is_verified_by_a_code(client, db):
    response = client.post("/accounts/signup/", SIGN_UP)
    assert response.url == "/accounts/confirm-email/"
    assert client.get("/history/").status_code == 302
    wrong = client.post("/accounts/confirm-email/", {"code": "WRONG1"})
    assert wrong.status_code == 422
    (message,) = mail.outbox
    assert message.to == ["new@example.org"]
    client.post("/accounts/confirm-email/", {"code": code_in(message)})
    assert client.get("/history/").status_code == 200
    assert EmailAddress.objects.get().verified


@pytest.mark.usefixtures("with_mail_server")
@override_settings(ALLOWED_HOSTS=["*"], PUBLIC_URL="https://purposes.example")
def test_mails_carry_the_public_address_whatever_host_was_asked(db):
    make_user("taken@example.org")
    client = Client(headers={"host": "evil.example"})
    client.post("/accounts/signup/", {"email": "taken@example.org", "password1": PASSWORD})
    client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    client.post("/accounts/password/reset/", {"email": "taken@example.org"})
    assert len(mail.outbox) == 3
    for message in mail.outbox:
        assert "evil.example" not in message.body + message.subject
        assert "https://purposes.example/" in message.body
    assert "https://purposes.example/accounts/password/reset/" in mail.outbox[0].body
    assert "https://purposes.example/accounts/signup/" in mail.outbox[1].body


def test_a_forgotten_password_is_replaced_by_a_code(client, user):
    response = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    assert "Enter the code" in response.content.decode()
    page = client.post(
        response.request["PATH_INFO"], {"code": code_in(mail.outbox[0])}, follow=True
    )
    assert "Choose a new password" in page.content.decode()
    new = "another ten points"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


@pytest.mark.parametrize("code_entered_before", [False, True])
def test_a_reset_under_way_ends_when_the_owner_changes_the_password(
    client, db, code_entered_before
):
    owner = make_verified_user()
    page = client.post("/accounts/password/reset/", {"email": owner.email}, follow=True)
    code = {"code": code_in(mail.outbox[0])}
    if code_entered_before:
        page = client.post(page.request["PATH_INFO"], code, follow=True)
    changed = Client()
    changed.force_login(owner)
    changed.post("/accounts/reauthenticate/", {"password": PASSWORD})
    theirs = "ten points of my own"
    form = {"oldpassword": PASSWORD, "password1": theirs, "password2": theirs}
    assert changed.post("/accounts/password/change/", form).status_code == 302
    if not code_entered_before:
        page = client.post(page.request["PATH_INFO"], code, follow=True)
    complete = page.request["PATH_INFO"]
    new = {"password1": "another ten points", "password2": "another ten points"}
    response = client.post(complete, new, follow=True)
    assert response.redirect_chain == [("/accounts/password/reset/", 302)]
    assert "That code no longer works. Ask for a new one." in text_of(response)
    assert client.get(complete).url == "/accounts/password/reset/"
    owner.refresh_from_db()
    assert owner.check_password(theirs)
    assert client.get("/history/").status_code == 302


CODE = "/accounts/login/code/"
CONFIRM = "/accounts/login/code/confirm/"


def ask_for_a_code(client, email, **extra):
    return client.post(CODE, {"email": email, **extra})


def test_a_code_by_mail_signs_in_without_a_password(client, db):
    user = make_verified_user()
    page = client.get("/accounts/login/?next=/worksheet/").content.decode()
    assert f'href="{CODE}?next=%2Fworksheet%2F"' in page
    response = ask_for_a_code(client, user.email, next="/worksheet/")
    assert response.url == f"{CONFIRM}?next=%2Fworksheet%2F"
    assert "owner@example.org" in client.get(response.url).content.decode()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([user.email], "Your code for Five Purposes")
    assert client.get("/history/").status_code == 302
    response = client.post(CONFIRM, {"code": code_in(message), "next": "/worksheet/"})
    assert response.url == "/worksheet/"
    assert client.get("/history/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_right_code_may_lead_to_a_page_where_codes_begin(client, db):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org", next="/accounts/email/")
    form = {"code": code_in(mail.outbox[0]), "next": "/accounts/email/"}
    page = client.post(CONFIRM, form, follow=True)
    assert page.redirect_chain == [("/accounts/email/", 302)]
    assert "no longer works" not in page.content.decode()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_code_leads_nowhere_else(client, db, target):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org", next=target)
    form = {"code": code_in(mail.outbox[0]), "next": target}
    assert client.post(CONFIRM, form).url == "/history/"


def test_a_code_works_once(client, db):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org")
    code = {"code": code_in(mail.outbox[0])}
    client.post(CONFIRM, code)
    client.post("/accounts/logout/")
    assert client.post(CONFIRM, code).url == CODE
    assert client.get("/history/").status_code == 302


def test_a_code_works_in_the_browser_that_asked_for_it_only(client, db):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org")
    assert Client().post(CONFIRM, {"code": code_in(mail.outbox[0])}).url == CODE


def test_three_wrong_codes_are_enough(client, db):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org")
    answers = [client.post(CONFIRM, {"code": "WRONG1"}).status_code for _ in range(3)]
    assert answers == [422, 422, 302]
    assert client.post(CONFIRM, {"code": code_in(mail.outbox[0])}).url == CODE
    assert client.get("/history/").status_code == 302


def test_six_codes_an_hour_are_enough(client, db):
    make_verified_user()
    *answers, last = [ask_for_a_code(Client(), "owner@example.org") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [302] * 6
    assert (last.status_code, last.headers["Retry-After"]) == (429, "3600")
    assert HOUR in unescape(last.content.decode())
    assert 'value="owner@example.org"' in last.content.decode()
    assert len(mail.outbox) == 6


def test_twenty_codes_a_minute_from_one_place_are_enough(db):
    *answers, last = [ask_for_a_code(Client(), f"{number}@example.org") for number in range(21)]
    assert [answer.status_code for answer in answers] == [302] * 20
    assert (last.status_code, last.headers["Retry-After"]) == (429, "60")
    assert unescape(last.content.decode()).count(str(TOO_MANY_CODES)) == 2  # summary and field


OVER = pytest.mark.parametrize("ends", ["expired", "three wrong ones"])


def use_up(client, path: str, ends: str, **form):
    """Let the last code expire and send it, or send wrong codes until it is no longer valid."""
    late = time.time() + (2 * 60 * 60 if ends == "expired" else 0)
    codes = [code_in(mail.outbox[-1])] if ends == "expired" else ["WRONG1"] * 3
    with patch("time.time", return_value=late):
        for code in codes:
            page = client.post(path, {"code": code, **form}, follow=True)
    words = page.content.decode()
    assert "That code no longer works." in words
    assert "Wait" not in words
    assert "is on its way" not in words
    return page


@OVER
def test_where_a_code_to_sign_in_is_over_a_new_one_is_a_press_away(client, db, ends):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org", next="/goal/")
    page = use_up(client, CONFIRM, ends, next="/goal/")
    assert page.redirect_chain == [(f"{CODE}?next=%2Fgoal%2F", 302)]
    confirm = ask_for_a_code(client, "owner@example.org", next="/goal/").url
    form = {"code": code_in(mail.outbox[1]), "next": "/goal/"}
    assert client.post(confirm, form).url == "/goal/"


@OVER
@pytest.mark.usefixtures("with_mail_server")
def test_where_the_code_of_a_new_account_is_over_a_sign_in_sends_another(client, db, ends):
    client.post("/accounts/signup/", SIGN_UP)
    page = use_up(client, VERIFY, ends)
    assert page.redirect_chain == [("/accounts/login/", 302)]
    cache.clear()  # reset the rate limit of mails
    form = {"login": SIGN_UP["email"], "password": PASSWORD}
    assert client.post("/accounts/login/", form).url == VERIFY
    assert client.post(VERIFY, {"code": code_in(mail.outbox[-1])}).url == "/history/"


@OVER
@pytest.mark.usefixtures("with_mail_server")
def test_where_the_code_for_another_email_is_over_it_is_sent_again(client, db, ends):
    client.force_login(make_verified_user())
    prove(client)
    client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    page = use_up(client, VERIFY, ends)
    assert page.redirect_chain == [("/accounts/email/", 302)]
    assert page.status_code == 200


@OVER
def test_where_the_code_for_a_new_password_is_over_one_asks_for_another(client, user, ends):
    page = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    page = use_up(client, page.request["PATH_INFO"], ends)
    assert page.redirect_chain == [("/accounts/password/reset/", 302)]


def test_nobody_learns_from_it_who_has_an_account(client, db):
    make_verified_user()
    known = ask_for_a_code(client, "owner@example.org")
    unknown = ask_for_a_code(Client(), "nobody@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert mail.outbox[1].subject == "No account with this email"


def test_a_code_opens_no_closed_account(client, db):
    make_verified_user(is_active=False)
    ask_for_a_code(client, "owner@example.org")
    assert [message.subject for message in mail.outbox] == ["No account with this email"]


@pytest.mark.parametrize("form", [{}, {"email": ""}, {"email": "no"}, {"email": "a\0@example.org"}])
def test_a_code_to_no_address_is_refused(client, db, form):
    response = client.post(CODE, form)
    assert response.status_code == 422
    assert response.context["form"].errors
    assert mail.outbox == []


@pytest.mark.usefixtures("with_mail_server")
def test_whoever_signed_up_with_an_address_of_somebody_else_is_locked_out_by_a_code(client, db):
    Client().post("/accounts/signup/", SIGN_UP)
    mail.outbox.clear()
    ask_for_a_code(client, "new@example.org")
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    page = client.get("/history/")
    assert str(PASSWORD_REVOKED) in page.content.decode().replace("&#x27;", "'")
    assert EmailAddress.objects.get().verified
    other = Client().post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD})
    assert other.status_code == 422
    client.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("ask", [CODE, "/accounts/password/reset/"])
def test_an_address_is_proven_only_together_with_the_end_of_older_passwords(
    client, db, monkeypatch, ask
):
    """If only the first of the two were stored, an earlier claimant would keep access."""
    user = make_user("new@example.org")
    EmailAddress.objects.create(user=user, email=user.email, primary=True)
    page = client.post(ask, {"email": user.email}, follow=True).request["PATH_INFO"]
    code = {"code": code_in(mail.outbox[0])}
    with monkeypatch.context() as patched:
        patched.setattr(User, "set_unusable_password", Mock(side_effect=OperationalError))
        client.raise_request_exception = False
        assert client.post(page, code).status_code == 503
    assert not EmailAddress.objects.get().verified
    assert client.post(page, code).status_code == 302
    assert EmailAddress.objects.get().verified
    assert not User.objects.get().has_usable_password()


def test_sessions_from_before_the_code_end_too(client, db):
    before = Client()
    before.post("/accounts/signup/", SIGN_UP)
    assert before.get("/history/").status_code == 200
    ask_for_a_code(client, "new@example.org")
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert client.get("/history/").status_code == 200
    assert before.get("/history/").status_code == 302


@pytest.mark.usefixtures("with_mail_server")
def test_whoever_signs_up_and_enters_the_code_keeps_the_password(client, db):
    client.post("/accounts/signup/", SIGN_UP)
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[0])})
    assert User.objects.get().check_password(PASSWORD)


def test_without_a_mail_server_a_link_changes_the_address_and_is_called_one(client, db):
    client.force_login(make_verified_user())
    assert "Send link" in text_of(client.get("/accounts/email/"))
    prove(client)
    form = {"email": "other@example.org", "action_add": ""}
    response = client.post("/accounts/email/", form, follow=True)
    status = "A link for other@example.org is on its way. Until you open it, your old email stays."
    assert f'<p role="status">{status}</p>' in response.content.decode()
    assert "Send a new link" in text_of(response)
    assert mail.outbox[-1].subject == "Confirm your email for Five Purposes"


@pytest.mark.usefixtures("with_mail_server")
def test_whoever_changes_the_address_keeps_the_password(client, db):
    user = make_verified_user()
    client.force_login(user)
    prove(client)
    client.post("/accounts/email/", {"email": "other@example.org", "action_add": ""})
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[0])})
    user.refresh_from_db()
    assert user.email == "other@example.org"
    assert user.check_password(PASSWORD)
    assert client.get("/history/").status_code == 200
    assert mail.outbox[-1].to == ["owner@example.org"]
    assert "changed from owner@example.org to other@example.org." in mail.outbox[-1].body


@pytest.mark.parametrize("path", ["/accounts/email/", "/accounts/password/change/"])
def test_what_matters_asks_for_the_password_once_more(owner, user, path):
    """An unattended signed-in browser must not be enough to take over the account."""
    response = owner.post(path, {"email": "thief@example.org", "action_add": ""})
    if path == "/accounts/email/":
        assert response.url.startswith("/accounts/reauthenticate/")
        page = text_of(owner.get(response.url))
        assert (
            "Settings Confirm it's you Enter your password again to change how you sign in." in page
        )
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    assert mail.outbox == []


NEW_PASSWORD = {"password1": "a thief's own words", "password2": "a thief's own words"}


@pytest.mark.usefixtures("with_mail_server")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/accounts/email/", {"email": "thief@example.org", "action_add": ""}),
        ("/accounts/password/set/", NEW_PASSWORD),
    ],
)
def test_who_has_no_password_enters_a_code_before_what_matters_changes(client, db, path, form):
    user = make_verified_user()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert client.post(path, form).url == "/accounts/login/code/confirm/"
    assert client.get("/history/").status_code == 302
    assert not EmailAddress.objects.filter(email="thief@example.org").exists()
    (sent,) = mail.outbox
    assert sent.to == [user.email]
    page = client.get("/accounts/login/code/confirm/").content.decode()
    assert "then make the change again." in page
    right = {"code": code_in(sent)}
    assert client.post("/accounts/login/code/confirm/", right).url == "/settings/"
    assert client.post(path, form).status_code == 302
    user.refresh_from_db()
    asked = mail.outbox[-1].to == ["thief@example.org"]  # for the code to verify the new one
    assert (asked, user.has_usable_password()) == (path == "/accounts/email/", "set" in path)


def test_without_a_mail_server_a_link_changes_the_address(client, user):
    client.force_login(user)
    prove(client)
    client.post("/accounts/email/", {"email": "other@example.org", "action_add": ""})
    link = re.search(r"^http://127.0.0.1:8000(/.+)$", mail.outbox[0].body, re.MULTILINE)[1]
    assert "Is this your email?" in client.get(link).content.decode()
    client.post(link)
    user.refresh_from_db()
    assert user.email == "other@example.org"
    assert user.check_password(PASSWORD)
    assert "This link no longer works" in client.get(link).content.decode()


NOTIFICATIONS = [
    "account/email/email_changed",
    "account/email/email_confirm",
    "account/email/email_deleted",
    "account/email/password_changed",
    "account/email/password_reset",
    "account/email/password_set",
    "socialaccount/email/account_connected",
    "socialaccount/email/account_disconnected",
]


@pytest.mark.parametrize("template", NOTIFICATIONS)
@override_settings(
    PUBLIC_URL="https://purposes.example", ROOT_URLCONF="tests.support.urls_with_linkedin"
)
def test_mails_about_a_change_are_in_our_words(user, rf, template):
    request = rf.get("/", headers={"host": "evil.example"})
    account = SocialAccount(user=user, provider="linkedin", extra_data={"email": "in@example.org"})
    details = {
        "from_email": user.email,
        "to_email": "new@example.org",
        "deleted_email": "old@example.org",
        "account": account,
    }
    with (
        request_context(request),
        override_settings(ALLOWED_HOSTS=["*"], LINKEDIN_CLIENT_ID="x", LINKEDIN_CLIENT_SECRET="y"),
    ):
        AccountAdapter(request).send_notification_mail(template, user, details)
    (message,) = mail.outbox
    words = message.subject + message.body
    assert message.body.startswith("Hello,\n\n")
    assert message.body.endswith("Five Purposes\nhttps://purposes.example/")
    for wrong in ("evil.example", "127.0.0.1", "third-party", "Third-Party", "&#", "{"):
        assert wrong not in words


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("help@purposes.example", "If not, write to help@purposes.example right away: codes"),
        (None, "If not, contact the people who run the site right away: codes"),
    ],
)
def test_an_old_address_is_told_whom_to_write_to(user, rf, settings, contact, words):
    settings.CONTACT_EMAIL = contact
    request = rf.get("/")
    details = {"from_email": user.email, "to_email": "new@example.org"}
    with request_context(request):
        AccountAdapter(request).send_notification_mail("account/email/email_changed", user, details)
    assert words in " ".join(mail.outbox[0].body.split())


def test_the_account_pages_open(owner):
    for path in ("/accounts/email/", "/accounts/password/change/", "/accounts/logout/"):
        response = owner.get(path)
        assert response.status_code == 200
        assert " style=" not in response.content.decode()


def test_a_superuser_made_on_the_command_line_has_a_verified_address(db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="root@example.org", interactive=False, verbosity=0)
    user = User.objects.get()
    assert user.is_staff
    assert user.is_superuser
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("root@example.org", True, True)


def test_a_superuser_typed_in_capitals_can_sign_in(client, db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@Example.org", interactive=False, verbosity=0)
    for typed in ("root@example.org", "Root@Example.org"):
        response = client.post("/accounts/login/", {"login": typed, "password": PASSWORD})
        assert (response.status_code, response.url) == (302, "/history/")
        client.post("/accounts/logout/")


def test_a_user_is_known_by_address(db):
    user = make_user("some.body@Example.ORG")
    assert str(user) == user.get_full_name() == user.get_short_name() == "some.body@example.org"
    assert User.objects.get_by_natural_key("SOME.BODY@example.org") == user
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("")


def test_postgresql_refuses_the_same_address_in_another_case(user):
    with pytest.raises(IntegrityError, match="user_email_unique_in_any_case"), transaction.atomic():
        User.objects.create(email="OWNER@example.org")


@pytest.mark.parametrize(
    ("path", "form", "problems"),
    [
        ("/accounts/login/code/", {"email": "no address"}, 1),
        ("/accounts/password/reset/", {"email": "no address"}, 1),
        (CONFIRM, {"code": "WRONG1"}, 1),
    ],
)
def test_a_wrong_code_or_email_has_the_summary_too(client, db, path, form, problems):
    if path == CONFIRM:
        ask_for_a_code(client, "owner@example.org")
    assert_summarized(client.post(path, form), problems)


@pytest.mark.parametrize(
    ("path", "form", "problems"),
    [
        ("/accounts/reauthenticate/", {"password": "wrong"}, 1),
        ("/accounts/email/", {"email": "no address", "action_add": ""}, 1),
        ("/accounts/password/change/", {}, 3),
    ],
)
def test_a_form_of_the_signed_in_has_the_summary_too(client, db, path, form, problems):
    client.post("/accounts/signup/", SIGN_UP)
    assert_summarized(client.post(path, form), problems)


def test_a_first_password_has_the_summary_too(client, db):
    user = make_verified_user()
    user.set_unusable_password()
    user.save()
    ask_for_a_code(client, user.email)
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert_summarized(client.post("/accounts/password/set/", {}), problems=2)


def test_a_new_password_after_a_code_has_the_summary_too(client, user):
    page = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    code = {"code": code_in(mail.outbox[0])}
    page = client.post(page.request["PATH_INFO"], code, follow=True)
    form = {"password1": "12345678", "password2": "12345678"}
    assert client.post(page.request["PATH_INFO"], form).status_code == 422


def test_a_code_to_sign_in_is_sent_again_or_to_another_email(client, db):
    make_verified_user()
    ask_for_a_code(client, "owner@example.org", next="/goal/")
    page = client.get(CONFIRM + "?next=/goal/").content.decode()
    assert f'<input type="hidden" name="next" value="{CODE}?next=%2Fgoal%2F">' in page
    again = client.post(CONFIRM, {"action": "resend", "next": "/goal/"}, follow=True)
    assert "We sent a new code. The one before no longer works." in text_of(again)
    assert len(mail.outbox) == 2
    assert client.post(CONFIRM, {"code": code_in(mail.outbox[0])}).status_code == 422
    code = code_in(mail.outbox[1])
    assert client.post(CONFIRM, {"code": code, "next": "/goal/"}).url == "/goal/"


def test_another_email_gets_a_code_instead(client, db):
    make_verified_user()
    ask_for_a_code(client, "onwer@example.org")
    assert client.get(CODE).url == CONFIRM  # the sign-in is waiting for its code
    start = client.post("/accounts/logout/", {"next": f"{CODE}?next=%2Fgoal%2F"}).url
    assert client.get(start).status_code == 200
    ask_for_a_code(client, "owner@example.org")
    client.post(CONFIRM, {"code": code_in(mail.outbox[1])})
    assert client.get("/history/").status_code == 200


def test_a_code_for_a_new_password_is_sent_again_or_to_another_email(client, user):
    page = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    text = page.content.decode()
    assert '<a class="btn btn-link" href="/accounts/password/reset/">' in text
    assert f'<input type="hidden" name="email" value="{user.email}">' in text
    client.post("/accounts/password/reset/", {"email": user.email})
    code = {"code": code_in(mail.outbox[1])}
    assert client.post(page.request["PATH_INFO"], code).url == "/accounts/password/reset/complete/"


@pytest.mark.usefixtures("with_mail_server")
def test_a_code_for_a_new_account_is_sent_again_or_to_another_email(client, db):
    page = text_of(client.post("/accounts/signup/", SIGN_UP, follow=True))
    assert page.count(SIGN_UP["email"]) == 1  # the page says where the code went, no message does
    cache.clear()  # reset the rate limit of one mail in ten seconds
    again = text_of(client.post(VERIFY, {"action": "resend"}, follow=True))
    assert "We sent a new code. The one before no longer works." in again
    assert len(mail.outbox) == 2
    left = client.post("/accounts/logout/", {"next": "/accounts/signup/"})
    assert client.get(left.url).status_code == 200
    client.post("/accounts/signup/", SIGN_UP | {"email": "mended@example.org"})
    client.post(VERIFY, {"code": code_in(mail.outbox[2])})
    assert client.get("/history/").context["user"].email == "mended@example.org"


@pytest.mark.usefixtures("with_mail_server")
def test_the_page_for_a_code_does_not_say_who_has_an_account(client, db):
    make_user("taken@example.org")
    pages = []
    for email in ["taken@example.org", "other@example.org"]:
        browser = Client()
        browser.post("/accounts/signup/", SIGN_UP | {"email": email})
        page = browser.get(VERIFY).content.decode().replace(email, "")
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert "Use a different email" in pages[0]
    assert pages[0] == pages[1]


def assert_summarized(response, problems: int) -> None:
    """Assert that a redisplayed form begins with a summary that links each problem to its field."""
    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error:" in page
    assert "There is a problem" in page
    targets = re.findall(r'<li><a href="#([^"]+)">', page)
    assert len(targets) == problems
    for target in targets:
        assert page.count(f'id="{target}"') == 1


# --- What a form says of what is missing or wrong -------------------------------------------------

EMAIL, CURRENT, NEW = "Enter your email.", "Enter your current password.", "Enter a new password."
AGAIN = "Enter the new password again."


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("login/", {"login": EMAIL, "password": "Enter your password."}),
        ("signup/", {"email": EMAIL, "password1": "Enter a password."}),
        ("login/code/", {"email": EMAIL}),
        ("password/reset/", {"email": EMAIL}),
        ("reauthenticate/", {"password": "Enter your password."}),
        ("delete/", {"password": "Enter your password."}),
        ("email/", {"email": "Enter your new email."}),
        ("password/change/", {"oldpassword": CURRENT, "password1": NEW, "password2": AGAIN}),
    ],
)
def test_an_empty_field_says_what_to_enter(client, db, path, errors):
    if path in ("reauthenticate/", "delete/", "email/", "password/change/"):
        client.force_login(make_verified_user())
        prove(client)
    response = client.post(f"/accounts/{path}", {"action_add": ""})
    assert response.context["form"].errors == {name: [error] for name, error in errors.items()}


@pytest.mark.parametrize(
    ("ask", "path"),
    [(CODE, CONFIRM), ("/accounts/password/reset/", "/accounts/password/reset/confirm/")],
)
def test_an_empty_code_says_so(client, user, ask, path):
    client.post(ask, {"email": user.email})
    assert client.post(path, {}).context["form"].errors == {"code": ["Enter the code."]}


@pytest.mark.parametrize("path", ["login/", "signup/", "login/code/", "password/reset/", "email/"])
@pytest.mark.parametrize("typed", ["me", "me@", "me@example", "me and you@example.org"])
def test_what_is_no_email_is_answered_with_an_example(client, db, path, typed):
    name = "login" if path == "login/" else "email"
    if path == "email/":
        client.force_login(make_verified_user())
        prove(client)
    form = {name: typed, "password": PASSWORD, "password1": PASSWORD, "action_add": ""}
    errors = client.post(f"/accounts/{path}", form).context["form"].errors
    assert errors == {name: ["Enter an email, such as name@example.com."]}


def test_ones_own_email_is_no_other(client, db):
    client.force_login(make_verified_user())
    prove(client)
    form = {"email": "Owner@example.org", "action_add": ""}
    errors = client.post("/accounts/email/", form).context["form"].errors
    assert errors == {"email": ["Your account already has this email. Enter a different one."]}


def different(client: Client, path: str, **form: str) -> dict:
    form |= {"password1": "another ten points", "password2": "Another ten points"}
    return client.post(path, form).context["form"].errors


def test_two_different_passwords_are_entered_again(client, user):
    error = {"password2": ["The two passwords don't match. Enter the same one twice."]}
    client.post("/accounts/password/reset/", {"email": user.email})
    code = {"code": code_in(mail.outbox[0])}
    complete = client.post("/accounts/password/reset/confirm/", code).url
    assert different(client, complete) == error
    client.force_login(user)
    prove(client)
    assert different(client, "/accounts/password/change/", oldpassword=PASSWORD) == error
    user.set_unusable_password()
    user.save()
    ask_for_a_code(client, user.email)
    client.post(CONFIRM, {"code": code_in(mail.outbox[-1])})
    assert different(client, "/accounts/password/set/") == error
    user.refresh_from_db()
    assert not user.has_usable_password()
