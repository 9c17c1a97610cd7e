"""Signing in with LinkedIn, against a real provider on loopback, with every redirect followed."""

import re
from unittest.mock import Mock
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib import admin
from django.core import mail
from django.db import OperationalError
from django.test import Client, override_settings

from purposeapp.accounts.linkedin import CONNECTED, ENTER_THE_CODE, ONLY_WAY_IN
from purposeapp.accounts.verification import PASSWORD_REVOKED
from purposeapp.models import Assessment, User
from purposeapp.views.linkedin import TAKEN_MEANWHILE
from tests.support.client import history, sign_in, spend
from tests.support.concurrency import locked_meanwhile
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_user, make_verified_user, prove

LOGIN = "/accounts/oidc/linkedin/login/"
CALLBACK = "/accounts/oidc/linkedin/login/callback/"
CONNECTIONS = "/accounts/3rdparty/"
CODE = "/accounts/login/code/confirm/"
SIGN_UP = "/accounts/3rdparty/signup/"
CANCELLED = "/accounts/3rdparty/login/cancelled/"
PAGES = [LOGIN, CALLBACK, CONNECTIONS, SIGN_UP, CANCELLED, "/accounts/3rdparty/login/error/"]


@pytest.fixture
def ada(provider):
    """A LinkedIn member whose email address LinkedIn has verified."""
    provider.knows("ada", email="ada@example.org", email_verified=True, picture="https://x/y.png")
    return "ada"


def start(client, **form) -> str:
    """Press the button, and return the URL that it redirects to."""
    response = client.post(LOGIN, form)
    assert response.status_code == 302
    return response.url


def come_back(client, address):
    """Follow the provider's redirect back to our site."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def sign_in_with_linkedin(client, provider, sub, **form):
    return come_back(client, provider.consent(start(client, **form), sub))


def sign_up_and_confirm_nothing(email="ada@example.org") -> User:
    """Sign up with an email address without verifying it, as someone who can't read its mail."""
    Client().post("/accounts/signup/", {"email": email, "password1": PASSWORD})
    mail.outbox.clear()
    return User.objects.get(email=email)


def is_signed_in(client) -> bool:
    return client.get("/history/").status_code == 200


def page_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("&#x27;", "'"))


# --- Two at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("email", ["ada@example.org", None])
def test_an_address_that_somebody_takes_meanwhile_opens_nothing(client, provider, email):
    provider.knows("ada", **({"email": email, "email_verified": True} if email else {}))
    back = provider.consent(start(client), "ada")
    if not email:
        assert come_back(client, back).url == SIGN_UP
    answers = []

    def sign_up():
        form = {"email": "ada@example.org"}
        answers.append(come_back(client, back) if email else client.post(SIGN_UP, form))

    locked_meanwhile(lambda: make_user("ada@example.org"), sign_up)
    assert [answer.url for answer in answers] == ["/accounts/login/"]
    assert str(TAKEN_MEANWHILE) in page_of(client.get("/accounts/login/"))
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_linkedin_account_that_somebody_connects_meanwhile_is_theirs(client, provider, ada):
    client.force_login(make_user())
    prove(client)
    back = provider.consent(start(client, process="connect"), ada)
    someone = make_user("someone@example.org")
    answers = []
    locked_meanwhile(
        lambda: SocialAccount.objects.create(provider="linkedin", uid="ada", user=someone),
        lambda: answers.append(come_back(client, back)),
    )
    assert [answer.url for answer in answers] == [CONNECTIONS]
    assert str(TAKEN_MEANWHILE) in page_of(client.get(CONNECTIONS))
    assert SocialAccount.objects.get().user == someone


# --- Switched off, the default ---------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_switched_off_there_is_nothing(owner, path, method):
    assert getattr(owner, method)(path).status_code == 404


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_switched_off_no_page_offers_it(client, db, path):
    page = page_of(client.get(path))
    assert ("Create an account" if "login" in path else "Sign up") in page
    assert "in with LinkedIn" not in page
    assert "up with LinkedIn" not in page


def test_switched_off_no_page_of_an_account_links_to_it(owner):
    for path in ("/history/", "/settings/"):
        assert "3rdparty" not in page_of(owner.get(path))


