"""Permissions in the admin, beyond the table of tests/test_access.py."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from purposeapp.models import PortraitPart, TalkQuestion, Tip
from purposeapp.models.published_version import published_version
from tests.support.admin import TIPS
from tests.support.make import make_assessment, make_tip, make_user

OWN = ["coverage/", "deleted/", "export/", "import/", "preview/"]
OF_A_TIP = ["change/", "history/", "preview/", "delete/"]


@pytest.fixture
def powerless(client, db):
    """A client signed in as staff without any permission."""
    client.force_login(make_user("staff@example.org", is_staff=True))
    return client


def tip_pages() -> list[str]:
    tip = Tip.objects.first()
    tip.save()  # creates a second version
    version = tip.history.first().pk
    of_a_tip = [f"{TIPS}{tip.pk}/{page}" for page in [*OF_A_TIP, f"history/{version}/"]]
    return [TIPS, f"{TIPS}add/", *(TIPS + page for page in OWN), *of_a_tip]


def other_pages() -> list[str]:
    """Return every list, form, history and delete page except those of what editors write."""
    make_assessment(make_user("someone@example.org"))
    found = []
    for model in admin.site._registry:
        if model in (Tip, PortraitPart, TalkQuestion):
            continue
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found += [reverse(f"{name}_changelist"), reverse(f"{name}_add")]
        if obj := model._default_manager.first():
            found += [
                reverse(f"{name}_{page}", args=[obj.pk]) for page in ("change", "history", "delete")
            ]
    return found


def statuses(client, pages: list[str]) -> dict[str, int]:
    return {page: client.get(page).status_code for page in pages}


def test_the_page_of_an_app_shows_no_empty_numbers(superuser):
    assert "Usage" in superuser.get("/admin/").content.decode()
    page = superuser.get("/admin/purposeapp/")
    assert (page.status_code, "Usage" in page.content.decode()) == (200, False)


def test_every_list_is_searched_sorted_and_filtered(superuser):
    for model, model_admin in admin.site._registry.items():
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        columns = range(1, len(model_admin.list_display) + 1)
        for options in [{"q": "e"}, *({"o": column} for column in columns)]:
            assert superuser.get(url, options).status_code == 200, (url, options)


def test_an_editor_who_was_granted_everything_by_mistake_sees_no_person(editor):
    make_assessment(make_user("hidden@example.org"), note="private words")
    user = get_user(editor)
    user.user_permissions.set(Permission.objects.all())
    assert set(statuses(editor, other_pages()).values()) == {403}
    page = editor.get("/admin/").content.decode()
    assert "/admin/purposeapp/assessment/" not in page
    assert "hidden@example.org" not in page


def get_user(client):
    return client.get("/admin/").context["user"]


def test_staff_without_a_right_see_the_start_page_alone(powerless):
    assert powerless.get("/admin/").status_code == 200
    assert set(statuses(powerless, [*tip_pages(), *other_pages()]).values()) == {403}
    # Nor can they find out which tips exist.
    nowhere = [f"{TIPS}999999/history/", f"{TIPS}999999/history/1/"]
    assert set(statuses(powerless, nowhere).values()) == {403}


def test_staff_who_may_only_look_change_nothing(powerless):
    get_user(powerless).user_permissions.add(Permission.objects.get(codename="view_tip"))
    tip = Tip.objects.first()
    closed = {page for page, status in statuses(powerless, tip_pages()).items() if status == 403}
    assert closed == {f"{TIPS}add/", f"{TIPS}import/", f"{TIPS}{tip.pk}/delete/"}
    assert 'class="move"' not in powerless.get(TIPS).content.decode()
    version = f"{TIPS}{tip.pk}/history/{tip.history.last().pk}/"
    for page in [f"{TIPS}{tip.pk}/change/", version]:
        assert powerless.post(page).status_code == 403
    before = published_version()
    assert powerless.post(TIPS, {"_save": f"down {tip.pk}"}).status_code == 403
    assert published_version() == before


def test_a_list_that_makes_no_sense_moves_no_tip_for_staff_who_may_only_look(powerless):
    get_user(powerless).user_permissions.add(Permission.objects.get(codename="view_tip"))
    for number in range(100):  # the list has a second page
        make_tip(key=f"another-{number}")
    before = published_version()
    tip = Tip.objects.first()
    assert powerless.post(f"{TIPS}?p=9999", {"_save": f"down {tip.pk}"}).status_code == 302
    assert published_version() == before


def test_who_may_only_change_tips_adds_none_by_restoring_one(powerless):
    for right in ("view", "change"):
        permission = Permission.objects.get(codename=f"{right}_tip")
        get_user(powerless).user_permissions.add(permission)
    tip = make_tip(key="gone")
    version = f"{TIPS}{tip.pk}/history/{tip.history.last().pk}/"
    form = powerless.get(version).context["adminform"].form
    tip.delete()
    sent = {name: value for name, value in form.initial.items() if value is not None}
    assert powerless.post(version, {**sent, "version": ""}).status_code == 403
    assert not Tip.objects.filter(key="gone").exists()


def test_posts_of_whoever_may_not_change_nothing(owner):
    tip = Tip.objects.first()
    before = published_version()
    for page in ["import/", "import/difference/", "", f"{tip.pk}/delete/"]:
        assert (
            owner.post(TIPS + page, {"post": "yes", "_save": f"down {tip.pk}"}).status_code == 302
        )
    assert published_version() == before


@pytest.mark.parametrize("page", ["coverage/", "deleted/", "export/", "1/history/"])
def test_a_page_to_read_takes_no_post(editor, page):
    assert editor.post(TIPS + page).status_code == 405


def test_no_page_about_tips_is_kept_by_a_browser(editor):
    for page in tip_pages():
        assert "no-store" in editor.get(page)["Cache-Control"], page


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("x/history/", 404),
        ("%00/history/", 404),
        ("1/history/x/", 404),
        ("x/history/1/", 404),
        ("1/history/999999999999999999999999/", 404),
        ("999999999999999999999999/history/", 404),
        ("999999999999999999999999/preview/", 404),
        ("%00/change/", 404),
        ("?purpose__exact=%00", 400),
        ("?q=%00", 400),
        ("?%00=1", 400),
        ("?state=nothing", 200),
        ("?p=x", 200),
        ("?nothing__exact=1", 400),
        ("?text__regex=(", 400),
        ("?published_from__year=99999", 400),
        ("?_to_field=ticks", 400),
        ("?_to_field=key", 400),
        ("?_to_field=", 400),
        ("?_to_field=id", 200),
        ("0/preview/", 404),
        ("?purpose__exact=world_peace", 200),
        ("?o=99", 200),
        ("coverage/?as=x", 200),
        ("preview/?split=x", 422),
        ("preview/?split=6-2-2-0-1", 422),
        ("preview/?as=x", 422),
    ],
)
def test_what_makes_no_sense_is_no_error_of_the_server(editor, address, status):
    assert editor.get(TIPS + address).status_code == status


@pytest.mark.parametrize(
    "lookup", ["ticks=1", "ticks__id__gt=0", "ticks__user=1", "ticks__isnull="]
)
def test_the_list_is_not_filtered_by_ticks(editor, lookup):
    """Ticks are personal data: only their number is shown."""
    assert editor.get(f"{TIPS}?{lookup}").status_code == 400


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("user/?email__regex=(", 400),
        ("user/?date_joined__year=99999", 400),
        ("user/?password__gte=a", 400),
        ("user/?groups__id__exact=x", 302),
        ("user/?is_staff__exact=1", 200),
        ("assessment/?note__iregex=[", 400),
        ("assessment/?taken_at__gte=x", 302),
        ("assessment/?taken_at__gte=2026-11-01%2000:00:00%2B00:00", 200),
        ("user/?_to_field=email", 400),
    ],
)
def test_what_makes_no_sense_about_people_is_none_either(superuser, address, status):
    assert superuser.get(f"/admin/purposeapp/{address}").status_code == status


def test_an_editor_cannot_find_out_which_accounts_there_are(editor):
    for page in ("history", "change", "password"):
        for pk in (make_user(f"{page}@example.org").pk, 999_999):
            answer = editor.get(f"/admin/purposeapp/user/{pk}/{page}/")
            assert answer.status_code == 403, (page, pk)


@pytest.mark.parametrize("chosen", ["x", "\0", "9" * 30, "²"])
def test_an_action_on_what_is_no_tip_is_refused(editor, chosen):
    form = {"action": "publish", "_selected_action": [chosen]}
    assert editor.post(TIPS, form).status_code == 400


# --- The group ---


def test_the_group_of_editors_is_there_after_migrate(db):
    group = Group.objects.get(name="Tip editors")
    assert sorted(group.permissions.values_list("codename", flat=True)) == [
        "add_portraitpart",
        "add_talkquestion",
        "add_tip",
        "change_portraitpart",
        "change_talkquestion",
        "change_tip",
        "delete_tip",
        "view_portraitpart",
        "view_talkquestion",
        "view_tip",
    ]


def test_migrating_again_leaves_the_group_as_superusers_made_it(db):
    group = Group.objects.get(name="Tip editors")
    group.permissions.remove(Permission.objects.get(codename="delete_tip"))
    call_command("migrate", verbosity=0)
    assert Group.objects.get().permissions.count() == 9
    group.delete()
    call_command("migrate", verbosity=0)
    assert Group.objects.get().permissions.count() == 10


def test_the_admins_sign_in_is_the_one_of_the_product(db):
    client = Client()
    assert client.get("/admin/").url == "/admin/login/?next=/admin/"
    response = client.get("/admin/login/?next=/admin/")
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=%2Fadmin%2F")
