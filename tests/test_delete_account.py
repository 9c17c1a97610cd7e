"""Account deletion: it removes all data of a person, and nobody does it by accident."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import Q
from django.test import Client, override_settings
from django.urls import reverse

from purposeapp.accounts.deletion import LAST_SUPERUSER, delete_account
from purposeapp.models import Assessment, Session, Tip, User
from tests.support.client import signed_in
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.mails import code_in
from tests.support.make import (
    PASSWORD,
    make_assessment,
    make_goal,
    make_user,
    points,
    tip_form,
)

PATH = "/accounts/delete/"
RIGHT = {"password": PASSWORD}


def make_superuser(email: str = "root@example.org") -> User:
    return User.objects.create_superuser(email, PASSWORD)


def traces_of(pk: int, *words: str) -> list[str]:
    """Return every table that still refers to an account, or contains one of the words."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        where = Q()
        for field in model._meta.concrete_fields:
            if field.remote_field and field.remote_field.model is User:
                where |= Q(**{field.attname: pk})
            elif isinstance(field, models.CharField | models.TextField):
                for word in words:
                    where |= Q(**{f"{field.name}__icontains": word})
        if where and model._default_manager.filter(where).exists():
            found.append(model._meta.label)
    return found


def test_the_right_password_deletes_it_says_goodbye_and_signs_out(owner, user):
    make_assessment(user)
    response = owner.post(PATH, RIGHT, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Your account and all its data are deleted." in response.content.decode()
    assert not User.objects.exists()
    assert not Assessment.objects.exists()
    assert owner.get("/history/").status_code == 302
    assert mail.outbox == []


@pytest.mark.parametrize("by", ["themselves", "a superuser", "superusers' list"])
def test_nothing_of_the_person_is_left(client, user, by):
    user.is_staff = True
    user.save()
    user.groups.add(Group.objects.create(name="editors"))
    root = signed_in(make_superuser())
    # Entries about the account and its addresses in the admin's log.
    change = reverse("admin:purposeapp_user_change", args=[user.pk])
    root.post(change, {"email": user.email, "is_staff": "on", "is_active": "on"})
    EmailAddress.objects.create(user=user, email="owner@elsewhere.example", verified=True)
    address = EmailAddress.objects.get(user=user)
    # As the admin's page of email addresses logged it, while there was one.
    LogEntry.objects.create(
        user=User.objects.superusers().get(), object_repr=address.email, action_flag=CHANGE
    )
    assert LogEntry.objects.count() == 2
    make_assessment(user, note="from owner@example.org")
    make_assessment(user, event="other", event_words="met owner@example.org")
    make_goal(user)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    pk = user.pk
    assert len(traces_of(pk, "owner@")) >= 5
    if by == "themselves":
        client.post(PATH, RIGHT)
    elif by == "a superuser":
        root.post(reverse("admin:purposeapp_user_delete", args=[pk]), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [pk], "post": "yes"}
        root.post(reverse("admin:purposeapp_user_changelist"), chosen)
    assert traces_of(pk, "owner@") == []
    assert User.objects.count() == 1


def test_every_browser_is_signed_out_and_no_session_is_left(owner, user):
    others = [signed_in(user), signed_in(user)]
    stranger = signed_in(make_user("stranger@example.org"))
    owner.post(PATH, RIGHT)
    for client in others:
        assert client.get("/history/").status_code == 302
    assert stranger.get("/history/").status_code == 200
    assert Session.objects.filter(user_id__isnull=False).count() == 1


def test_a_change_of_a_tip_stays_without_the_name(client, db):
    editor = make_superuser("editor@example.org")
    make_superuser()
    client.force_login(editor)
    tip = Tip.objects.get(key="business-groups")
    url = reverse("admin:purposeapp_tip_change", args=[tip.pk])
    client.post(url, tip_form(tip, text="Found a group of your own."))
    assert tip.history.first().history_user == editor
    client.post(PATH, RIGHT)
    tip.refresh_from_db()
    newest = tip.history.first()
    assert (tip.text, newest.text, newest.history_user) == (
        *["Found a group of your own."] * 2,
        None,
    )
    assert not LogEntry.objects.exists()
    client.force_login(User.objects.get())
    page = client.get(reverse("admin:purposeapp_tip_history", args=[tip.pk]))
    assert page.status_code == 200


def test_others_keep_all_that_is_theirs(owner, user):
    make_assessment(user)
    other = make_user("other@example.org")
    kept = make_assessment(other)
    owner.post(PATH, RIGHT)
    assert list(User.objects.all()) == [other]
    assert list(Assessment.objects.all()) == [kept]


def test_the_address_is_free_again(owner, user):
    owner.post(PATH, RIGHT)
    response = owner.post("/accounts/signup/", {"email": user.email, "password1": PASSWORD})
    assert response.url == "/history/"
    assert owner.get("/history/").context["entries"] == []


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"password": "wrong"}, "Wrong password."),
        ({"password": "a\0b"}, "Null characters are not allowed."),
        ({"password": "x" * 5_000}, "Wrong password."),
        ({"password": ""}, "Enter your password."),
        ({}, "Enter your password."),
    ],
)
def test_without_the_password_nothing_is_deleted(owner, user, form, error):
    make_assessment(user)
    response = owner.post(PATH, form)
    assert response.status_code == 422
    assert response.context["form"].errors == {"password": [error]}
    page = response.content.decode()
    assert "There is a problem" in page
    assert "Delete everything" in page
    assert owner.get("/history/").status_code == 200
    assert Assessment.objects.count() == 1


