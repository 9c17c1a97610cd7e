"""Rate limits of accounts: no account enumeration, no lockout by others, no flooded mailbox."""

import re
from unittest.mock import patch

import pytest
from allauth.account import forms
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from purposeapp.accounts import limits
from purposeapp.forms.talk import InvitationMailForm, LinkMailForm
from purposeapp.models import Session, User
from purposeapp.views.errors import TOO_MANY_FROM_HERE, TOO_MANY_MAILS
from tests.support.concurrency import at_once
from tests.support.headers import alike
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_superuser, make_verified_user

KNOWN, UNKNOWN = "owner@example.org", "other@example.org"  # equally long
LOGIN, CODE, CONFIRM = "/accounts/login/", "/accounts/login/code/", "/accounts/login/code/confirm/"
RESET, SIGN_UP = "/accounts/password/reset/", "/accounts/signup/"


@pytest.fixture(autouse=True)
def codes(settings, db):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    make_verified_user(KNOWN)


def at(address: str) -> Client:
    """Return a client with this IP address."""
    return Client(REMOTE_ADDR=address)


# --- Known or not, the same answer --------------------------------------------------------------

FORMS = pytest.mark.parametrize(
    ("path", "form"),
    [
        (SIGN_UP, {"email": "", "password1": PASSWORD}),
        (LOGIN, {"login": "", "password": "wrong"}),
        (CODE, {"email": ""}),
        (RESET, {"email": ""}),
    ],
)


def answer_to(path: str, form: dict, email: str) -> tuple:
    """Return what a browser sees, and what it cost: password hashes and SQL statements."""
    cache.clear()
    hashed = []
    encode = MD5PasswordHasher.encode

    def count(self, *args, **kwargs):
        hashed.append(1)
        return encode(self, *args, **kwargs)

    client = Client()
    client.get("/accounts/login/?next=/goal/")  # warm up, so that both cost the same
    sent = {name: value or email for name, value in form.items()}
    with (
        patch.object(MD5PasswordHasher, "encode", count),
        CaptureQueriesContext(connection) as statements,
    ):
        response = client.post(path, sent)
    asked = [re.sub(r'"s\d+_x\d+"', "", each["sql"])[:40] for each in statements]
    page = client.get(response.url) if response.status_code == 302 else response
    content = page.content.decode().replace(email, "…")
    tokens = [each for each in content.split('"') if len(each) == 64]
    for token in tokens:
        content = content.replace(token, "…")
    return response.status_code, alike(response), content, len(hashed), len(asked)


@FORMS
def test_known_or_not_the_answer_and_its_cost_are_the_same(path, form):
    answer_to(path, form, UNKNOWN.upper())  # warm up: whatever is created only once
    User.objects.exclude(email=KNOWN).delete()
    unknown, known = answer_to(path, form, UNKNOWN), answer_to(path, form, KNOWN)
    assert unknown == known
    assert unknown[3] == (path in (SIGN_UP, LOGIN))


def test_pretending_to_sign_up_leaves_nothing(client):
    client.post(SIGN_UP, {"email": KNOWN, "password1": PASSWORD})
    assert User.objects.get().email == EmailAddress.objects.get().email == KNOWN
    assert [message.to for message in mail.outbox] == [[KNOWN]]


def test_nobody_can_take_the_address_with_which_a_sign_up_is_pretended():
    with patch.object(User, "save", autospec=True, side_effect=User.save) as saved:
        at("192.0.2.1").post(SIGN_UP, {"email": KNOWN, "password1": PASSWORD})
    pretended = saved.call_args.args[0].email
    at("192.0.2.2").post(SIGN_UP, {"email": pretended, "password1": PASSWORD})
    assert User.objects.filter(email=pretended).exists()
    assert at("192.0.2.3").post(SIGN_UP, {"email": KNOWN, "password1": PASSWORD}).status_code == 302


# --- Nobody is locked out by someone else ------------------------------------------------------


def test_wrong_passwords_from_one_place_leave_the_owner_in_at_another():
    for _try in range(6):
        stranger = at("192.0.2.1").post(LOGIN, {"login": KNOWN, "password": "wrong"})
    assert (stranger.status_code, stranger.headers["Retry-After"]) == (429, "300")
    right = {"login": KNOWN, "password": PASSWORD}
    assert at("192.0.2.1").post(LOGIN, right).status_code == 429
    assert at("192.0.2.2").post(LOGIN, right).url == "/history/"


def test_in_ipv6_a_network_is_one_place():
    for host in range(6):
        stranger = at(f"2001:db8::{host}").post(LOGIN, {"login": KNOWN, "password": "wrong"})
    assert stranger.status_code == 429
    right = {"login": KNOWN, "password": PASSWORD}
    assert at("2001:db8:0:ff::1").post(LOGIN, right).status_code == 429
    assert at("2001:db8:0:100::1").post(LOGIN, right).url == "/history/"


