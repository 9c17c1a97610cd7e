"""Accounts and their data in the admin: superusers may read them, and change only accounts."""

from datetime import timedelta
from threading import Thread

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from purposeapp.accounts.deletion import LAST_SUPERUSER
from purposeapp.admin.users import OWN_ACCOUNT
from purposeapp.models import Assessment, Goal, OutgoingMail, Tick, Tip, User
from purposeapp.split import Split
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.make import NOON, make_assessment, make_goal, make_superuser, make_user
from tests.support.waiting import eventually


def test_a_superuser_reads_assessments_and_changes_none(superuser):
    assessment = make_assessment(make_user("someone@example.org"), note="private words")
    path = reverse("admin:purposeapp_assessment_changelist")
    listed = superuser.get(path, {"q": "someone@example.org"}).content.decode()
    assert "someone@example.org" in listed
    assert "6-2-2-0-0" in listed
    change = reverse("admin:purposeapp_assessment_change", args=[assessment.pk])
    page = superuser.get(change).content.decode()
    assert "someone@example.org" in page
    assert 'name="_save"' not in page
    assert superuser.post(change, {"note": "changed"}).status_code == 403
    assert superuser.get(reverse("admin:purposeapp_assessment_add")).status_code == 403
    delete = reverse("admin:purposeapp_assessment_delete", args=[assessment.pk])
    assert superuser.post(delete, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [assessment.pk], "post": "yes"}
    superuser.post(reverse("admin:purposeapp_assessment_changelist"), bulk)
    assert Assessment.objects.get().note == "private words"


def test_assessments_are_listed_by_account(superuser):
    """All of them would be more than can be sorted and counted while somebody waits."""
    someone, other = make_user("someone@example.org"), make_user("someone-else@example.org")
    mine = [make_assessment(someone, taken_at=NOON + timedelta(days=n)) for n in range(2)]
    make_assessment(other)
    path = reverse("admin:purposeapp_assessment_changelist")

    def found(query: dict[str, str]) -> list[Assessment]:
        page = superuser.get(path, query)
        assert "Enter the email of an account to see its results." in page.content.decode()
        return list(page.context["cl"].result_list)

    assert found({}) == found({"q": "someone"}) == found({"q": "@example.org"}) == []
    assert found({"q": " Someone@example.org "}) == mine[::-1]
    for query, is_counted in (({}, False), ({"q": "nobody@example.org"}, True)):
        page = superuser.get(path, query).content.decode()
        assert ("0 results" in page, "Show all" in page) == (is_counted, is_counted)
    with CaptureQueriesContext(connection) as queries:
        superuser.get(path)
    assert not any('FROM "purposeapp_assessment"' in each["sql"] for each in queries)


@pytest.mark.parametrize(
    ("model", "title"),
    [("auth_group", "Groups"), ("purposeapp_user", "Users"), ("purposeapp_tip", "Tips")],
)
def test_a_list_is_called_what_it_holds(superuser, model, title):
    page = superuser.get(reverse(f"admin:{model}_changelist")).content.decode()
    assert f"<title>{title} | Five Purposes</title>" in page
    assert f"<h1>{title}</h1>" in page


@pytest.mark.parametrize("place", ["changelist", "change", "history"])
def test_what_a_person_wrote_is_not_shown(superuser, place):
    user = make_user("someone@example.org")
    assessment = make_assessment(user, note="private words", event="other", event_words="a secret")
    args = [] if place == "changelist" else [assessment.pk]
    path = reverse(f"admin:purposeapp_assessment_{place}", args=args)
    page = superuser.get(path, {"q": "someone@example.org"} if place == "changelist" else None)
    assert page.status_code == 200
    assert "6-2-2-0-0" in page.content.decode()
    for words in ("private words", "a secret", "life event", "Note"):
        assert words not in page.content.decode()


def test_a_search_finds_nothing_that_a_person_wrote(superuser):
    make_assessment(make_user("someone@example.org"), note="private words")
    path = reverse("admin:purposeapp_assessment_changelist")
    found = superuser.get(path, {"q": "private"}).context["cl"].queryset
    assert list(found) == []


@pytest.mark.parametrize(
    "query",
    [
        {"note": "private words"},
        {"note__exact": "private words"},
        {"event": "other"},
        {"event_words__gte": "a"},
        {"user__assessments__note__exact": "private words"},
    ],
)
def test_no_filter_lets_words_be_guessed(superuser, query):
    path = reverse("admin:purposeapp_assessment_changelist")
    assert superuser.get(path, query).status_code == 400