def test_the_admin_shows_none_of_its_tables():
    assert not [model for model in admin.site._registry if model._meta.app_label == "socialaccount"]


# --- A new account -----------------------------------------------------------------------------


def test_a_newcomer_has_an_account_with_a_verified_address(client, db, provider, ada):
    response = sign_in_with_linkedin(client, provider, ada)
    assert (response.status_code, response.url) == (302, "/history/")
    assert is_signed_in(client)
    user = User.objects.get()
    assert user.email == "ada@example.org"
    assert not user.has_usable_password()
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("ada@example.org", True, True)
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["ada@example.org", None])
def test_a_sign_up_that_is_cut_off_leaves_no_half_of_an_account(
    client, db, provider, monkeypatch, email
):
    """If LinkedIn gives an email address, the sign-up is automatic; if not, a form asks for one."""
    provider.knows("ada", **({"email": email, "email_verified": True} if email else {}))
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        cut_off = Mock(side_effect=OperationalError)
        patched.setattr("allauth.socialaccount.models.setup_user_email", cut_off)
        response = sign_in_with_linkedin(client, provider, "ada")
        if not email:
            response = client.post(SIGN_UP, {"email": "ada@example.org"})
        assert response.status_code == 503
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_an_address_in_another_spelling_is_asked_for_instead(client, db, provider):
    provider.knows("ada", email="=?utf-8?q?ada?=@example.org", email_verified=True)
    assert sign_in_with_linkedin(client, provider, "ada").url == SIGN_UP
    assert "=?" not in page_of(client.get(SIGN_UP))
    client.post(SIGN_UP, {"email": "ada@example.org"})
    assert User.objects.get().email == "ada@example.org"


def test_the_settings_of_a_newcomer_say_both_ways_in(client, db, provider, ada):
    sign_in_with_linkedin(client, provider, ada)
    assert "You sign in with a code or with LinkedIn." in page_of(client.get("/settings/"))


def test_only_the_name_and_the_address_are_kept(client, db, provider, ada):
    sign_in_with_linkedin(client, provider, ada)
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == ("linkedin", "ada")
    assert account.extra_data == {"name": "Ada Example", "email": "ada@example.org"}
    assert not SocialToken.objects.exists()
    assert "access_token" not in str(dict(client.session))


def test_what_linkedin_is_asked_for(client, db, provider):
    address = urlsplit(start(client, scope="w_member_social", auth_params="prompt=none"))
    asked = parse_qs(address.query)
    assert set(asked.pop("scope")[0].split()) == {"openid", "profile", "email"}
    assert len(asked.pop("state")[0]) == 16
    assert asked == {
        "client_id": ["client"],
        "redirect_uri": [f"http://127.0.0.1:8000{CALLBACK}"],
        "response_type": ["code"],
    }


def test_nobody_adds_to_that_with_a_link(client, db, provider):
    query = urlencode({"scope": "w_member_social", "auth_params": "prompt=none"})
    address = client.post(f"{LOGIN}?{query}").url
    assert "w_member_social" not in address
    assert "prompt" not in address


@override_settings(ALLOWED_HOSTS=["*"], PUBLIC_URL="https://purposes.example")
def test_it_leads_back_to_the_public_address_whatever_host_was_asked(db, provider):
    address = start(Client(headers={"host": "evil.example"}))
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == [f"https://purposes.example{CALLBACK}"]


def test_a_result_that_waited_is_kept_once(client, db, provider, ada):
    spend(client)
    sign_in_with_linkedin(client, provider, ada)
    assert "Your result is saved to your history." in page_of(client.get("/history/"))
    assert history(client) == ["6-2-2-0-0"]


def test_the_next_sign_in_finds_the_same_account_and_keeps_what_waits_then(
    client, db, provider, ada
):
    sign_in_with_linkedin(client, provider, ada)
    client.post("/accounts/logout/")
    spend(client, "0-0-0-10-0")
    sign_in_with_linkedin(client, provider, ada)
    assert history(client) == ["0-0-0-10-0"]
    assert User.objects.count() == SocialAccount.objects.count() == 1


