"""Portrait sentences in the admin: no change may leave a split without a portrait."""

import re

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from purposeapp.advice.portrait import Slot
from purposeapp.forms import PortraitPartForm
from purposeapp.forms.versioned import CHANGED_MEANWHILE
from purposeapp.models import PortraitPart
from purposeapp.models.portrait_part import PART_FIELDS
from purposeapp.split import Split
from tests.support.admin import changed_by, listed, text_of
from tests.support.make import make_superuser, make_user
from tests.support.pages import said

LIST = "/admin/purposeapp/portraitpart/"
EVEN = "Without this, these splits have no sentence for “What the mix is like”: 2-2-2-2-2."


@pytest.fixture
def even(db):
    """The only sentence about the mix of an even split."""
    return PortraitPart.objects.get(slot="mix", shape="even")


def make_part(text="Your mix is rare.", **extra) -> PortraitPart:
    values = {"key": "rare", "slot": "mix", "state": "published", "text": text, **extra}
    return PortraitPart.objects.create(**values)


def page_of(part, page="change") -> str:
    return f"{LIST}{part.pk}/{page}/"


def form_of(part, **changes) -> dict:
    values = {name: getattr(part, name) for name in PART_FIELDS}
    return {**values, "version": part.fingerprint, **changes}


# --- The list ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"slot__exact": "this_week"},
        {"shape__exact": "even"},
        {"first__exact": "job_seeking"},
        {"state__exact": "draft"},
    ],
)
def test_the_list_is_filtered(editor, options):
    make_part(state="draft")
    expected = list(PortraitPart.objects.filter(**options).values_list("key", flat=True))
    assert expected
    assert listed(editor.get(LIST, options)) == expected


def test_the_list_is_searched_by_text_and_key(editor, even):
    assert listed(editor.get(LIST, {"q": even.key})) == [even.key]
    assert even.key in listed(editor.get(LIST, {"q": even.text}))


def test_the_list_is_called_what_it_is(editor):
    assert "<h1>Portrait sentences</h1>" in editor.get(LIST).content.decode()


# --- The form ---------------------------------------------------------------------------------


def test_a_changed_sentence_is_in_portraits_at_once_and_in_its_history(editor, even):
    old = even.text
    response = editor.post(page_of(even), form_of(even, text="You want all of it."))
    assert (response.status_code, response.url) == (302, LIST)
    assert "You want all of it." in editor.get("/splits/2-2-2-2-2/").content.decode()
    newest = even.history.first()
    assert (newest.text, newest.history_user.email) == ("You want all of it.", "editor@example.org")
    page = text_of(editor.get(page_of(even, "history")))
    assert f"Text {old} You want all of it." in page
    assert "System · created · initial sentences" in page


def test_the_form_has_every_field(editor, even):
    fieldsets = editor.get(page_of(even)).context["adminform"].fieldsets
    assert set(flatten_fieldsets(fieldsets)) == {"key", "version", *PART_FIELDS}


def test_a_new_sentence_is_a_draft_with_a_key_of_its_conditions(editor):
    form = form_of(
        PortraitPart(
            slot="mix", shape="mostly", first="job_seeking", missing="vanity_project", text="So."
        ),
        version="",
    )
    page = editor.post(f"{LIST}add/", form, follow=True)
    assert "“ So. ” saved. It's a draft, so readers don't see it. Publish it? Publish" in text_of(
        page
    )
    part = PortraitPart.objects.get(text="So.")
    assert part.key.startswith("mix-mostly-job-without-vanity")
    assert part.state == "draft"
    assert editor.post(f"{LIST}add/", form).status_code == 422
    assert PortraitPart.objects.filter(text="So.").count() == 1
    response = editor.post(page_of(part, "publish"), follow=True)
    assert said(response)[-1] == "“So.” published. Readers see it now."
    assert part.history.first().state == "published"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"text": ""}, "This field is required."),
        ({"text": "x" * 241}, "at most 240 characters"),
        ({"text": "Two. Sentences <b>x</b>."}, "Write plain text:"),
        ({"text": "An *emphasis*."}, "Write plain text:"),
        ({"text": "A [link](https://example.org/)."}, "Write plain text:"),
        ({"text": "A {brace."}, "Leave out { and }"),
        ({"text": "A {name}."}, "Leave out { and }"),
        ({"text": "No end"}, "End with a full stop"),
        ({"slot": "end"}, "Select a valid choice"),
        ({"shape": "round"}, "Select a valid choice"),
        ({"first": "fun"}, "Select a valid choice"),
        ({"second": "job_seeking"}, "Name the first purpose before the second"),
        ({"first": "job_seeking", "missing": "job_seeking"}, "A purpose without points cannot"),
        ({"position": -1}, "greater than or equal to 0"),
        ({"state": "lost"}, "Select a valid choice"),
        ({"state": "draft"}, EVEN),
        ({"slot": "strength"}, EVEN),
        ({"shape": "mostly"}, EVEN),
        ({"missing": "job_seeking"}, EVEN),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(editor, even, changes, reason):
    response = editor.post(page_of(even), form_of(even, **changes))
    assert response.status_code == 422
    assert reason in text_of(response)
    assert PortraitPart.objects.get(pk=even.pk).fingerprint == even.fingerprint
    assert even.history.count() == 1