def test_an_account_without_a_password_gets_codes(superuser):
    """Django would name ways to sign in that this site doesn't have."""
    user = make_user("someone@example.org")
    add = superuser.get(reverse("admin:purposeapp_user_add")).content.decode()
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    change = superuser.get(path).content.decode()
    for page in (add, change):
        assert "Without a password, they sign in with a code sent by email." in page
        assert "LDAP" not in page
        assert "Not a common password, and not just words from this site." in page
    assert "If you disable it, their current password is deleted.</li></ul>" in change
    superuser.post(path, {"usable_password": "false", "unset-password": "1"})
    user.refresh_from_db()
    assert not user.has_usable_password()


def account_form(user: User, **changes: object) -> dict[str, object]:
    """Return the data that an account's form sends."""
    form = {"email": user.email, "is_active": True, "is_staff": True, "is_superuser": True}
    return {name: value for name, value in (form | changes).items() if value}


@pytest.mark.parametrize("right", ["is_active", "is_staff", "is_superuser"])
def test_the_last_superuser_stays_one(superuser, right):
    root = User.objects.get()
    url = reverse("admin:purposeapp_user_change", args=[root.pk])
    response = superuser.post(url, account_form(root, **{right: False}))
    assert response.status_code == 200
    assert str(LAST_SUPERUSER) in response.content.decode()
    root.refresh_from_db()
    assert getattr(root, right)
    # A superuser who can't sign in to the admin doesn't count as another one.
    other = make_superuser("other@example.org")
    User.objects.filter(pk=other.pk).update(**{right: False})
    assert superuser.post(url, account_form(root, **{right: False})).status_code == 200
    User.objects.filter(pk=other.pk).update(**{right: True})
    assert superuser.post(url, account_form(root, **{right: False})).status_code == 302


def test_the_last_superuser_is_not_deleted(superuser):
    root = User.objects.get()
    url = reverse("admin:purposeapp_user_delete", args=[root.pk])
    lists = reverse("admin:purposeapp_user_changelist")
    bulk = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
    for response in (superuser.post(url, {"post": "yes"}), superuser.post(lists, bulk)):
        assert str(LAST_SUPERUSER) in response.content.decode()
        assert User.objects.filter(pk=root.pk).exists()
    other = make_superuser("other@example.org")
    both = bulk | {"_selected_action": [root.pk, other.pk]}
    assert str(LAST_SUPERUSER) in superuser.post(lists, both).content.decode()
    assert User.objects.count() == 2
    url = reverse("admin:purposeapp_user_delete", args=[other.pk])
    assert superuser.post(url, {"post": "yes"}).status_code == 302
    assert User.objects.get() == root


def test_ones_own_account_is_deleted_in_settings_and_not_here(superuser):
    root = User.objects.get()
    make_superuser("other@example.org")
    url = reverse("admin:purposeapp_user_delete", args=[root.pk])
    lists = reverse("admin:purposeapp_user_changelist")
    bulk = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
    assert "protected related objects" not in superuser.get(url).content.decode()
    for response in (superuser.post(url, {"post": "yes"}), superuser.post(lists, bulk)):
        assert str(OWN_ACCOUNT) in response.content.decode()
        assert User.objects.filter(pk=root.pk).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_superusers_that_demote_or_delete_each_other_at_once_one_stays():
    def changes(by: User, other: User, *, deletes: bool):
        client = Client()
        client.force_login(by)
        name = "delete" if deletes else "change"
        url = reverse(f"admin:purposeapp_user_{name}", args=[other.pk])
        form = {"post": "yes"} if deletes else account_form(other, is_superuser=False)
        return lambda: client.post(url, form)

    for first_deletes, second_deletes in ((False, False), (True, True), (True, False)):
        User.objects.all().delete()
        first, second = make_superuser(), make_superuser("second@example.org")
        at_once(
            changes(first, second, deletes=first_deletes),
            changes(second, first, deletes=second_deletes),
        )
        assert User.objects.superusers().exists()


def test_a_superuser_can_delete_an_account_with_all_that_is_its(superuser):
    user = make_user("leaving@example.org")
    make_assessment(user)
    Tick.objects.create(user=user, tip=Tip.objects.first(), verdict="done")
    make_goal(user, "0-1-2-3-4")
    now = timezone.now()
    for to in ("leaving@example.org", "staying@example.org"):
        waiting = {"message": {"to": [to]}, "next_try_at": now, "expires_at": now}
        OutgoingMail.objects.create(**waiting)
    url = reverse("admin:purposeapp_user_delete", args=[user.pk])
    page = superuser.get(url).content.decode()
    assert "leaving@example.org" in page
    assert "6-2-2-0-0" not in page
    assert "0-1-2-3-4" not in page
    assert superuser.post(url, {"post": "yes"}).status_code == 302
    assert not Assessment.objects.exists()
    assert not Tick.objects.exists()
    assert OutgoingMail.objects.get().message == {"to": ["staying@example.org"]}


