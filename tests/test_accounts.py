import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from purposeapp.models import User
from tests.make import PASSWORD, make_user

SIGN_UP = {"email": "new@example.org", "password1": PASSWORD}


def test_a_newcomer_signs_up_and_is_signed_in(client, db):
    response = client.post("/accounts/signup/", SIGN_UP)
    assert (response.status_code, response.url) == (302, "/history/")
    assert client.get("/history/").status_code == 200
    assert mail.outbox == []


def test_after_signing_up_they_go_on_where_they_were(client, db):
    assert client.post("/accounts/signup/?next=/", SIGN_UP | {"next": "/"}).url == "/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert"])
def test_a_next_that_leads_elsewhere_is_not_followed(client, user, target):
    form = {"login": user.email, "password": PASSWORD, "next": target}
    assert client.post("/accounts/login/", form).url == "/history/"


@pytest.mark.parametrize("email", ["owner@example.org", "OWNER@Example.org"])
def test_signing_in_takes_the_address_in_any_case(client, user, email):
    response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert (response.status_code, response.url) == (302, "/history/")


@pytest.mark.parametrize(
    "form",
    [
        {"login": "owner@example.org", "password": "wrong"},
        {"login": "nobody@example.org", "password": PASSWORD},
        {"login": "owner@example.org\0", "password": PASSWORD},
        {"login": "", "password": ""},
        {},
    ],
)
def test_a_wrong_sign_in_is_refused(client, user, form):
    response = client.post("/accounts/login/", form)
    assert response.status_code == 200
    assert "not correct" in response.content.decode() or response.context["form"].errors
    assert client.get("/history/").status_code == 302


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
    assert client.post("/accounts/signup/", form).status_code == 200
    assert User.objects.count() == 1


def test_guessing_passwords_is_limited(client, user):
    form = {"login": user.email, "password": "wrong"}
    answers = [client.post("/accounts/login/", form).content.decode() for _ in range(7)]
    assert "Too many failed login attempts" in answers[-1]
    right = client.post("/accounts/login/", form | {"password": PASSWORD})
    assert right.status_code == 200


def test_too_many_sign_ups_from_one_place_get_a_page_of_ours(client, db):
    answers = [client.post("/accounts/signup/", {}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()


def test_signing_out_asks_and_then_ends_the_session(owner):
    assert "Sign out?" in owner.get("/accounts/logout/").content.decode()
    assert owner.get("/history/").status_code == 200
    session = owner.cookies["sessionid"].value
    assert owner.post("/accounts/logout/").url == "/"
    again = Client()
    again.cookies["sessionid"] = session
    assert again.get("/history/").status_code == 302


def code_in(message) -> str:
    return re.search(r"^([A-Z0-9-]{6,})$", message.body, re.MULTILINE)[1]


@pytest.fixture
def with_mail_server():
    with override_settings(
        ACCOUNT_EMAIL_VERIFICATION="mandatory", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True
    ):
        yield


@pytest.mark.usefixtures("with_mail_server")
def test_with_a_mail_server_the_address_is_verified_by_a_code(client, db):
    response = client.post("/accounts/signup/", SIGN_UP)
    assert response.url == "/accounts/confirm-email/"
    assert client.get("/history/").status_code == 302
    wrong = client.post("/accounts/confirm-email/", {"code": "WRONG1"})
    assert wrong.status_code == 200
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


def test_a_user_is_known_by_address(db):
    user = make_user("some.body@Example.ORG")
    assert str(user) == user.get_full_name() == user.get_short_name() == "some.body@example.org"
    assert User.objects.get_by_natural_key("SOME.BODY@example.org") == user
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("")


def test_postgresql_refuses_the_same_address_in_another_case(user):
    with pytest.raises(IntegrityError, match="user_email_unique_in_any_case"), transaction.atomic():
        make_user("OWNER@example.org")