def test_it_is_still_the_same_account_when_the_address_at_linkedin_changes(
    client, db, provider, ada
):
    sign_in_with_linkedin(client, provider, ada)
    client.post("/accounts/logout/")
    provider.knows("ada", email="countess@example.org", email_verified=True)
    sign_in_with_linkedin(client, provider, ada)
    assert User.objects.get().email == "ada@example.org"


def test_afterwards_they_go_on_where_they_were(client, db, provider, ada):
    response = sign_in_with_linkedin(client, provider, ada, next="/keep/6-2-2-0-0/")
    assert response.url == "/keep/6-2-2-0-0/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert"])
def test_a_next_that_leads_elsewhere_is_not_followed(client, db, provider, ada, target):
    assert sign_in_with_linkedin(client, provider, ada, next=target).url == "/history/"


def test_the_pages_offer_it_and_say_what_is_asked_for(client, db, provider):
    for path in ("/accounts/login/", "/accounts/signup/"):
        page = page_of(client.get(f"{path}?next=/worksheet/"))
        assert f'action="{LOGIN}"' in page
        assert '<input type="hidden" name="next" value="/worksheet/">' in page
        assert (
            "LinkedIn shares your name and email with us. Nothing else, and we never post." in page
        )


def test_a_link_to_it_asks_first(client, db, provider):
    response = client.get(LOGIN)
    assert response.status_code == 200
    assert "Go to LinkedIn" in page_of(response)
    assert "socialaccount_states" not in client.session


def test_thirty_starts_a_minute_are_enough(client, db, provider):
    answers = [client.post(LOGIN).status_code for _ in range(31)]
    assert answers == [302] * 30 + [429]


# --- An account with the same address ----------------------------------------------------------


def test_verified_on_both_sides_it_is_connected_and_signed_in(client, db, provider, ada):
    user = make_verified_user("ada@example.org")
    spend(client)
    response = sign_in_with_linkedin(client, provider, ada)
    assert response.url == "/history/"
    assert history(client) == ["6-2-2-0-0"]
    assert SocialAccount.objects.get().user == user
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    (message,) = mail.outbox
    assert (message.to, message.subject) == (
        ["ada@example.org"],
        "LinkedIn is connected to your account",
    )
    assert "You can sign in here as ada@example.org." in message.body
    assert f"http://127.0.0.1:8000{CONNECTIONS}" in message.body


@pytest.mark.parametrize("ours", ["ADA@example.org", "Ada@example.org"])
def test_upper_and_lower_case_make_no_second_account(client, db, provider, ada, ours):
    user = make_verified_user(ours)
    sign_in_with_linkedin(client, provider, ada)
    assert SocialAccount.objects.get().user == user


@pytest.mark.parametrize(
    "theirs",
    [
        "asia@f\N{LATIN SMALL LETTER DOTLESS I}rma.example",
        "a\N{LATIN SMALL LETTER LONG S}ia@firma.example",
    ],
)
@pytest.mark.parametrize("make", [make_user, make_verified_user])
def test_an_address_that_is_the_same_in_upper_case_alone_opens_nothing(
    client, db, provider, theirs, make
):
    user = make("asia@firma.example")
    provider.knows("mallory", email=theirs, email_verified=True)
    sign_in_with_linkedin(client, provider, "mallory")
    assert SocialAccount.objects.get().user != user
    assert not mail.outbox


def test_unverified_here_a_code_by_mail_comes_before_anything(client, db, provider, ada):
    user = sign_up_and_confirm_nothing()
    spend(client)
    response = sign_in_with_linkedin(client, provider, ada, next="/history/?chart")
    assert response.url == CODE
    assert str(ENTER_THE_CODE) in page_of(client.get(response.url))
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.filter(verified=True).exists()

    wrong = client.post(CODE, {"code": "WRONG1"})
    assert wrong.status_code == 422
    assert not SocialAccount.objects.exists()

    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    done = client.post(CODE, {"code": code_in(message)})
    assert done.url == "/history/?chart"
    page = page_of(client.get("/history/"))
    assert str(CONNECTED) in page
    assert str(PASSWORD_REVOKED) in page
    assert history(client) == ["6-2-2-0-0"]
    account = SocialAccount.objects.get()
    assert (account.user, account.uid) == (user, "ada")
    assert account.extra_data == {"name": "Ada Example", "email": "ada@example.org"}
    assert EmailAddress.objects.get().verified
    assert mail.outbox[-1].subject == "LinkedIn is connected to your account"