def test_of_many_splits_that_would_lose_a_sentence_five_are_named(editor):
    PortraitPart.objects.filter(slot="mix").delete()
    part = make_part()
    response = editor.post(page_of(part), form_of(part, state="draft"))
    assert response.status_code == 422
    (error,) = response.context["adminform"].form.non_field_errors()
    assert error.startswith(
        "Without this, these splits have no sentence for “What the mix is like”: "
    )
    assert error.endswith(", and 996 more.")
    assert len(re.findall(r"\d+-\d+-\d+-\d+-\d+", error)) == 5


@pytest.mark.parametrize(
    "text", ["R&D and 2 * 3 * 4 < 25 > 1.", "It asks “why?”", "It ends (well!)", "Two\nlines."]
)
def test_plain_text_may_have_any_signs(editor, even, text):
    assert editor.post(page_of(even), form_of(even, text=text)).status_code == 302


def test_every_sentence_that_the_site_begins_with_passes(editor):
    for part in PortraitPart.objects.all():
        form = PortraitPartForm(form_of(part, key=part.key), instance=part)
        form.full_clean()
        assert form.errors == {}


def test_several_gaps_are_filled_one_by_one(editor):
    PortraitPart.objects.filter(slot="mix").delete()
    part = make_part(first="job_seeking")
    assert editor.post(page_of(part), form_of(part, text="Better.")).status_code == 302
    assert PortraitPart.objects.get(pk=part.pk).text == "Better."


def test_the_second_save_is_refused_and_shows_both_texts(editor, even):
    mine = form_of(even, text="My words.")
    editor.post(page_of(even), form_of(even, text="Their words."))
    response = editor.post(page_of(even), mine)
    assert response.status_code == 409
    assert CHANGED_MEANWHILE % changed_by(even) in text_of(response)
    assert "Text Their words. My words." in text_of(response)
    assert PortraitPart.objects.get(pk=even.pk).text == "Their words."


# --- Publish, withdraw, restore ---------------------------------------------------------------


def test_actions_publish_and_withdraw_and_say_how_many(editor, even):
    part = make_part(state="draft")
    chosen = [part.pk, even.pk]
    response = editor.post(LIST, {"action": "publish", "_selected_action": chosen}, follow=True)
    assert said(response) == ["1 sentence published.", "1 sentence was published already."]
    assert part.history.first().history_user.email == "editor@example.org"
    response = editor.post(LIST, {"action": "withdraw", "_selected_action": [part.pk]}, follow=True)
    assert said(response) == ["1 sentence is now a draft."]
    response = editor.post(LIST, {"action": "withdraw", "_selected_action": [part.pk]}, follow=True)
    assert said(response) == ["1 sentence was a draft already."]
    assert [version.state for version in part.history.all()] == ["draft", "published", "draft"]


def test_withdrawing_the_last_sentence_of_a_split_is_refused_for_all_that_are_chosen(editor, even):
    part = make_part(first="job_seeking")
    chosen = {"action": "withdraw", "_selected_action": [part.pk, even.pk]}
    assert said(editor.post(LIST, chosen, follow=True)) == [EVEN]
    assert set(PortraitPart.objects.values_list("state", flat=True)) == {"published"}
    assert part.history.count() == even.history.count() == 1


def restore(client, record):
    page = client.get(page_of(record, f"history/{record.pk}")).content.decode()
    version = re.search(r'name="version" value="(\w+)"', page)[1]
    form = form_of(record.instance, version=version)
    return client.post(page_of(record, f"history/{record.pk}"), form)


def test_any_version_comes_back_as_a_new_one(editor, even):
    first = even.history.get()
    even.text = "Other words."
    even.save()
    assert restore(editor, first).status_code == 302
    even.refresh_from_db()
    assert even.text == first.text
    assert even.history.first().history_change_reason.startswith("Restored from 20")


def test_a_version_that_would_leave_a_split_without_a_text_stays_history(editor, even):
    even.history.update(state="draft")
    response = restore(editor, even.history.get())
    assert response.status_code == 422
    assert EVEN in text_of(response)
    assert PortraitPart.objects.get(pk=even.pk).state == "published"
    assert even.history.count() == 1


# --- Preview and coverage ---------------------------------------------------------------------


def test_a_draft_is_shown_in_the_portrait_of_a_split_to_its_editor_alone(editor):
    part = make_part(state="draft", shape="mostly", first="business_driven", missing="job_seeking")
    response = editor.get(page_of(part, "preview"), {"split": "6-2-2-0-0"})
    assert response.context["portrait"].mix == part.text
    assert "Your sentence is in this portrait." in text_of(response)
    assert part.text not in editor.get("/splits/6-2-2-0-0/").content.decode()
    # Without a split, the preview suggests one for which the sentence is chosen.
    assert part.text in text_of(editor.get(page_of(part, "preview")))


