"""Deleting and archiving tips in the admin."""

import pytest
from django.db import connection
from django.test import Client

from purposeapp.models import Tick, Tip
from tests.support.admin import TIPS, page_of_tip, text_of
from tests.support.concurrency import locked_meanwhile
from tests.support.make import make_editor, make_ticks, make_tip, make_user
from tests.support.pages import said


def test_a_tip_that_nobody_ticked_is_deleted(editor, tip):
    assert str(tip) == "Join a group for your trade or product, and read it regular…"
    response = editor.get(page_of_tip(tip, "delete"))
    assert f"“{tip}”: deleted" in text_of(response)
    assert 'value="Delete">' in response.content.decode()
    assert text_of(response).endswith(" Cancel")
    editor.post(page_of_tip(tip, "delete"), {"post": "yes"})
    assert not Tip.objects.filter(pk=tip.pk).exists()
    newest = Tip.history.filter(id=tip.pk).first()
    assert (newest.history_type, newest.history_user.email) == ("-", "editor@example.org")


def test_a_tip_that_somebody_ticked_is_archived_and_the_page_says_so_before(editor, tip):
    make_ticks(tip, done=1, skipped=2)
    page = editor.get(page_of_tip(tip, "delete"))
    assert (
        f"“{tip}”: archived instead of deleted, because people marked it (done: 1, skipped: 2)"
    ) in text_of(page)
    assert 'value="Archive"' in page.content.decode()
    assert "hidden.example" not in page.content.decode()
    response = editor.post(page_of_tip(tip, "delete"), {"post": "yes"}, follow=True)
    assert said(response) == ["1 tip archived, because people marked it as done or skipped it."]
    tip.refresh_from_db()
    assert tip.state == "archived"
    assert tip.history.first().history_user.email == "editor@example.org"
    response = editor.post(page_of_tip(tip, "delete"), {"post": "yes"}, follow=True)
    assert said(response) == [
        "1 tip stays archived, because people marked it as done or skipped it."
    ]


def test_several_are_deleted_or_archived_each_as_it_must_be(editor, tip):
    other = make_tip(text="Unticked.")
    make_ticks(tip, done=2)
    chosen = {"action": "delete_selected", "_selected_action": [tip.pk]}
    assert 'value="Archive"' in editor.post(TIPS, chosen).content.decode()
    chosen["_selected_action"].append(other.pk)
    response = editor.post(TIPS, chosen)
    assert '"Delete"' in response.content.decode()
    page = text_of(response)
    assert page.startswith("Delete tips | Five Purposes")
    assert page.count("Delete tips") == 3
    assert "multiple objects" not in page
    assert (
        f"“{tip}”: archived instead of deleted, because people marked it (done: 2, skipped: 0)"
        in page
    )
    assert "“Unticked.”: deleted" in page
    response = editor.post(TIPS, {**chosen, "post": "yes"}, follow=True)
    assert said(response) == [
        "1 tip archived, because people marked it as done or skipped it.",
        "1 tip deleted.",
    ]
    assert Tip.objects.get(pk=tip.pk).state == "archived"
    assert not Tip.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("is_sure", "queries"), [(False, 11), (True, 22)])
def test_archiving_several_costs_the_same_queries_as_one(
    editor, django_assert_num_queries, count, is_sure, queries
):
    tips = [make_tip(text=f"Ticked {number}.") for number in range(count)]
    for tip in tips:
        Tick.objects.create(user=make_user(f"{tip.pk}@example.org"), tip=tip, verdict="done")
    chosen = {"action": "delete_selected", "_selected_action": [tip.pk for tip in tips]}
    with django_assert_num_queries(queries):
        editor.post(TIPS, {**chosen, **({"post": "yes"} if is_sure else {})})
    assert Tip.objects.filter(state="archived").count() == (count if is_sure else 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_tick_that_comes_in_between_archives_the_tip():
    """The tick is stored but not committed when the editor deletes: the deletion waits for it."""
    Tip.objects.all().delete()
    tip = make_tip(text="Old words.")
    user, someone = make_editor(), make_user("someone@example.org")
    answers = []

    def delete():
        client = Client()
        client.force_login(user)
        answers.append(client.post(page_of_tip(tip, "delete"), {"post": "yes"}).status_code)

    def tick():
        Tick.objects.create(user=someone, tip=tip, verdict="done")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # check the foreign key to the tip now

    locked_meanwhile(tick, delete)
    assert answers == [302]
    assert Tip.objects.get().state == "archived"
