"""Two editors who change the same tip: an optimistic lock, and a three-way merge."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.test import Client
from django.utils import timezone

from purposeapp.forms.versioned import (
    CHANGED_BY_SOMEONE,
    CHANGED_MEANWHILE,
    KEPT_FROM_A_COLLEAGUE,
    OTHERS_ARE_KEPT,
)
from purposeapp.models import Tip
from purposeapp.models.table_lock import lock_table
from purposeapp.models.tip import TIP_FIELDS
from tests.support.admin import TIPS, changed_by, page_of_tip, text_of
from tests.support.concurrency import at_once, locked_meanwhile
from tests.support.make import make_editor, make_tip, tip_form
from tests.support.pages import said


def test_the_second_save_is_refused_and_shows_both_texts(editor, tip):
    mine = tip_form(tip, text="My words.", points_to=9)
    editor.post(page_of_tip(tip), tip_form(tip, text="Their words.", position=5))
    response = editor.post(page_of_tip(tip), mine)
    assert response.status_code == 409
    assert CHANGED_MEANWHILE % changed_by(tip) in text_of(response)
    assert OTHERS_ARE_KEPT % {"fields": "Position"} in text_of(response)
    assert "Please correct" not in text_of(response)
    assert "Their changes are kept" not in text_of(response)
    shown = [
        (found.label, str(found.old), str(found.new))
        for found in response.context["adminform"].form.conflict
    ]
    assert shown == [("Text", "Their words.", "My words.")]
    assert "<title>Their words. | " in response.content.decode()
    breadcrumbs = response.content.decode().partition('class="breadcrumbs"')[2].partition("</")[2]
    assert "Their words." in breadcrumbs.partition("</div>")[0]
    assert "My words." not in breadcrumbs.partition("</div>")[0]
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("Their words.", 10)
    assert 'name="text"' in response.content.decode()
    assert "My words.</textarea>" in response.content.decode()


def test_a_change_counts_where_there_is_no_history(editor, tip):
    mine = tip_form(tip, text="My words.")
    Tip.history.filter(id=tip.pk).delete()
    Tip.objects.filter(pk=tip.pk).update(text="Their words.")
    response = editor.post(page_of_tip(tip), mine)
    assert response.status_code == 409
    assert str(CHANGED_BY_SOMEONE) in text_of(response)
    tip.refresh_from_db()
    assert tip.text == "Their words."
    again = {**mine, "version": version_in(response)}
    assert editor.post(page_of_tip(tip), again).status_code == 302
    tip.refresh_from_db()
    assert tip.text == "My words."


def version_in(response) -> str:
    return re.search(r'name="version" value="(\w+)"', response.content.decode())[1]


def test_whoever_has_seen_both_may_save_over_it(editor, tip):
    mine = tip_form(tip, text="My words.")
    editor.post(page_of_tip(tip), tip_form(tip, text="Their words."))
    refused = editor.post(page_of_tip(tip), mine)
    again = {**mine, "version": version_in(refused)}
    assert editor.post(page_of_tip(tip), again).status_code == 302
    tip.refresh_from_db()
    assert tip.text == "My words."
    # But they don't overwrite a later change.
    assert editor.post(page_of_tip(tip), {**again, "text": "Mine again."}).status_code == 409


def test_what_only_a_colleague_changed_stays_as_they_saved_it(editor, tip):
    """The list's arrows may change the positions of all tips of a purpose."""
    mine = tip_form(tip, text="My words.")
    later = timezone.now().date() + timedelta(days=9)
    editor.post(page_of_tip(tip), tip_form(tip, position=5, state="draft", published_from=later))
    theirs = changed_by(tip)
    response = editor.post(page_of_tip(tip), mine, follow=True)
    assert said(response)[-2:] == [
        KEPT_FROM_A_COLLEAGUE % {**theirs, "fields": "Position, State, Published from"},
        f'“<a href="{page_of_tip(tip)}">My words.</a>” saved. '
        "It&#x27;s a draft, so readers don&#x27;t see it. Publish it? "
        f'<button class="button" form="changelist-form" formaction="{page_of_tip(tip, "publish")}">'
        "Publish</button>",
    ]
    tip.refresh_from_db()
    assert (tip.text, tip.position, tip.state, tip.published_from) == (
        "My words.",
        5,
        "draft",
        later,
    )