def test_ipv4_clients_of_a_socket_for_both_are_places_of_their_own(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "6/m/ip"}
    for _try in range(7):
        stranger = at("::ffff:192.0.2.1").post(LOGIN, {"login": KNOWN, "password": "wrong"})
    assert stranger.status_code == 429
    right = {"login": KNOWN, "password": PASSWORD}
    assert at("::ffff:192.0.2.2").post(LOGIN, right).url == "/history/"


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_what_is_sent_while_a_password_is_hashed_counts_with_it(email):
    """So the limit is exact, however many threads hash at once."""
    hashed, nested = [], []
    encode = MD5PasswordHasher.encode

    def meanwhile(self, *args, **kwargs):
        hashed.append(1)
        if len(hashed) == 1:
            nested.extend(at("192.0.2.1").post(LOGIN, wrong).status_code for _ in range(6))
        return encode(self, *args, **kwargs)

    wrong = {"login": email, "password": "wrong"}
    with patch.object(MD5PasswordHasher, "encode", meanwhile):
        assert at("192.0.2.1").post(LOGIN, wrong).status_code == 422
    assert nested == [422] * 4 + [429] * 2
    assert len(hashed) == 5


def test_a_right_password_uses_up_no_try():
    right, wrong = ({"login": KNOWN, "password": password} for password in (PASSWORD, "wrong"))
    for _ in range(4):
        assert at("192.0.2.1").post(LOGIN, wrong).status_code == 422
    for _ in range(7):
        assert at("192.0.2.1").post(LOGIN, right).url == "/history/"
    assert at("192.0.2.1").post(LOGIN, wrong).status_code == 422
    assert at("192.0.2.1").post(LOGIN, right).status_code == 429


def test_guessing_from_many_places_is_limited_too_and_a_code_still_signs_in(monkeypatch):
    monkeypatch.setattr(limits, "MAX_WRONG_ANYWHERE", 3)
    for host in range(3):
        wrong = at(f"192.0.2.{host}").post(LOGIN, {"login": KNOWN.upper(), "password": "wrong"})
        assert wrong.status_code == 422
    owner = at("192.0.2.9")
    assert owner.post(LOGIN, {"login": KNOWN, "password": PASSWORD}).status_code == 429
    owner.post(CODE, {"email": KNOWN})
    assert owner.post(CONFIRM, {"code": code_in(mail.outbox[0])}).url == "/history/"


@pytest.mark.parametrize("path", [CODE, RESET])
@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_codes_asked_for_in_one_place_leave_some_for_the_owner_at_another(path, email):
    for _hour in range(30):
        stranger = at("192.0.2.1").post(path, {"email": email})
    assert stranger.status_code == 429
    assert len(mail.outbox) == 6
    assert at("192.0.2.2").post(path, {"email": email}).status_code == 302
    assert len(mail.outbox) == 7


def test_no_single_place_can_use_up_what_a_mailbox_gets(settings):
    def rates(action: str) -> dict[str, int]:
        rates = (rate.split("/") for rate in settings.ACCOUNT_RATE_LIMITS[action].split(","))
        return {period: int(amount) for amount, period, _per in rates}

    here, anywhere = rates("mailbox_here"), rates("mailbox_anywhere")
    assert here.keys() == anywhere.keys()
    assert all(2 * here[period] <= anywhere[period] for period in here)


# --- A code has three tries ---------------------------------------------------------------------


def sign_in_by_code(client: Client) -> str:
    client.post(CODE, {"email": KNOWN})
    return CONFIRM


def reset_password(client: Client) -> str:
    client.post(RESET, {"email": KNOWN})
    return "/accounts/password/reset/confirm/"


def sign_up(client: Client) -> str:
    client.post(SIGN_UP, {"email": UNKNOWN, "password1": PASSWORD})
    return "/accounts/confirm-email/"


ASK_FOR_A_CODE = pytest.mark.parametrize("ask", [sign_in_by_code, reset_password, sign_up])


@ASK_FOR_A_CODE
def test_a_slow_request_that_stores_an_older_session_gives_no_try_back(client, ask):
    path = ask(client)
    older = Session.objects.get().session_data
    right = {"code": code_in(mail.outbox[-1])}
    for _try in range(3):
        assert client.post(path, {"code": "WRONG1"}).status_code == 422
        Session.objects.update(session_data=older)
    assert client.post(path, right).status_code == 422
    Session.objects.update(session_data=older)
    cache.clear()
    assert client.post(path, right).status_code == 302


