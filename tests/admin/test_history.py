"""The history of tips in the admin: who changed what, old beside new, and restoring a version."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime

from purposeapp.admin.deleted_tips import DELETED_MEANWHILE
from purposeapp.admin.versioned import VersionedAdmin
from purposeapp.forms.versioned import CHANGED_MEANWHILE, KEY_TAKEN_MEANWHILE
from purposeapp.models import Tip
from purposeapp.models.tip import TIP_FIELDS
from tests.support.admin import TIPS, changed_by, text_of
from tests.support.make import make_tip, make_user, tip_form

VERSIONS_PER_PAGE = VersionedAdmin.history_list_per_page


@pytest.fixture
def tip(db):
    """A tip with only its first version."""
    return make_tip(text="Join a group, and read it regularly.", key="join-a-group")


def history_of(tip) -> str:
    return f"{TIPS}{tip.id}/history/"


def version_of(record) -> str:
    return f"{TIPS}{record.id}/history/{record.pk}/"


def records(response) -> list[tuple]:
    return [
        (record.history_type, [(found.label, found.old, found.new) for found in record.changes])
        for record in response.context["page_obj"]
    ]


def restore(client, record, **changes):
    """Open a version in the form, apply changes if any, and save."""
    form = client.get(version_of(record)).context["adminform"].form
    shown = {name: form[name].value() for name in (*TIP_FIELDS, "version")}
    shown["published_from"] = shown["published_from"] or ""
    return client.post(version_of(record), {**shown, **changes})


def test_each_change_stands_old_beside_new_with_whoever_made_it(editor, tip):
    old, long = tip.text, "Words. " * 140
    tip.history.update(history_date=timezone.now() - timedelta(days=1))
    editor.post(f"{TIPS}{tip.pk}/change/", tip_form(tip, text=long, points_to=4, state="draft"))
    response = editor.get(history_of(tip))
    changed, first = records(response)
    assert changed == (
        "~",
        [("Text", old, long.strip()), ("Points to", 10, 4), ("State", "Published", "Draft")],
    )
    assert first[0] == "+"
    assert ("Text", "", old) in first[1]
    page = response.content.decode()
    assert "editor@example.org" in page
    assert long.strip() in page
    links = re.findall(r"View or restore this version.*?</span>", page, re.DOTALL)
    assert len(links) == len(set(links)) == 2


def test_what_was_typed_is_text_in_the_history_too(editor, tip):
    Tip.objects.filter(pk=tip.pk).update(text="<script>alert(1)</script>")
    Tip.objects.get(pk=tip.pk).save()
    page = editor.get(history_of(tip)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("count", [1, 3, VERSIONS_PER_PAGE])
def test_a_history_costs_the_same_queries_whatever_its_length(
    editor, tip, django_assert_num_queries, count
):
    for number in range(count):
        tip.position = number
        tip.save()
    editor.get(history_of(tip))
    with django_assert_num_queries(7):
        editor.get(history_of(tip))


def test_the_oldest_on_a_page_is_compared_with_the_next_one(editor, tip):
    for number in range(VERSIONS_PER_PAGE):
        tip.text = f"Number {number}."
        tip.save()
    newest, *_rest, oldest = records(editor.get(history_of(tip)))
    assert newest == ("~", [("Text", "Number 18.", "Number 19.")])
    assert oldest[1][0][2] == "Number 0."
    assert len(records(editor.get(history_of(tip), {"p": 2}))) == 1


def test_any_version_comes_back_as_a_new_one(editor, tip):
    first = tip.history.get()
    tip.text, tip.points_to = "Other words.", 4
    tip.save()
    response = editor.get(version_of(first))
    page = response.content.decode()
    assert 'name="_save" value="Restore">' in page
    assert "evert" not in page
    shown = [(found.label, found.old, found.new) for found in response.context["differences"]]
    assert shown == [("Text", "Other words.", first.text), ("Points to", 4, 10)]
    assert Tip.objects.get(pk=tip.pk).text == "Other words."
    response = restore(editor, first)
    assert (response.status_code, response.url) == (302, TIPS)
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == (first.text, 10)
    newest = tip.history.first()
    assert tip.history.count() == 3
    assert newest.history_user.email == "editor@example.org"
    assert newest.history_change_reason.startswith("Restored from 20")
    assert "“ Join a group, and read it regularly. ” restored. Readers see it now." in (
        text_of(editor.get(TIPS))
    )
    date = date_format(localtime(first.history_date), "DATETIME_FORMAT")
    assert f"editor@example.org · restored from {date} " in text_of(editor.get(history_of(tip)))


STAYS = (
    "These stay as they are today, unless you change them below: State, Published from, Position."
)


def test_old_words_come_back_where_the_tip_stands_today(editor):
    """The first version of a tip is a draft; restoring it must not take the tip off the site."""
    tip = make_tip(text="Old words.", state="draft", position=3)
    first = tip.history.get()
    day = timezone.now().date()
    tip.text, tip.state, tip.position, tip.published_from = "New words.", "published", 40, day
    tip.save()
    response = editor.get(version_of(first))
    assert STAYS in " ".join(response.content.decode().split())
    assert [found.label for found in response.context["differences"]] == ["Text"]
    assert restore(editor, first).status_code == 302
    tip.refresh_from_db()
    assert (tip.text, tip.state, tip.position, tip.published_from) == (
        "Old words.",
        "published",
        40,
        day,
    )
    restore(editor, first, state="draft")
    tip.refresh_from_db()
    assert tip.state == "draft"


def test_a_deleted_tip_comes_back_in_the_state_of_its_version(editor):
    tip = make_tip(text="Old words.", state="draft", position=3)
    first = tip.history.get()
    tip.text, tip.state, tip.position = "New words.", "published", 40
    tip.save()
    tip.delete()
    response = editor.get(version_of(first))
    assert "These stay" not in response.content.decode()
    assert ("State", "", "Draft") in response.context["differences"]
    restore(editor, first)
    assert "restored. It's a draft, so readers don't see it. Publish it?" in (
        text_of(editor.get(TIPS))
    )
    again = Tip.objects.get(key=first.key)
    assert (again.text, again.state, again.position) == ("Old words.", "draft", 3)


def test_going_back_overwrites_nobody(editor, tip):
    first = tip.history.get()
    tip.text = "Other words."
    tip.save()
    looked_at = tip.fingerprint
    tip.text = "Words of a colleague."
    tip._history_user = make_user("colleague@example.org")
    tip.save()
    response = editor.post(version_of(first), tip_form(first.instance, version=looked_at))
    assert response.status_code == 409
    assert CHANGED_MEANWHILE % changed_by(tip, "colleague@example.org") in text_of(response)
    assert "Words of a colleague." in response.content.decode()
    assert response.context["original"].text == "Words of a colleague."
    assert Tip.objects.get(pk=tip.pk).text == "Words of a colleague."


def test_going_back_to_what_is_stored_is_no_news(editor, tip):
    response = editor.get(version_of(tip.history.get()))
    assert response.context["differences"] == []
    assert restore(editor, tip.history.get()).status_code == 302
    assert tip.history.count() == 1


def test_a_version_can_be_changed_before_it_is_stored_again(editor, tip):
    first = tip.history.get()
    tip.text = "Other words."
    tip.save()
    restore(editor, first, position=3)
    tip.refresh_from_db()
    assert (tip.text, tip.position) == (first.text, 3)


def test_whoever_may_only_look_reads_a_version_and_cannot_store_it(client, tip):
    viewer = make_user("viewer@example.org", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_tip"))
    client.force_login(viewer)
    first = tip.history.get()
    tip.text, tip.state = "Other words.", "archived"
    tip.save()
    page = client.get(version_of(first)).content.decode()
    assert first.text in page
    assert "These stay" not in page
    assert '<div class="readonly">Published</div>' in page
    assert "Restore" not in page
    assert "evert" not in page
    assert 'name="text"' not in page
    assert "View this version" in (versions := client.get(history_of(tip)).content.decode())
    assert "or restore" not in versions
    form = tip_form(first.instance, version=tip.fingerprint)
    assert client.post(version_of(first), form).status_code == 403
    assert Tip.objects.get(pk=tip.pk).text == "Other words."


def test_what_the_package_draws_has_no_style_of_its_own(editor, tip):
    """The content security policy would block inline styles."""
    for page in (history_of(tip), version_of(tip.history.get())):
        assert "style=" not in (text := editor.get(page).content.decode())
        assert tip.text in text


def test_a_deleted_tip_is_listed_and_comes_back_as_the_one_it_was(editor, tip):
    pk, text = tip.pk, tip.text
    editor.post(f"{TIPS}{pk}/delete/", {"post": "yes"})
    gone = editor.get(f"{TIPS}deleted/")
    (record,) = gone.context["records"]
    assert (record.id, record.history_user.email) == (pk, "editor@example.org")
    assert history_of(record) in gone.content.decode()
    before = records(editor.get(history_of(record)))
    assert [kind for kind, _ in before] == ["-", "+"]
    assert restore(editor, record).status_code == 302
    again = Tip.objects.get(key="join-a-group")
    assert (again.pk, again.text) == (pk, text)
    history = text_of(editor.get(history_of(again)))
    assert "Restored as it was before it was deleted." in history
    assert history.count("First version") == 1
    assert editor.get(f"{TIPS}deleted/").context["records"] == []
    assert text in editor.get("/splits/10-0-0-0-0/").content.decode()


def test_whoever_saves_a_tip_that_is_deleted_is_led_to_what_it_was(editor, tip):
    form = tip_form(tip, text="Too late.")
    pk = tip.pk
    tip.delete()
    response = editor.post(f"{TIPS}{pk}/change/", form, follow=True)
    assert response.redirect_chain == [(f"{TIPS}{pk}/history/", 302)]
    assert str(DELETED_MEANWHILE) in html.unescape(response.content.decode())
    assert not Tip.objects.filter(pk=pk).exists()


def test_a_deleted_tip_whose_key_another_one_has_stays_deleted(editor, tip):
    record = tip.history.first()
    tip.delete()
    make_tip(key="join-a-group")
    response = restore(editor, record)
    assert response.status_code == 422
    assert KEY_TAKEN_MEANWHILE % {"key": "join-a-group"} in text_of(response)
    assert Tip.objects.get(key="join-a-group").pk != tip.pk


def test_a_version_that_would_not_be_taken_today_stays_history(editor, tip):
    Tip.history.filter(id=tip.pk).update(text="<b>bold</b>")
    response = restore(editor, tip.history.get())
    assert response.status_code == 422
    assert "To show the sign itself" in response.content.decode()
    assert tip.history.count() == 1


def test_a_version_of_another_tip_is_a_404(editor, tip):
    other = Tip.objects.exclude(pk=tip.pk).first()
    assert editor.get(f"{history_of(tip)}{other.history.first().pk}/").status_code == 404


def test_an_editor_whose_account_is_gone_leaves_the_change(editor, tip):
    someone = make_user("gone@example.org")
    Tip.history.filter(id=tip.pk).update(history_user=someone)
    tip._history_user = someone
    tip.delete()
    someone.delete()
    gone = Tip.history.first()
    for page in (history_of(gone), f"{TIPS}deleted/"):
        shown = text_of(editor.get(page))
        assert "gone@example.org" not in shown
        assert "Deleted account" in shown
        assert "System" not in shown


def test_what_came_with_a_release_was_made_by_the_system(editor):
    tip = Tip.objects.get(key="business-groups")
    assert {record.author for record in editor.get(history_of(tip)).context["page_obj"]} == {
        "System"
    }
