"""An account has one email address.

After a change, whoever makes it, the old address gives no access any more, and the new one counts
once it is verified.
"""

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import has_verified_email
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from purposeapp.models import User
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_superuser, make_user, make_verified_user

OLD, NEW = "owner@example.org", "new@example.org"


@pytest.fixture(autouse=True)
def codes(settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True


@pytest.fixture
def owner(db) -> User:
    return make_verified_user(OLD)


def change_as_staff(user: User, email: str = NEW) -> None:
    staff = Client()
    staff.force_login(make_superuser())
    form = {"email": email, "is_active": "on"}
    path = reverse("admin:purposeapp_user_change", args=[user.pk])
    assert staff.post(path, form).status_code == 302


def change_as_owner(user: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": NEW, "action_add": ""})
    code = code_in(mail.outbox[-1])
    client.post("/accounts/confirm-email/", {"code": code})


WAYS = pytest.mark.parametrize("change", [change_as_staff, change_as_owner])


def is_signed_in(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def addresses(user: User) -> list[tuple[str, bool]]:
    return list(EmailAddress.objects.filter(user=user).values_list("email", "verified"))


@WAYS
def test_the_old_address_opens_nothing(client, owner, change):
    change(owner)
    owner.refresh_from_db()
    assert owner.email == NEW
    assert OLD not in dict(addresses(owner))
    client.post("/accounts/login/", {"login": OLD, "password": PASSWORD})
    assert not is_signed_in(client)
    mail.outbox.clear()
    client.post("/accounts/login/code/", {"email": OLD})
    client.post("/accounts/password/reset/", {"email": OLD})
    assert ["there's no account with that email" in each.body for each in mail.outbox] == [True] * 2


@WAYS
def test_the_old_address_gets_one_notice(owner, change):
    change(owner)
    (notice,) = [message for message in mail.outbox if message.to == [OLD]]
    assert "was changed from" in notice.body
    assert NEW in notice.body


@WAYS
def test_other_browsers_of_the_same_person_stay_signed_in(client, owner, change):
    """Only a new password signs them out (ADR 23)."""
    client.force_login(owner)
    change(owner)
    assert client.get("/settings/").context["user"].email == NEW
    owner.refresh_from_db()
    owner.set_password("another ten points")
    owner.save()
    assert not is_signed_in(client)


@WAYS
def test_a_code_to_sign_in_that_was_on_its_way_opens_nothing(client, owner, change):
    client.post("/accounts/login/code/", {"email": OLD})
    code = code_in(mail.outbox[-1])
    change(owner)
    response = client.post("/accounts/login/code/confirm/", {"code": code}, follow=True)
    assert response.redirect_chain == [("/accounts/login/", 302)]
    assert "That code no longer works." in response.content.decode()
    assert not is_signed_in(client)
    assert OLD not in dict(addresses(owner))


@WAYS
@pytest.mark.parametrize("confirmed_before", [False, True])
def test_a_code_for_a_new_password_that_was_on_its_way_sets_none(
    client, owner, change, confirmed_before
):
    page = client.post("/accounts/password/reset/", {"email": OLD}, follow=True)
    code = {"code": code_in(mail.outbox[-1])}
    if confirmed_before:
        page = client.post(page.request["PATH_INFO"], code, follow=True)
        change(owner)
    else:
        change(owner)
        page = client.post(page.request["PATH_INFO"], code, follow=True)
    new = {"password1": "another ten points", "password2": "another ten points"}
    client.post(page.request["PATH_INFO"], new)
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert not is_signed_in(client)


def test_a_code_that_proves_the_old_address_does_not_bring_it_back(client, db):
    client.post("/accounts/signup/", {"email": OLD, "password1": PASSWORD})
    code = code_in(mail.outbox[-1])
    user = User.objects.get(email=OLD)
    change_as_staff(user)
    client.post("/accounts/confirm-email/", {"code": code})
    user.refresh_from_db()
    assert user.email == NEW
    assert addresses(user) == []
    assert not is_signed_in(client)


def test_what_staff_enter_counts_once_it_is_proven(client, owner):
    change_as_staff(owner)
    assert not has_verified_email(owner)
    client.post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    assert not is_signed_in(client)
    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(client)
    assert addresses(owner) == [(NEW, True)]


def test_a_new_password_by_the_new_address_works(client, owner):
    change_as_staff(owner)
    page = client.post("/accounts/password/reset/", {"email": NEW}, follow=True)
    code = {"code": code_in(mail.outbox[-1])}
    page = client.post(page.request["PATH_INFO"], code, follow=True)
    new = {"password1": "another ten points", "password2": "another ten points"}
    client.post(page.request["PATH_INFO"], new)
    owner.refresh_from_db()
    assert owner.check_password("another ten points")


def test_the_page_of_an_account_says_whether_its_address_is_confirmed(client, owner):
    client.force_login(make_superuser())
    path = reverse("admin:purposeapp_user_change", args=[owner.pk])
    assert "icon-yes" in client.get(path).content.decode()
    User.objects.filter(pk=owner.pk).update(email=NEW)
    assert "icon-no" in client.get(path).content.decode()


def test_saving_an_account_with_the_same_address_changes_nothing(owner):
    change_as_staff(owner, OLD.upper())
    assert addresses(owner) == [(OLD, True)]
    assert mail.outbox == []


def test_the_database_keeps_both_tables_at_one(owner):
    other = make_user("other@example.org")
    User.objects.filter(pk=owner.pk).update(email=NEW)
    assert addresses(owner) == []
    EmailAddress.objects.create(user=owner, email="third@example.org", primary=True)
    owner.refresh_from_db()
    assert owner.email == "third@example.org"
    EmailAddress.objects.filter(user=owner).update(email="fourth@example.org")
    owner.refresh_from_db()
    assert owner.email == "fourth@example.org"
    other.refresh_from_db()
    assert other.email == "other@example.org"


def test_without_a_mail_server_the_own_address_stays_until_the_new_one_is_proven(
    client, db, settings
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
    client.post("/accounts/signup/", {"email": OLD, "password1": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for pending in ("first@example.org", NEW):
        client.post("/accounts/email/", {"action_add": "", "email": pending})
    user = User.objects.get()
    assert user.email == OLD
    assert set(user.emailaddress_set.values_list("email", flat=True)) == {OLD, NEW}
    for email, status in ((NEW, 422), (OLD, 302)):
        sent = {"login": email, "password": PASSWORD}
        assert Client().post("/accounts/login/", sent).status_code == status


def test_an_interrupted_change_leaves_the_old_address_as_it_was(client, owner, monkeypatch):
    client.post("/accounts/login/", {"login": OLD, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": NEW, "action_add": ""})
    save = EmailAddress.save

    def save_no_primary(self, *args, **kwargs):
        if self.primary and self.email == NEW:
            raise OperationalError("the row is locked")
        save(self, *args, **kwargs)

    monkeypatch.setattr(EmailAddress, "save", save_no_primary)
    form = {"code": code_in(mail.outbox[-1])}
    with pytest.raises(OperationalError):
        client.post("/accounts/confirm-email/", form)
    assert User.objects.reachable().filter(pk=owner.pk).exists()
    monkeypatch.undo()
    assert client.post("/accounts/confirm-email/", form).status_code == 302
    owner.refresh_from_db()
    assert (owner.email, owner.is_reachable) == (NEW, True)