def is_waited_for() -> bool:
    """Return whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_whoever_deletes_an_account_waits_for_what_its_person_is_doing():
    user, client, answers = make_user(), Client(), []
    client.force_login(make_superuser())
    make_goal(user)
    url = reverse("admin:purposeapp_user_delete", args=[user.pk])

    def delete() -> None:
        try:
            answers.append(client.post(url, {"post": "yes"}).status_code)
        finally:
            connection.close()

    deletes = Thread(target=delete)
    with transaction.atomic():
        assert User.objects.lock(user.pk)
        deletes.start()
        eventually(is_waited_for)
        Goal.objects.set(user=user, split=Split.parse("0-1-2-3-4"))
    deletes.join()
    assert answers == [302]
    assert not User.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize(
    ("button", "is_usable"), [("set-password", "true"), ("unset-password", "false")]
)
def test_whoever_is_given_another_password_is_told_so(superuser, caplog, button, is_usable):
    user = make_user("someone@example.org")
    form = {"password1": "ten others", "password2": "ten others"}
    form |= {"usable_password": is_usable, button: ""}
    answer = superuser.post(f"/admin/purposeapp/user/{user.pk}/password/", form)
    assert answer.status_code == 302
    user.refresh_from_db()
    assert user.check_password("ten others") == (is_usable == "true")
    (notice,) = mail.outbox
    assert (notice.to, notice.subject) == ([user.email], "Your password was changed")
    assert "'event': 'password_changed'" in caplog.text


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("page", ["add", "change"])
def test_an_address_that_somebody_takes_meanwhile_is_taken(page):
    admin = Client()
    admin.force_login(make_superuser())
    args = [make_user("old@example.org").pk] if page == "change" else []
    form = {
        "email": "new@example.org",
        "is_active": "on",
        "usable_password": "true",
        "password1": "ten points to spend",
        "password2": "ten points to spend",
    }
    path = reverse(f"admin:purposeapp_user_{page}", args=args)
    answers = []
    locked_meanwhile(
        lambda: make_user("new@example.org"), lambda: answers.append(admin.post(path, form))
    )
    (answer,) = answers
    errors = answer.context["adminform"].form.errors
    assert errors == {"email": ["Someone already uses this email."]}
    assert User.objects.filter(email="new@example.org").count() == 1


def test_a_superuser_makes_an_account_and_an_editor_of_it(superuser):
    form = {
        "email": "new@example.org",
        "usable_password": "true",
        "password1": "ten points to spend",
        "password2": "ten points to spend",
    }
    assert superuser.post(reverse("admin:purposeapp_user_add"), form).status_code == 302
    user = User.objects.get(email="new@example.org")
    change = reverse("admin:purposeapp_user_change", args=[user.pk])
    group = Group.objects.get(name="Tip editors")
    form = {"email": user.email, "is_active": "on", "is_staff": "on", "groups": [group.pk]}
    assert superuser.post(change, form).status_code == 302
    superuser.force_login(user)
    assert superuser.get("/admin/purposeapp/tip/").status_code == 200
    assert superuser.get(change).status_code == 403
    # Nor can an editor give themselves more permissions.
    assert superuser.post(change, {**form, "is_superuser": "on"}).status_code == 403
    assert not User.objects.get(pk=user.pk).is_superuser


@pytest.mark.parametrize("email", ["taken@example.org", "TAKEN@example.org"])
def test_an_email_that_another_account_has_is_one_error_at_the_field(superuser, email):
    make_user("taken@example.org")
    other = make_user("other@example.org")
    for address in (
        reverse("admin:purposeapp_user_add"),
        reverse("admin:purposeapp_user_change", args=[other.pk]),
    ):
        form = {
            "email": email,
            "is_active": "on",
            "usable_password": "true",
            "password1": "ten points to spend",
            "password2": "ten points to spend",
        }
        response = superuser.post(address, form)
        errors = response.context["adminform"].form.errors
        assert errors == {"email": ["Someone already uses this email."]}


def test_the_page_that_adds_a_user_says_what_happens_next(superuser):
    page = superuser.get(reverse("admin:purposeapp_user_add")).content.decode()
    assert "No email is sent: tell them the password yourself." in page