def test_then_linkedin_signs_in_without_a_code(client, db, provider, ada):
    sign_up_and_confirm_nothing()
    sign_in_with_linkedin(client, provider, ada)
    client.post(CODE, {"code": code_in(mail.outbox[0])})
    client.post("/accounts/logout/")
    sign_in_with_linkedin(client, provider, ada)
    assert is_signed_in(client)


def test_an_account_that_staff_made_is_connected_by_a_code_too(client, db, provider, ada):
    user = make_user("ada@example.org")
    sign_in_with_linkedin(client, provider, ada)
    client.post(CODE, {"code": code_in(mail.outbox[0])})
    assert is_signed_in(client)
    assert SocialAccount.objects.get().user == user


def test_whoever_took_the_address_first_is_locked_out(client, db, provider, ada):
    """They know the password, and have a session and their own LinkedIn account connected."""
    with override_settings(
        ACCOUNT_EMAIL_VERIFICATION="none", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=False
    ):
        attacker = Client()
        attacker.post("/accounts/signup/", {"email": "ada@example.org", "password1": PASSWORD})
        assert is_signed_in(attacker)
        provider.knows("mallory", email="mallory@example.org", email_verified=True)
        prove(attacker)
        sign_in_with_linkedin(attacker, provider, "mallory", process="connect")
        assert SocialAccount.objects.get().uid == "mallory"
    SocialAccount.objects.create(provider="linkedin", uid="bob", user=make_user("bob@example.org"))
    mail.outbox.clear()

    sign_in_with_linkedin(client, provider, ada)
    client.post(CODE, {"code": code_in(mail.outbox[0])})
    assert is_signed_in(client)

    assert not is_signed_in(attacker)
    sign_in(attacker, User.objects.get(email="ada@example.org"))
    assert not is_signed_in(attacker)
    assert {account.uid for account in SocialAccount.objects.all()} == {"ada", "bob"}
    sign_in_with_linkedin(attacker, provider, "mallory")
    assert User.objects.filter(email="mallory@example.org").exists()