@ASK_FOR_A_CODE
def test_the_third_try_may_be_right(client, ask):
    path = ask(client)
    answers = [client.post(path, {"code": "WRONG1"}).status_code for _try in range(2)]
    answers.append(client.post(path, {"code": code_in(mail.outbox[-1])}).status_code)
    assert answers == [422, 422, 302]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@ASK_FOR_A_CODE
def test_of_many_guesses_at_once_three_are_compared(client, ask):
    path = ask(client)

    def guess():
        browser = Client()
        browser.cookies = client.cookies
        browser.post(path, {"code": "WRONG1"})

    with patch.object(forms, "compare_user_code", return_value=False) as compared:
        assert at_once(*[guess] * 8) == []
    assert compared.call_count == 3


def test_no_count_of_a_whole_network_is_locked_while_a_new_password_is_hashed(client):
    """The request is one transaction, and others on the network would wait for its end."""
    client.post(reset_password(client), {"code": code_in(mail.outbox[-1])})
    new = {"password1": "another ten points", "password2": "another ten points"}
    with CaptureQueriesContext(connection) as asked:
        response = client.post("/accounts/password/reset/complete/", new)
    assert response.status_code == 302
    statements = [query["sql"] for query in asked]
    stored = next(i for i, sql in enumerate(statements) if 'SET "password"' in sql)
    assert not [sql for sql in statements[:stored] if '"cache"' in sql]


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
@pytest.mark.parametrize(
    ("ask", "confirm"), [(CODE, CONFIRM), (RESET, "/accounts/password/reset/confirm/")]
)
def test_known_or_not_a_wrong_code_costs_the_same(client, ask, confirm, email):
    client.post(ask, {"email": email})
    with CaptureQueriesContext(connection) as statements:
        assert client.post(confirm, {"code": "WRONG1"}).status_code == 422
    assert len([each for each in statements if "cache" in each["sql"]]) == 1


# --- A mailbox is not filled --------------------------------------------------------------------


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_a_mailbox_gets_a_few_mails_an_hour_however_they_are_asked_for(email):
    forms = [(CODE, {"email": email}), (RESET, {"email": email})]
    forms.append((SIGN_UP, {"email": email, "password1": PASSWORD}))
    for host in range(20):
        path, form = forms[host % 3]
        last = at(f"192.0.2.{host}").post(path, form)
    assert len(mail.outbox) == 12
    last = at("192.0.2.99").post(CODE, {"email": email})
    assert (last.status_code, last.headers["Retry-After"]) == (429, "3600")
    page = last.content.decode().replace("&#x27;", "'")
    assert str(TOO_MANY_MAILS) in page
    assert f'value="{email}"' in page


def test_a_tag_behind_a_plus_sign_makes_no_other_mailbox():
    name, _at, domain = KNOWN.partition("@")
    for tag in range(20):
        last = at(f"192.0.2.{tag}").post(CODE, {"email": f"{name}+{tag}@{domain}"})
    assert len(mail.outbox) == 12
    assert last.status_code == 429
    assert at("192.0.2.99").post(CODE, {"email": KNOWN}).status_code == 429


@pytest.mark.parametrize("name", ["v.ictim", "Vic.Tim", "victim", "v.i.c.t.i.m+tag"])
@pytest.mark.parametrize("domain", ["gmail.com", "googlemail.com", "GMail.com"])
def test_dots_make_no_other_mailbox_where_the_provider_ignores_them(name, domain):
    assert limits.mailbox_of(f"{name}@{domain}") == "victim@gmail.com"


def test_dots_make_another_mailbox_elsewhere(client):
    assert limits.mailbox_of("v.ictim@example.org") == "v.ictim@example.org"
    client.post(SIGN_UP, {"email": "v.ictim@gmail.com", "password1": PASSWORD})
    assert [message.to for message in mail.outbox] == [["v.ictim@gmail.com"]]


def test_one_network_sends_a_limited_number_of_mails_to_strangers(settings):
    rates = {"network_mails": "3/h/key", "mailbox_anywhere": "1/h/key"}
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **rates}
    for host, path in enumerate([CODE, RESET, SIGN_UP, CODE]):
        form = {"email": f"stranger{host}@example.org", "password1": PASSWORD}
        last = at(f"2001:db8:0:{host}::1").post(path, form)
    assert (last.status_code, last.headers["Retry-After"]) == (429, "3600")
    page = last.content.decode()
    assert str(TOO_MANY_FROM_HERE) in page
    assert 'value="stranger3@example.org"' in page
    assert len(mail.outbox) == 3
    # It uses up nothing of what the mailbox gets from elsewhere.
    assert at("192.0.2.1").post(CODE, {"email": "stranger3@example.org"}).status_code == 302