def test_guessing_is_limited(owner, user):
    answers = [owner.post(PATH, {"password": "wrong"}) for _ in range(11)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()
    assert owner.post(PATH, RIGHT).status_code == 429
    assert User.objects.exists()


def test_the_page_asks_and_offers_the_history_to_take_away(owner, user):
    page = owner.get(PATH).content.decode()
    assert "Delete your account?" in page
    assert user.email in page
    assert 'href="/history/export.json"' in page
    assert 'type="password"' in page
    assert f'href="{PATH}"' in owner.get("/settings/").content.decode()
    assert ">Cancel</a>" in page
    assert User.objects.exists()


# --- Without a password -----------------------------------------------------------------------


@pytest.fixture
def without_password(client, db):
    """A client of a user without a password, whose last sign-in was long ago."""
    user = make_user("code@example.org")
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    make_assessment(user)
    return client


def test_a_code_by_mail_proves_who_it_is(without_password):
    page = without_password.get(PATH).content.decode()
    assert "You don't have a password, so we'll email a code to code@example.org." in page
    assert "password" not in page.partition("<main")[2].partition("have a password")[0]
    response = without_password.post(PATH)
    assert response.url == "/accounts/login/code/confirm/"
    assert User.objects.exists()
    assert without_password.get("/history/").status_code == 302
    (message,) = mail.outbox
    assert message.to == ["code@example.org"]
    form = {"code": code_in(message)}
    response = without_password.post("/accounts/login/code/confirm/", form)
    assert response.url == PATH
    page = without_password.get(PATH).content.decode()
    assert "Delete everything" in page
    assert 'type="password"' not in page
    response = without_password.post(PATH, follow=True)
    assert "Your account and all its data are deleted." in response.content.decode()
    assert traces_of(0, "code@example.org") == []
    assert not Assessment.objects.exists()


def test_a_wrong_code_deletes_nothing(without_password):
    without_password.post(PATH)
    form = {"code": "WRONG1"}
    without_password.post("/accounts/login/code/confirm/", form)
    assert without_password.post(PATH).status_code == 302
    assert Assessment.objects.exists()


def test_a_sign_in_of_five_minutes_ago_proves_nothing_any_more(without_password):
    session = without_password.session
    user = User.objects.get()
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 290}]
    session.save()
    assert "Delete everything" in without_password.get(PATH).content.decode()
    session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 301}]
    session.save()
    assert "Delete everything" not in without_password.get(PATH).content.decode()
    without_password.post(PATH)
    assert User.objects.exists()


def test_codes_are_limited(client, without_password):
    user = User.objects.get()
    for _ in range(4):
        client.force_login(user)
        response = client.post(PATH)
    assert response.status_code == 429
    assert len(mail.outbox) == 3


# --- A code that another browser has asked for ---------------------------------------------------

LOGIN_CODE, CONFIRM_LOGIN = "/accounts/login/code/", "/accounts/login/code/confirm/"
RESET, CONFIRM_RESET = "/accounts/password/reset/", "/accounts/password/reset/confirm/"
BY_CODE = pytest.mark.parametrize(
    ("ask", "confirm"), [(LOGIN_CODE, CONFIRM_LOGIN), (RESET, CONFIRM_RESET)]
)


@BY_CODE
def test_a_code_of_a_deleted_account_is_over(client, user, ask, confirm):
    client.post(ask, {"email": user.email})
    delete_account(user)
    assert client.get(confirm).status_code == 200
    assert client.post(confirm, {"code": "WRONG1"}).status_code == 422
    response = client.post(confirm, {"code": code_in(mail.outbox[0])}, follow=True)
    assert response.redirect_chain == [(ask, 302)]
    assert "That code no longer works. Ask for a new one." in response.content.decode()
    assert client.get(confirm).status_code == 302
    assert client.get("/history/").status_code == 302


@BY_CODE
def test_only_the_right_code_tells_that_the_account_is_deleted(client, user, ask, confirm):
    client.post(ask, {"email": user.email})
    delete_account(user)
    unknown = Client()
    unknown.post(ask, {"email": "nobody@example.org"})
    for send in (lambda each: each.get(confirm), lambda each: each.post(confirm, {"code": "A"})):
        deleted, other = send(client), send(unknown)
        assert deleted.status_code == other.status_code
        assert deleted.context["form"].errors == other.context["form"].errors


