"""Accounts and what they recorded, in the admin: superusers read, and change only accounts."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from purposeapp.models import Assessment, Tick, Tip, User
from tests.support.make import make_assessment, make_goal, make_superuser, make_user


@pytest.fixture
def superuser(client, db):
    client.force_login(make_superuser())
    return client


def test_a_superuser_reads_assessments_and_changes_none(superuser):
    assessment = make_assessment(make_user("somebody@example.org"), note="private words")
    listed = superuser.get(reverse("admin:purposeapp_assessment_changelist")).content.decode()
    assert "somebody@example.org" in listed
    assert "6-2-2-0-0" in listed
    change = reverse("admin:purposeapp_assessment_change", args=[assessment.pk])
    page = superuser.get(change).content.decode()
    assert "somebody@example.org" in page
    assert 'name="_save"' not in page
    assert superuser.post(change, {"note": "changed"}).status_code == 403
    assert superuser.get(reverse("admin:purposeapp_assessment_add")).status_code == 403
    delete = reverse("admin:purposeapp_assessment_delete", args=[assessment.pk])
    assert superuser.post(delete, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [assessment.pk], "post": "yes"}
    superuser.post(reverse("admin:purposeapp_assessment_changelist"), bulk)
    assert Assessment.objects.get().note == "private words"


@pytest.mark.parametrize("place", ["changelist", "change", "history"])
def test_what_a_person_wrote_is_not_shown(superuser, place):
    user = make_user("somebody@example.org")
    assessment = make_assessment(user, note="private words", event="other", event_words="a secret")
    args = [] if place == "changelist" else [assessment.pk]
    page = superuser.get(reverse(f"admin:purposeapp_assessment_{place}", args=args))
    assert page.status_code == 200
    for words in ("private words", "a secret", "life event", "Note"):
        assert words not in page.content.decode()


def test_a_search_finds_nothing_that_a_person_wrote(superuser):
    make_assessment(make_user("somebody@example.org"), note="private words")
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


def test_a_superuser_can_delete_an_account_with_all_that_is_its(superuser):
    user = make_user("leaving@example.org")
    make_assessment(user)
    Tick.objects.create(user=user, tip=Tip.objects.first(), verdict="done")
    make_goal(user, "0-1-2-3-4")
    url = reverse("admin:purposeapp_user_delete", args=[user.pk])
    page = superuser.get(url).content.decode()
    assert "leaving@example.org" in page
    assert "6-2-2-0-0" not in page
    assert "0-1-2-3-4" not in page
    assert superuser.post(url, {"post": "yes"}).status_code == 302
    assert not Assessment.objects.exists()
    assert not Tick.objects.exists()


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
    # Nor can an editor make themselves more than that.
    assert superuser.post(change, {**form, "is_superuser": "on"}).status_code == 403
    assert not User.objects.get(pk=user.pk).is_superuser