@pytest.mark.parametrize(
    ("split", "reason"),
    [
        ("2-2-2-2-2", "It fits, but another sentence fits better."),
        ("0-0-0-10-0", "This split doesn't meet its conditions."),
    ],
)
def test_the_preview_says_why_a_sentence_is_not_there(editor, split, reason):
    part = make_part(missing="job_seeking") if split != "2-2-2-2-2" else make_part()
    page = text_of(editor.get(page_of(part, "preview"), {"split": split}))
    assert f"Your sentence is not in this portrait. {reason}" in page


@pytest.mark.parametrize("split", ["", "x", "9-9-0-0-0", "6-2-2-0", "1" * 21])
def test_a_preview_of_what_is_no_split_is_said(editor, even, split):
    response = editor.get(page_of(even, "preview"), {"split": split})
    assert response.status_code == 422
    said = "Enter five numbers that add up to ten. Split: Such as 6-2-2-0-0, in the order of"
    assert said in text_of(response)


def test_coverage_lists_the_splits_without_a_text_for_each_slot(editor, even):
    response = editor.get(f"{LIST}coverage/")
    assert response.context["slots"] == [(slot, []) for slot in Slot]
    PortraitPart.objects.filter(pk=even.pk).update(state="draft")
    response = editor.get(f"{LIST}coverage/")
    assert dict(response.context["slots"])[Slot.MIX] == [Split(2, 2, 2, 2, 2)]
    assert "1 of 1,001 splits has no sentence here: 2-2-2-2-2" in text_of(response)


# --- Permissions ------------------------------------------------------------------------------


def pages(part) -> list[str]:
    version = part.history.first().pk
    of_a_part = ["change", "history", "preview", f"history/{version}"]
    return [LIST, f"{LIST}add/", f"{LIST}coverage/", *(page_of(part, page) for page in of_a_part)]


def test_nobody_deletes_a_sentence(client, even):
    client.force_login(make_superuser())
    for page in pages(even):
        assert client.get(page).status_code == 200, page
    assert client.post(page_of(even, "delete"), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in client.get(LIST).content.decode()
    assert PortraitPart.objects.filter(pk=even.pk).exists()


def test_staff_without_rights_and_visitors_see_and_change_nothing(client, even):
    posts = [page_of(even), page_of(even, "publish"), f"{LIST}add/", LIST]
    for page in pages(even):
        assert client.get(page).url == f"/admin/login/?next={page}"
    client.force_login(make_user("staff@example.org", is_staff=True))
    assert {client.get(page).status_code for page in pages(even)} == {403}
    assert {client.post(page, form_of(even, text="Mine.")).status_code for page in posts} == {403}
    assert "portrait sentence" not in client.get("/admin/").content.decode()


def test_staff_who_may_only_look_change_nothing(client, even):
    viewer = make_user("viewer@example.org", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_portraitpart"))
    client.force_login(viewer)
    closed = [page for page in pages(even) if client.get(page).status_code == 403]
    assert closed == [f"{LIST}add/"]
    version = f"history/{even.history.get().pk}"
    for page in ("change", "publish", version):
        assert client.post(page_of(even, page), form_of(even, text="Mine.")).status_code == 403
    assert PortraitPart.objects.get(pk=even.pk).text == even.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?text__regex=(", 400),
        ("?slot__exact=nothing", 200),
        ("?o=99", 200),
        ("0/preview/", 404),
        ("x/history/", 404),
        ("999999999999999999999999/preview/", 404),
        ("999999999999999999999999/history/", 404),
    ],
)
def test_what_makes_no_sense_is_no_error_of_the_server(editor, address, status):
    assert editor.get(LIST + address).status_code == status


def test_publishing_is_no_link_and_what_is_read_takes_no_post(editor, even):
    PortraitPart.objects.filter(pk=even.pk).update(state="draft")
    assert editor.get(page_of(even, "publish")).url == "../change/"
    assert not PortraitPart.objects.published().filter(pk=even.pk).exists()
    for page in (f"{LIST}coverage/", page_of(even, "preview"), page_of(even, "history")):
        assert editor.post(page).status_code == 405


def test_a_group_of_before_gets_the_permissions_by_the_migration(db):
    loader = MigrationLoader(connection)
    migration = loader.get_migration("purposeapp", "0013_editors_of_portraits")
    apps = loader.project_state(("purposeapp", "0013_editors_of_portraits")).apps
    (operation,) = migration.operations
    group = Group.objects.get(name="Tip editors")
    group.permissions.set(Permission.objects.filter(codename="view_tip"))
    operation.code(apps, None)
    found = sorted(group.permissions.values_list("codename", flat=True))
    assert found == ["add_portraitpart", "change_portraitpart", "view_portraitpart", "view_tip"]
    group.delete()
    operation.code(apps, None)
    assert not Group.objects.exists()