def test_a_linkedin_account_that_took_the_address_first_is_locked_out_by_a_new_password(
    client, db, provider
):
    provider.knows("mallory")
    attacker = Client()
    sign_in_with_linkedin(attacker, provider, "mallory")
    attacker.post(SIGN_UP, {"email": "ada@example.org"})
    assert SocialAccount.objects.get().user.email == "ada@example.org"
    mail.outbox.clear()

    page = client.post("/accounts/password/reset/", {"email": "ada@example.org"}, follow=True)
    code = {"code": code_in(mail.outbox[0])}
    page = client.post(page.request["PATH_INFO"], code, follow=True)
    new = {"password1": "another ten points", "password2": "another ten points"}
    client.post(page.request["PATH_INFO"], new)
    assert is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_only_the_code_that_was_sent_for_it_connects(client, db, provider, ada):
    """Someone leaves the code page open, and the owner signs in in that browser instead."""
    sign_up_and_confirm_nothing()
    sign_in_with_linkedin(client, provider, ada)
    client.post("/accounts/logout/", {"next": "/accounts/login/"})
    mail.outbox.clear()
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    client.post(CODE, {"code": code_in(mail.outbox[0])})
    assert is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_three_wrong_codes_end_it(client, db, provider, ada):
    sign_up_and_confirm_nothing()
    spend(client)
    sign_in_with_linkedin(client, provider, ada)
    for _ in range(3):
        response = client.post(CODE, {"code": "WRONG1"})
    assert response.url == "/accounts/login/"
    assert client.post(CODE, {"code": code_in(mail.outbox[0])}).url == "/accounts/login/code/"
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_codes_to_one_address_are_limited(client, db, provider, ada):
    sign_up_and_confirm_nothing()
    answers = [sign_in_with_linkedin(Client(), provider, ada).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_a_closed_account_stays_closed(client, db, provider, ada):
    make_verified_user("ada@example.org", is_active=False)
    response = sign_in_with_linkedin(client, provider, ada)
    assert response.url == "/accounts/inactive/"
    assert not is_signed_in(client)


def test_a_closed_account_is_not_opened_by_a_code(client, db, provider, ada):
    make_user("ada@example.org", is_active=False)
    response = sign_in_with_linkedin(client, provider, ada)
    assert response.url == "/accounts/inactive/"
    assert str(ENTER_THE_CODE) not in page_of(client.get(response.url))
    assert mail.outbox == []
    assert not is_signed_in(client)


def test_an_account_that_was_closed_meanwhile_is_not_opened_by_a_code(client, db, provider, ada):
    make_user("ada@example.org")
    sign_in_with_linkedin(client, provider, ada)
    User.objects.update(is_active=False)
    response = client.post(CODE, {"code": code_in(mail.outbox[0])})
    assert response.url == "/accounts/inactive/"
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("verified", [False, "false", "no", None, 0])
def test_an_address_that_linkedin_has_not_verified_opens_nothing(client, db, provider, verified):
    make_verified_user("ada@example.org")
    provider.knows("eve", email="ada@example.org", email_verified=verified)
    sign_in_with_linkedin(client, provider, "eve")
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1
    (message,) = mail.outbox
    assert message.subject == "You already have an account"


def test_linkedin_says_verified_with_a_word_at_times(client, db, provider):
    user = make_verified_user("ada@example.org")
    provider.knows("word", email="ada@example.org", email_verified="true")
    sign_in_with_linkedin(client, provider, "word")
    assert SocialAccount.objects.get().user == user


def test_a_new_account_with_an_address_that_linkedin_has_not_verified_needs_a_code(
    client, db, provider
):
    provider.knows("new", email="new@example.org", email_verified="false")
    spend(client)
    response = sign_in_with_linkedin(client, provider, "new")
    assert response.url == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[0])})
    assert history(client) == ["6-2-2-0-0"]
    assert SocialAccount.objects.get().user.email == "new@example.org"


# --- Without an address ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"email": ""},
        {"email": "no address"},
        {"email": 5, "name": {"first": "Shy"}},
        {"email": "a\0b@example.org", "name": "S\0y"},
        {"email": ["shy@example.org"], "email_verified": True},
    ],
)
def test_without_an_address_they_type_one_and_confirm_it(client, db, provider, claims):
    provider.knows("shy", **claims)
    spend(client)
    response = sign_in_with_linkedin(client, provider, "shy")
    assert response.url == SIGN_UP
    assert "What's your email?" in page_of(client.get(response.url))
    assert "access_token" not in str(dict(client.session))
    assert client.post(response.url, {"email": "no"}).status_code == 422
    response = sign_in_with_linkedin(client, provider, "shy")
    client.post(response.url, {"email": "shy@example.org"})
    assert not is_signed_in(client)
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[0])})
    assert history(client) == ["6-2-2-0-0"]
    assert SocialAccount.objects.get().user.email == "shy@example.org"


def test_the_address_that_they_type_opens_no_account_of_somebody_else(client, db, provider):
    make_verified_user("ada@example.org")
    provider.knows("shy")
    response = sign_in_with_linkedin(client, provider, "shy")
    client.post(response.url, {"email": "ada@example.org"})
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert [message.subject for message in mail.outbox] == ["You already have an account"]


# --- What goes wrong ---------------------------------------------------------------------------


def test_a_refused_consent_says_so_and_loses_nothing(client, db, provider):
    user = make_verified_user("ada@example.org")
    spend(client)
    response = come_back(client, provider.refuse(start(client, next="/worksheet/")))
    assert response.url == f"{CANCELLED}?next=%2Fworksheet%2F"
    page = client.get(response.url)
    assert page.status_code == 200
    assert "You cancelled at LinkedIn" in page_of(page)
    assert "/accounts/login/?next=%2Fworksheet%2F" in page_of(page)
    sign_in(client, user)
    assert Assessment.objects.for_user(user).count() == 1
    assert User.objects.count() == 1


def state_in(address: str) -> str:
    return parse_qs(urlsplit(address).query)["state"][0]


