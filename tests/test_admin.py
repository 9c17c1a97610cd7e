import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from purposeapp.models import Assessment, Tip
from tests.make import make_assessment, make_user, tip_form


@pytest.fixture
def superuser(client, db):
    client.force_login(make_user("root@example.org", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def editor(client, db):
    """Staff who may change tips, and nothing else."""
    user = make_user("editor@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_tip"))
    client.force_login(user)
    return client


def test_staff_change_a_tip_and_the_next_result_page_shows_it(editor):
    tip = Tip.objects.get(key="business-groups")
    response = editor.post(
        reverse("admin:purposeapp_tip_change", args=[tip.pk]),
        tip_form(tip, text="Found a group of your own."),
    )
    assert response.status_code == 302
    assert "Found a group of your own." in editor.get("/splits/10-0-0-0-0/").content.decode()


def test_the_history_of_a_tip_says_who_changed_what(editor):
    tip = Tip.objects.get(key="business-groups")
    url = reverse("admin:purposeapp_tip_change", args=[tip.pk])
    editor.post(url, tip_form(tip, text="Found a group of your own."))
    newest, first = tip.history.all()
    assert (newest.text, newest.history_user.email) == (
        "Found a group of your own.",
        "editor@example.org",
    )
    assert first.text == tip.text
    page = editor.get(reverse("admin:purposeapp_tip_history", args=[tip.pk])).content.decode()
    assert "Found a group of your own." in page
    assert tip.text in page


@pytest.mark.parametrize("ids", ["x/history/", "%00/history/", "1/history/x/", "x/history/1/"])
def test_an_id_that_no_tip_can_have_is_a_404(editor, ids):
    assert editor.get(f"/admin/purposeapp/tip/{ids}").status_code == 404


def test_a_tip_on_no_purpose_is_refused(editor):
    response = editor.post(
        reverse("admin:purposeapp_tip_add"),
        {"key": "new", "purpose": "world_peace", "audience": "everyone", "text": "x"},
    )
    assert response.status_code == 200
    assert not Tip.objects.filter(key="new").exists()


def test_every_list_and_form_of_the_admin_opens(superuser):
    make_assessment(make_user("somebody@example.org"))
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert superuser.get(reverse(f"{name}_changelist")).status_code == 200
        assert superuser.get(reverse(f"{name}_changelist"), {"q": "e"}).status_code == 200
        if obj := model._default_manager.first():
            assert superuser.get(reverse(f"{name}_change", args=[obj.pk])).status_code == 200
        if model_admin.has_add_permission(superuser.get("/admin/").wsgi_request):
            assert superuser.get(reverse(f"{name}_add")).status_code == 200


def test_a_superuser_reads_assessments_and_changes_none(superuser):
    assessment = make_assessment(make_user("somebody@example.org"), note="private words")
    change = reverse("admin:purposeapp_assessment_change", args=[assessment.pk])
    page = superuser.get(change).content.decode()
    assert "private words" in page
    assert 'name="_save"' not in page
    assert superuser.post(change, {"note": "changed"}).status_code == 403
    assert superuser.get(reverse("admin:purposeapp_assessment_add")).status_code == 403
    delete = reverse("admin:purposeapp_assessment_delete", args=[assessment.pk])
    assert superuser.post(delete, {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [assessment.pk], "post": "yes"}
    superuser.post(reverse("admin:purposeapp_assessment_changelist"), bulk)
    assert Assessment.objects.get().note == "private words"


def test_staff_below_superuser_see_no_assessments_whatever_they_are_granted(client, db):
    user = make_user("curious@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    assessment = make_assessment(make_user("somebody@example.org"))
    assert "assessment" not in client.get("/admin/").content.decode().lower()
    assert client.get(reverse("admin:purposeapp_assessment_changelist")).status_code == 403
    change = reverse("admin:purposeapp_assessment_change", args=[assessment.pk])
    assert client.get(change).status_code == 403


def test_a_superuser_can_delete_an_account_with_all_that_is_its(superuser):
    user = make_user("leaving@example.org")
    make_assessment(user)
    url = reverse("admin:purposeapp_user_delete", args=[user.pk])
    assert superuser.post(url, {"post": "yes"}).status_code == 302
    assert not Assessment.objects.exists()


def test_a_superuser_makes_an_account(superuser):
    response = superuser.post(
        reverse("admin:purposeapp_user_add"),
        {
            "email": "new@example.org",
            "usable_password": "true",
            "password1": "ten points to spend",
            "password2": "ten points to spend",
        },
    )
    assert response.status_code == 302


def test_the_admins_sign_in_is_the_one_of_the_product(client, db):
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    response = client.get("/admin/login/?next=/admin/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=%2Fadmin%2F")


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/purposeapp/tip/"])
def test_whoever_is_signed_in_and_no_staff_gets_403(owner, path):
    response = owner.get(path, follow=True)
    assert response.status_code == 403
    assert "This is not open to you" in response.content.decode()
