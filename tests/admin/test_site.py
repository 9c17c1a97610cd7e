"""The index page of the admin: the to-do list and usage statistics."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from purposeapp.admin import stats
from purposeapp.models import Assessment, PortraitPart, TalkQuestion, Tip, User
from tests.support.admin import text_of
from tests.support.make import PASSWORD, make_assessment, make_tip, make_user


def test_it_says_what_there_is_to_do(editor):
    page = editor.get("/admin/").content.decode()
    assert "All done. There are no drafts to publish, and no split lacks a text." in page
    make_tip(text="A draft.", state="draft")
    make_tip(text="Later.", published_from=timezone.now().date() + timedelta(days=1))
    Tip.objects.filter(purpose="vanity_project").update(points_to=9)
    page = editor.get("/admin/").content.decode()
    assert "1 draft tip to publish" in page
    assert "1 scheduled tip" in page
    assert "1 of 1,001 splits lacks a tip for one of its purposes" in page
    for link in ("?state=draft", "?state=later", "/admin/purposeapp/tip/coverage/"):
        assert link in page


def test_drafts_of_sentences_and_questions_are_to_dos_too(editor):
    PortraitPart.objects.create(key="draft", slot="mix", text="So.")
    TalkQuestion.objects.create(key="draft", topic="alike", text="So?")
    page = editor.get("/admin/").content.decode()
    assert "All done." not in page
    for model, words in (
        ("portraitpart", "1 draft portrait sentence to publish"),
        ("talkquestion", "1 draft talk question to publish"),
    ):
        link = f'<a href="/admin/purposeapp/{model}/?state__exact=draft">'
        assert page.partition(link)[2].split("</a>")[0].strip() == words


def test_it_says_how_many_splits_lack_a_portrait_sentence(editor):
    said = " ".join(editor.get("/admin/").content.decode().split())
    assert "a portrait sentence" not in said
    PortraitPart.objects.filter(slot="mix", shape="even").update(state="draft")
    said = " ".join(editor.get("/admin/").content.decode().split())
    assert "1 of 1,001 splits lacks a portrait sentence" in said
    assert "/admin/purposeapp/portraitpart/coverage/" in said


@pytest.mark.parametrize("rights", [[], ["view_tip", "view_portraitpart", "view_talkquestion"]])
def test_staff_who_may_not_change_texts_get_no_to_dos(client, db, rights):
    make_tip(text="A draft.", state="draft")
    staff = make_user("staff@example.org", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(staff)
    page = client.get("/admin/").content.decode()
    assert "To do" not in page
    assert "Usage" in page


def test_use_is_counted_without_a_word_of_anybody(editor):
    user = make_user("hidden@example.org")
    make_assessment(user, note="private words")
    make_assessment(user, "0-0-0-0-10")
    Assessment.objects.filter(vanity_project=10).update(
        taken_at=timezone.now() - timedelta(days=31),
        recorded_at=timezone.now() - timedelta(days=31),
    )
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now() - timedelta(days=31))
    response = editor.get("/admin/")
    counted = response.context["usage"]
    assert [tuple(count) for count in counted] == [
        (2, False),
        (1, False),
        (2, False),
        (1, False),
    ]
    page = response.content.decode()
    assert "hidden@example.org" not in page
    assert "private words" not in page


def test_many_rows_are_estimated_and_never_counted_through(db, monkeypatch):
    """The page shows the planner's estimate to two digits, without an exact count."""
    monkeypatch.setattr(stats, "MAX_EXACT_COUNT", 100)
    user = make_user()
    Assessment.objects.bulk_create(
        Assessment(
            user=user,
            business_driven=10,
            community_spirit=0,
            learning_sponge=0,
            job_seeking=0,
            vanity_project=0,
        )
        for _ in range(1_234)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE purposeapp_assessment")
    with connection.execute_wrapper(_no_count_but_a_bounded_one):
        found = stats.usage()
    assert found.assessments == (1_200, True)
    assert found.recent_assessments.is_estimate
    assert found.accounts == (1, False)


def _no_count_but_a_bounded_one(execute, sql, params, many, context):
    if "purposeapp_assessment" in sql and "COUNT" in sql:
        assert "LIMIT 101" in sql
    return execute(sql, params, many, context)


def test_view_on_site_of_an_id_that_the_table_cannot_have_is_a_404(editor):
    kind = ContentType.objects.get_for_model(Assessment).pk
    assert editor.get(f"/admin/r/{kind}/38/").status_code == 404


def test_a_password_is_changed_on_the_page_of_the_site_alone(editor):
    """The site's page notifies the owner by mail, and limits wrong passwords."""
    form = {"old_password": PASSWORD, "new_password1": "ten others", "new_password2": "ten others"}
    path = "/admin/password_change/"
    assert editor.get(path).url == editor.post(path, form).url == "/accounts/password/change/"
    assert User.objects.get().check_password(PASSWORD)
    wrong = {"oldpassword": "wrong", "password1": "ten others", "password2": "ten others"}
    statuses = [editor.post("/accounts/password/change/", wrong).status_code for _ in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_signing_out_is_said_in_the_words_of_the_site(editor):
    page = text_of(editor.post("/admin/logout/"))
    assert page.startswith("Signed out | Five Purposes")
    assert "You're signed out. Sign in again · View site" in page