@pytest.mark.parametrize("word", ["user_cancelled_login", "user_cancelled_authorize"])
def test_the_words_in_which_linkedin_says_it(client, db, provider, word):
    response = client.get(CALLBACK, {"error": word, "state": state_in(start(client))})
    assert response.url == CANCELLED


def test_a_refusal_without_a_state_changes_nothing_and_is_believed(client, db, provider):
    start(client)
    assert client.get(CALLBACK, {"error": "access_denied"}).url == CANCELLED
    assert not User.objects.exists()


@pytest.mark.parametrize("error", ["server_error", "unauthorized_scope_error", ""])
def test_another_error_from_linkedin_is_its_failure(client, db, provider, error):
    response = client.get(CALLBACK, {"error": error, "state": state_in(start(client))})
    assert response.status_code == 502
    assert "LinkedIn couldn't sign you in" in page_of(response)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "x"},
        {"code": "x", "state": "forged"},
        {"code": "x", "state": "\0"},
        {"error": "server_error"},
        {"error": "server_error", "state": "forged"},
    ],
)
def test_a_forged_state_is_refused(client, db, provider, query):
    start(client)
    response = client.get(CALLBACK, query)
    assert response.status_code == 400
    assert "This sign-in has expired" in page_of(response)
    assert not User.objects.exists()


def test_an_answer_that_was_used_once_is_refused(client, db, provider, ada):
    back = provider.consent(start(client), ada)
    come_back(client, back)
    client.post("/accounts/logout/")
    assert come_back(client, back).status_code == 400
    assert not is_signed_in(client)


def test_an_answer_to_somebody_else_is_refused(client, db, provider, ada):
    """A person who opens someone else's callback URL must not end up in that one's account."""
    back = provider.consent(start(Client()), ada)
    assert come_back(client, back).status_code == 400
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_a_code_that_the_provider_does_not_know_is_refused(client, db, provider):
    response = client.get(CALLBACK, {"code": "invented", "state": state_in(start(client))})
    assert response.status_code == 502
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "server_url", ["http://127.0.0.1:9", "{url}/nowhere", "{url}/.well-known/x"]
)
def test_a_provider_that_is_down_gets_a_page_that_says_so(
    client, db, provider, settings, server_url
):
    user = make_verified_user("ada@example.org")
    spend(client)
    settings.LINKEDIN_SERVER_URL = server_url.format(url=provider.url)
    response = client.post(LOGIN)
    assert response.status_code == 502
    assert "LinkedIn couldn't sign you in" in page_of(response)
    sign_in(client, user)
    assert Assessment.objects.for_user(user).count() == 1


def test_so_does_one_that_goes_down_meanwhile(client, db, provider, settings, ada):
    back = provider.consent(start(client), ada)
    settings.LINKEDIN_SERVER_URL = "http://127.0.0.1:9"
    assert come_back(client, back).status_code == 502
    assert not User.objects.exists()


class CachedResponse(requests.Response):
    """A response that a malfunctioning provider might give."""

    def __init__(self, body: str):
        super().__init__()
        self.status_code = 200
        self._content = body.encode()
        self.headers["content-type"] = "application/json"


@pytest.mark.parametrize("body", ["<h1>Down for maintenance</h1>", "{}", '{"issuer": "x"}'])
def test_a_provider_that_describes_nothing_is_a_failure_too(
    client, db, provider, monkeypatch, body
):
    monkeypatch.setattr(requests.Session, "send", lambda *args, **kwargs: CachedResponse(body))
    assert client.post(LOGIN).status_code == 502


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Down</h1>",
        "{}",
        "[]",
        '{"sub": ""}',
        '{"sub": 5}',
        '{"sub": "a\\u0000b"}',
        '{"sub": "\\ud800"}',
    ],
)
def test_a_provider_that_does_not_say_who_that_is_is_a_failure_too(
    client, db, provider, ada, monkeypatch, body
):
    back = provider.consent(start(client), ada)
    send = requests.Session.send

    def answer(session, request, **kwargs):
        if request.url.endswith("/userinfo"):
            return CachedResponse(body)
        return send(session, request, **kwargs)

    monkeypatch.setattr(requests.Session, "send", answer)
    assert come_back(client, back).status_code == 502
    assert not User.objects.exists()