def test_after_a_conflict_what_only_a_colleague_changed_stays_too(editor, tip):
    later = timezone.now().date() + timedelta(days=9)
    theirs = {"text": "Their words.", "position": 5, "published_from": later}
    mine = tip_form(tip, text="My words.", points_to=9)
    editor.post(page_of_tip(tip), tip_form(tip, **theirs))
    refused = editor.post(page_of_tip(tip), mine)
    form = refused.context["adminform"].form
    again = {name: form[name].value() for name in TIP_FIELDS}
    assert 'name="position" value="5"' in refused.content.decode()
    assert f'name="published_from" value="{later}"' in refused.content.decode()
    again |= {"version": version_in(refused)}
    assert editor.post(page_of_tip(tip), again).status_code == 302
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("My words.", 9)
    assert (tip.position, tip.published_from) == (5, later)


def test_the_same_change_by_two_is_no_conflict(editor, tip):
    mine = tip_form(tip, text="Our words.", points_to=9)
    editor.post(page_of_tip(tip), tip_form(tip, text="Our words."))
    assert editor.post(page_of_tip(tip), mine).status_code == 302
    tip.refresh_from_db()
    assert (tip.text, tip.points_to) == ("Our words.", 9)


def test_two_changes_that_make_no_sense_together_are_refused_with_the_reason(editor, tip):
    mine = tip_form(tip, points_from=8)
    editor.post(page_of_tip(tip), tip_form(tip, points_to=7))
    response = editor.post(page_of_tip(tip), mine)
    assert response.status_code == 422
    assert "“Points from” must not be above “points to”" in text_of(response)
    assert said(response)[-1] == (
        KEPT_FROM_A_COLLEAGUE % {**changed_by(tip), "fields": "Points to"}
    )
    assert 'name="points_to" value="7"' in response.content.decode()
    tip.refresh_from_db()
    assert (tip.points_from, tip.points_to) == (2, 7)


def test_a_conflict_waits_until_what_was_typed_is_valid(editor, tip):
    mine = tip_form(tip, text="My words.", points_to="many")
    editor.post(page_of_tip(tip), tip_form(tip, text="Their words.", points_to=9))
    response = editor.post(page_of_tip(tip), mine)
    assert response.status_code == 422
    assert version_in(response) == mine["version"]
    response = editor.post(page_of_tip(tip), {**mine, "points_to": 8})
    shown = [found.label for found in response.context["adminform"].form.conflict]
    assert (response.status_code, shown) == (409, ["Text", "Points to"])


@pytest.mark.parametrize("version", ["", "x", None])
def test_a_save_that_does_not_say_what_it_is_based_on_is_refused(editor, tip, version):
    form = tip_form(tip, text="My words.", version=version)
    form = {name: value for name, value in form.items() if value is not None}
    assert editor.post(page_of_tip(tip), form).status_code == 409


def test_the_form_has_every_field(editor, tip):
    fieldsets = editor.get(page_of_tip(tip)).context["adminform"].fieldsets
    assert set(flatten_fieldsets(fieldsets)) == {"key", "version", *TIP_FIELDS}


def test_the_form_says_of_each_choice_when_to_leave_it(editor, tip):
    page = text_of(editor.get(page_of_tip(tip)))
    assert "For job seeking: candidates and employers need different tips." in page
    assert "Leave it at “Any”, unless the tip is for a change or for a goal." in page


def test_the_form_says_what_it_is_based_on(editor, tip):
    assert version_in(editor.get(page_of_tip(tip))) == tip.fingerprint


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_saves_at_the_same_moment_one_is_refused():
    """The first save has written but not committed; the second waits, and is then refused."""
    Tip.objects.all().delete()
    tip = make_tip(text="Old words.")
    user = make_editor()
    form = tip_form(tip, text="My words.")
    answers = []

    def save():
        client = Client()
        client.force_login(user)
        answers.append(client.post(page_of_tip(tip), form).status_code)

    def save_first():
        lock_table(Tip)
        Tip.objects.filter(pk=tip.pk).update(text="Their words.")

    locked_meanwhile(save_first, save)
    assert answers == [409]
    assert Tip.objects.get().text == "Their words."


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_new_tip_that_is_sent_thrice_at_the_same_moment_is_added_once():
    Tip.objects.all().delete()
    user = make_editor()
    form = tip_form(Tip(purpose="vanity_project", text="Be seen.", state="draft"))
    answers = []

    def add():
        client = Client()
        client.force_login(user)
        answers.append(client.post(f"{TIPS}add/", form).status_code)

    assert at_once(add, add, add) == []
    assert sorted(answers) == [302, 422, 422]
    assert Tip.objects.count() == 1