def test_refused_mails_use_up_nothing_of_what_a_network_may_send(settings):
    rates = {"network_mails": "3/h/key", "mailbox_here": "1/h/key"}
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, **rates}

    def ask(email: str) -> int:
        return at("192.0.2.1").post(CODE, {"email": email}).status_code

    assert [ask("full@example.org") for _ in range(5)] == [302, 429, 429, 429, 429]
    assert ask("other@example.org") == 302
    assert len(mail.outbox) == 2


def test_a_sign_up_that_no_mail_could_follow_makes_no_account(settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "mailbox_anywhere": "1/h/key"}
    at("192.0.2.1").post(CODE, {"email": UNKNOWN})
    form = {"email": UNKNOWN, "password1": PASSWORD}
    assert at("192.0.2.2").post(SIGN_UP, form).status_code == 429
    assert not User.objects.filter(email=UNKNOWN).exists()


def test_what_happened_to_an_account_is_told_even_to_a_full_mailbox(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "mailbox_anywhere": "1/h/key"}
    client.post(CODE, {"email": KNOWN})
    client.force_login(User.objects.get())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    new = "another ten points"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", form)
    assert [message.subject for message in mail.outbox][1:] == ["Your password was changed"]


def test_an_account_cannot_fill_a_mailbox_that_it_says_is_its_own(client):
    client.force_login(User.objects.get())
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for _try in range(5):
        client.post("/accounts/email/", {"email": UNKNOWN, "action_add": ""})
    assert len([message for message in mail.outbox if message.to == [UNKNOWN]]) == 1


OTHER_SPELLINGS = [
    '"victim"@example.com',
    r'"\victim"@example.com',
    "=?utf-8?q?v=69ctim?=@example.com",
    "=?UTF-8?B?dmljdGlt?=@example.com",
    "=?utf-8?q?victim+1?=@example.com",
    "victim@\N{FULLWIDTH LATIN SMALL LETTER E}xample.com",
    "victim@\N{CIRCLED LATIN SMALL LETTER E}xample.com",
    "victim@ex\N{SOFT HYPHEN}ample.com",
]


@pytest.mark.parametrize("spelling", ["Victim+tag@Example.com", *OTHER_SPELLINGS])
def test_a_mailbox_is_one_however_its_address_is_spelled(spelling):
    assert limits.mailbox_of(spelling) == limits.mailbox_of("victim@example.com")


@pytest.mark.parametrize("address", ["a@exa..com", f"a@{'b' * 70}.com", "a", ""])
def test_what_is_no_address_has_a_mailbox_too(address):
    assert limits.mailbox_of(address) == limits.mailbox_of(address.upper())


@pytest.mark.parametrize(
    "spelling", [*OTHER_SPELLINGS, "victim@xn--bcher-kva.example", '"@"@a.org']
)
def test_a_mailbox_gets_no_second_account_by_another_spelling(client, spelling):
    sign_up = client.post(SIGN_UP, {"email": spelling, "password1": PASSWORD})
    assert sign_up.context["form"].errors == {"email": [str(limits.OTHER_SPELLING)]}
    assert User.objects.count() == 1
    assert mail.outbox == []
    staff = Client()
    staff.force_login(make_superuser())
    form = {"email": spelling, "is_active": "on", "usable_password": "false"}
    change = reverse("admin:purposeapp_user_change", args=[User.objects.get(email=KNOWN).pk])
    for path in (reverse("admin:purposeapp_user_add"), change):
        errors = staff.post(path, form).context["adminform"].form.errors
        assert errors == {"email": [str(limits.OTHER_SPELLING)]}
    for form_class in (LinkMailForm, InvitationMailForm):
        assert form_class({"email": spelling}).errors == {"email": [str(limits.OTHER_SPELLING)]}


@pytest.mark.parametrize("form_class", [LinkMailForm, InvitationMailForm])
def test_what_is_no_email_is_answered_with_an_example_where_links_are_sent_too(form_class):
    assert form_class({"email": "ada"}).errors == {"email": [str(limits.INVALID_EMAIL)]}
    empty = {} if form_class is InvitationMailForm else {"email": ["Enter your email."]}
    assert form_class({"email": ""}).errors == empty


@pytest.mark.parametrize(
    "email",
    ["Ada@Example.com", "ada+tag@bücher.example", "o'n=eil@a.org"],
)
def test_what_people_type_is_the_spelling_of_a_mailbox(client, email):
    client.post(SIGN_UP, {"email": email, "password1": PASSWORD})
    assert User.objects.filter(email=email.lower()).exists()
    assert LinkMailForm({"email": email}).is_valid()