def test_a_right_code_sets_no_password_of_a_deleted_account(client, user):
    client.post(RESET, {"email": user.email})
    complete = client.post(CONFIRM_RESET, {"code": code_in(mail.outbox[0])}).url
    delete_account(user)
    new = {"password1": "another ten points", "password2": "another ten points"}
    response = client.post(complete, new, follow=True)
    assert response.redirect_chain == [(RESET, 302)]
    assert "That code no longer works. Ask for a new one." in response.content.decode()
    assert client.get(complete).url == RESET


@override_settings(
    ACCOUNT_EMAIL_VERIFICATION="mandatory", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True
)
def test_the_code_of_a_sign_up_that_was_deleted_is_over(client, db):
    confirm = client.post("/accounts/signup/", {"email": "new@example.org", "password1": PASSWORD})
    delete_account(User.objects.get())
    form = {"code": code_in(mail.outbox[0])}
    response = client.post(confirm.url, form, follow=True)
    assert response.redirect_chain == [("/accounts/login/", 302)]
    assert "That code no longer works." in response.content.decode()


# --- The last superuser -----------------------------------------------------------------------


def test_the_last_superuser_is_told_to_make_another_one_first(client, db):
    root = make_superuser()
    make_user("staff@example.org", is_staff=True)
    make_user("gone@example.org", is_superuser=True, is_active=False)
    client.force_login(root)
    page = client.get(PATH).content.decode()
    assert str(LAST_SUPERUSER) in page
    assert "Delete everything" not in page
    response = client.post(PATH, RIGHT)
    assert response.status_code == 422
    assert str(LAST_SUPERUSER) in response.content.decode()
    assert User.objects.filter(pk=root.pk).exists()
    make_superuser("second@example.org")
    assert client.post(PATH, RIGHT).status_code == 302
    assert not User.objects.filter(pk=root.pk).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_last_superusers_that_leave_at_once_one_stays():
    first, second = make_superuser(), make_superuser("second@example.org")
    (error,) = at_once(lambda: delete_account(first), lambda: delete_account(second))
    assert isinstance(error, ValidationError)
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_button_that_is_pressed_twice_is_no_error():
    user = make_user()
    for _ in range(3):
        make_assessment(user)
    answers = []
    clients = [signed_in(user) for _ in range(3)]
    raised = at_once(*(lambda c=c: answers.append(c.post(PATH, RIGHT)) for c in clients))
    assert raised == []
    assert {answer.status_code for answer in answers} <= {302, 422}
    assert not User.objects.exists()
    assert not Session.objects.filter(user_id__isnull=False).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_another_window_sends_meanwhile_is_told_that_the_account_is_gone():
    forms = {
        "/": points("6-2-2-0-0"),
        "/history/add/": points("6-2-2-0-0", taken_on="2026-05-04"),
        "/keep/6-2-2-0-0/": {},
        "/accounts/password/change/": {
            "oldpassword": PASSWORD,
            "password1": "eleven points to spend",
            "password2": "eleven points to spend",
        },
    }
    for path, form in forms.items():
        user, answers = make_user(), []
        client = signed_in(user)
        client.get("/settings/")

        def send(client=client, path=path, form=form, answers=answers):
            answers.append(client.post(path, form))

        locked_meanwhile(lambda user=user: delete_account(user), send)
        (answer,) = answers
        assert (path, answer.status_code) == (path, 410)
        assert "This account was deleted" in answer.content.decode()
        assert client.get("/history/").status_code == 302
        assert not User.objects.exists()
        assert not Session.objects.filter(user_id__isnull=False).exists()


def test_a_fault_of_ours_stays_one(owner, monkeypatch):
    def fail(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr("purposeapp.forms.QuestionnaireForm.save", fail)
    with pytest.raises(IntegrityError):
        owner.post("/", points("6-2-2-0-0"))


def test_an_account_that_is_saved_after_it_was_deleted_stays_deleted(user):
    known = User.objects.get()
    user.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        known.save()
    assert not User.objects.exists()


# --- Permissions ------------------------------------------------------------------------------


def test_the_password_of_somebody_else_is_of_no_use(stranger, user):
    user.set_password("another ten points")
    user.save()
    assert stranger.post(PATH, {"password": "another ten points"}).status_code == 422
    assert User.objects.count() == 2


def test_the_admin_shows_no_key_of_a_session(client, user):
    client.force_login(make_superuser())
    key = signed_in(user).session.session_key
    page = client.get(reverse("admin:purposeapp_user_delete", args=[user.pk])).content.decode()
    assert "Are you sure" in page
    assert key not in page


@pytest.mark.parametrize("assessments", [1, 3])
def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    user, assessments, django_assert_num_queries
):
    for _ in range(assessments):
        make_assessment(user)
        signed_in(user)
    ContentType.objects.clear_cache()
    with django_assert_num_queries(28):
        delete_account(user)