# --- Connecting and disconnecting --------------------------------------------------------------


@pytest.fixture
def connected(client, db, provider, ada):
    """A client signed in to an account with a password and a connected LinkedIn account."""
    client.force_login(make_verified_user("ada@example.org"))
    prove(client)
    sign_in_with_linkedin(client, provider, ada, process="connect")
    mail.outbox.clear()
    return client


def disconnect(client, account=None):
    account = account or SocialAccount.objects.get()
    return client.post(CONNECTIONS, {"account": account.pk}, follow=True)


def test_an_account_is_connected_whatever_address_it_has(owner, user, provider, ada):
    assert CONNECTIONS in page_of(owner.get("/settings/"))
    assert "Connect LinkedIn" in page_of(owner.get(CONNECTIONS))
    prove(owner)
    response = sign_in_with_linkedin(owner, provider, ada, process="connect")
    assert response.url == CONNECTIONS
    page = page_of(owner.get(CONNECTIONS))
    assert str(CONNECTED) in page
    assert "Connected as ada@example.org." in page
    assert SocialAccount.objects.get().user == user
    assert mail.outbox[-1].to == ["owner@example.org"]


def test_who_has_no_password_enters_a_code_before_it_is_connected(client, db, provider):
    """Otherwise anyone at an unattended browser could connect their own LinkedIn account."""
    user = make_verified_user("ada@example.org")
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    assert start(client, process="connect") == CODE
    assert not is_signed_in(client)
    client.post(CODE, {"code": code_in(mail.outbox[0])})
    assert start(client, process="connect").startswith(provider.url)


def test_connecting_and_turning_back_leads_back(owner, provider):
    response = come_back(owner, provider.refuse(start(owner, process="connect")))
    assert response.url == CONNECTIONS
    assert "nothing was connected" in page_of(owner.get(CONNECTIONS))


def test_a_linkedin_account_belongs_to_one_account(connected, stranger, provider, ada):
    prove(stranger)
    sign_in_with_linkedin(stranger, provider, ada, process="connect")
    assert "is connected to another account here" in page_of(stranger.get(CONNECTIONS))
    assert SocialAccount.objects.get().user.email == "ada@example.org"


def test_disconnecting_sends_a_mail_and_leaves_the_password(connected):
    page = page_of(disconnect(connected))
    assert "LinkedIn is no longer connected." in page
    assert not SocialAccount.objects.exists()
    assert is_signed_in(connected)
    (message,) = mail.outbox
    assert message.subject == "LinkedIn is no longer connected to your account"


def test_a_verified_address_is_another_way_in(client, db, provider, ada):
    sign_in_with_linkedin(client, provider, ada)
    disconnect(client)
    assert not SocialAccount.objects.exists()
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/", {"email": "ada@example.org"})
    client.post(CODE, {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(client)


def test_the_only_way_in_stays(client, db, provider, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
    provider.knows("new", email="new@example.org")
    sign_in_with_linkedin(client, provider, "new")
    page = page_of(disconnect(client))
    assert str(ONLY_WAY_IN) in page
    assert "/accounts/password/set/" in page
    assert SocialAccount.objects.exists()

    client.post("/accounts/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    prove(client)
    disconnect(client)
    assert not SocialAccount.objects.exists()


def test_nobody_disconnects_somebody_else(connected, stranger):
    assert "That connection isn't yours." in page_of(disconnect(stranger))
    assert SocialAccount.objects.exists()


def test_the_page_is_for_people_with_an_account(client, db, provider):
    for answer in (client.get(CONNECTIONS), client.post(CONNECTIONS)):
        assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={CONNECTIONS}")


def test_deleting_an_account_takes_the_connection_with_it(connected):
    User.objects.all().delete()
    assert not SocialAccount.objects.exists()


def test_no_page_has_anything_inline(connected, provider):
    for path in (LOGIN, CONNECTIONS, CANCELLED):
        page = page_of(connected.get(path))
        assert " style=" not in page
        assert page.count("<script") == page.count("<script src=")
