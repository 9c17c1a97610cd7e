"""Talk questions in the admin: no change may leave a topic without a question."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from purposeapp.discussion.questions import PLACEHOLDERS, Topic, possible_findings
from purposeapp.forms import TalkQuestionForm
from purposeapp.forms.talk_question import NEVER_ABOUT_IT
from purposeapp.forms.versioned import CHANGED_MEANWHILE
from purposeapp.models import TalkQuestion
from purposeapp.models.talk_question import QUESTION_FIELDS
from purposeapp.split import Purpose
from tests.support.admin import changed_by, text_of

LIST = "/admin/purposeapp/talkquestion/"


@pytest.fixture
def alike(db):
    """The only question for two people whose splits are alike."""
    return TalkQuestion.objects.get(topic="alike")


def page_of(question, page="change") -> str:
    return f"{LIST}{question.pk}/{page}/"


def form_of(question, **changes) -> dict:
    values = {name: getattr(question, name) for name in QUESTION_FIELDS}
    return {**values, "version": question.fingerprint, **changes}


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"topic": "weather"}, "talkquestion_topic_is_known"),
        ({"purpose": "fun"}, "talkquestion_purpose_is_known"),
        ({"text": ""}, "talkquestion_has_text"),
        ({"text": "x" * 241}, "talkquestion_text_is_not_too_long"),
        ({"state": "lost"}, "talkquestion_state_is_known"),
    ],
)
def test_postgresql_refuses_a_question_that_none_can_be(db, values, constraint):
    question = {"key": "new", "topic": "alike", "text": "Why?", **values}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        TalkQuestion.objects.create(**question)


def test_the_help_names_all_that_can_be_filled_in(editor):
    page = text_of(editor.get(f"{LIST}add/"))
    for name in {name for names in PLACEHOLDERS.values() for name in names}:
        assert f"{{{name}}}" in page


def test_the_list_is_called_what_it_is_and_filtered(editor):
    page = editor.get(LIST, {"topic__exact": "path"})
    assert "<h1>Talk questions</h1>" in page.content.decode()
    assert [row.key for row in page.context["cl"].result_list] == [
        "path-learning",
        "path-vanity",
    ]


def test_a_changed_question_has_its_history(editor, alike):
    old = alike.text
    response = editor.post(page_of(alike), form_of(alike, text="Alike, {name}?"))
    assert (response.status_code, response.url) == (302, LIST)
    assert TalkQuestion.objects.get(pk=alike.pk).text == "Alike, {name}?"
    page = text_of(editor.get(page_of(alike, "history")))
    assert f"Text {old} Alike, {{name}}?" in page
    assert "System · created · initial sentences" in page


def test_a_new_question_needs_no_key(editor):
    form = {**form_of(TalkQuestion(topic="both_grow", text="So?")), "key": "", "version": ""}
    for purpose, text in [("job_seeking", "So?"), ("job_seeking", "So what?"), ("", "So?")]:
        editor.post(f"{LIST}add/", {**form, "purpose": purpose, "text": text})
    assert editor.post(f"{LIST}add/", form).status_code == 422
    keys = (
        TalkQuestion.objects.filter(text__startswith="So")
        .order_by("pk")
        .values_list("key", flat=True)
    )
    assert list(keys) == ["both-grow-job", "both-grow-job-2", "both-grow-2"]


@pytest.mark.parametrize(
    ("topic", "purpose"), [("alike", "job_seeking"), ("path", "business_driven")]
)
def test_a_question_that_could_never_be_asked_is_refused(editor, topic, purpose):
    form = form_of(TalkQuestion(topic=topic, purpose=purpose, text="So?"))
    response = editor.post(f"{LIST}add/", {**form, "key": "", "version": ""})
    assert response.status_code == 422
    assert str(NEVER_ABOUT_IT) in text_of(response)


def test_a_new_question_is_a_draft_that_can_be_published(editor):
    form = {**form_of(TalkQuestion(topic="alike", text="So?")), "key": "so", "version": ""}
    page = editor.post(f"{LIST}add/", form, follow=True)
    assert "It's a draft, so readers don't see it. Publish it? Publish" in text_of(page)
    question = TalkQuestion.objects.get(key="so")
    assert question.state == "draft"
    editor.post(page_of(question, "publish"))
    question.refresh_from_db()
    assert question.state == "published"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("What of {purpose}?", "{purpose} can't be filled in here. You can use: {name}."),
        ("What of {}?", "{} can't be filled in here. You can use: {name}."),
        ("What {of?", "Use { and } only around a word that is filled in"),
        ("What} of {name}?", "Use { and } only around a word that is filled in"),
        ("What <b>of</b> it?", "Write plain text:"),
        ("What of `it`?", "Write plain text:"),
        ("What of it", "End with a full stop"),
        ("", "This field is required."),
    ],
)
def test_what_cannot_be_filled_in_is_refused(editor, alike, text, error):
    response = editor.post(page_of(alike), form_of(alike, text=text))
    assert response.status_code == 422
    assert error in text_of(response)


def test_every_question_that_the_site_begins_with_passes(editor):
    for question in TalkQuestion.objects.all():
        form = TalkQuestionForm(form_of(question, key=question.key), instance=question)
        form.full_clean()
        assert form.errors == {}


@pytest.mark.parametrize(
    "changes", [{"state": "draft"}, {"topic": "guest_stays"}], ids=["a draft", "another topic"]
)
def test_the_last_question_of_a_topic_stays(editor, alike, changes):
    response = editor.post(page_of(alike), form_of(alike, **changes))
    assert response.status_code == 422
    gap = "Without this, “Present: both spend their points alike” has no question."
    assert gap in text_of(response)


def test_the_last_question_for_a_purpose_stays(editor):
    path = TalkQuestion.objects.get(key="path-learning")
    response = editor.post(page_of(path), form_of(path, purpose="vanity_project"))
    assert response.status_code == 422
    assert "community spirit” has no question for: Learning sponge." in text_of(response)


def test_a_topic_that_would_lose_questions_for_several_purposes_is_named_once(editor):
    grows = TalkQuestion.objects.get(topic="guest_grows")
    response = editor.post(page_of(grows), form_of(grows, state="draft"))
    [error] = response.context["adminform"].form.non_field_errors()
    purposes = ", ".join(str(purpose.label) for purpose in Purpose)
    assert error.endswith(f"” has no question for: {purposes}.")


def test_a_gap_that_is_there_already_holds_nobody_up(editor, alike):
    TalkQuestion.objects.filter(topic="both_grow").update(state="draft")
    assert editor.post(page_of(alike), form_of(alike, text="So?")).status_code == 302


def test_nobody_overwrites_what_a_colleague_saved(editor, alike):
    form = form_of(alike, text="Mine?")
    alike.text = "Theirs?"
    alike.save()
    response = editor.post(page_of(alike), form)
    assert response.status_code == 409
    assert CHANGED_MEANWHILE % changed_by(alike, "Someone else") in text_of(response)
    assert TalkQuestion.objects.get(pk=alike.pk).text == "Theirs?"


# --- Preview ----------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_has_an_example_of_each_purpose_that_it_can_be_about(editor, topic):
    TalkQuestion.objects.all().delete()
    text = " ".join(f"{{{name}}}" for name in PLACEHOLDERS[topic])
    question = TalkQuestion.objects.create(key="all", topic=topic, text=text)
    purposes = [each.purpose for each in possible_findings() if each.topic == topic]
    assert editor.get(page_of(question, "preview")).context["purposes"] == purposes
    for purpose in purposes:
        response = editor.get(page_of(question, "preview"), {"purpose": purpose or ""})
        (asked,) = response.context["asked"]
        assert "{" not in asked
        assert str(purpose.label if "purpose" in PLACEHOLDERS[topic] else "Alex") in asked
        assert "isn't asked" not in text_of(response)


def test_the_preview_shows_what_the_one_who_asks_reads_and_the_points(editor):
    question = TalkQuestion.objects.get(topic="inviter_guessed")
    question.text = "{name} put you at {guess} of {purpose}, not at {points}?"
    question.save()
    page = text_of(editor.get(page_of(question, "preview"), {"purpose": "job_seeking"}))
    asked = "Alex put you at 2 points of Job seeking, not at 6 points?"
    means = (
        "Ask your guest these questions. They're worded to be read aloud, so they call you “ Alex "
        "”. Then swap: the questions for you are on your guest 's page."
    )
    assert f"What the inviter reads {means} {asked} Example points " in page
    assert "Job seeking 2 4 6 4 2 Vanity" in page


@pytest.mark.parametrize("given", ["", "x", "path"])
def test_the_preview_begins_with_the_first_purpose(editor, given):
    question = TalkQuestion.objects.get(topic="both_grow")
    response = editor.get(page_of(question, "preview"), {"purpose": given})
    assert response.context["purpose"] == "business_driven"


def test_the_preview_says_when_another_question_goes_first(editor, alike):
    own = TalkQuestion.objects.create(key="own", topic="alike", text="So?", position=9_999)
    said = "Your question isn't asked here: another one on this topic goes first."
    assert said in text_of(editor.get(page_of(own, "preview")))
    assert said not in text_of(editor.get(page_of(alike, "preview")))
    TalkQuestion.objects.filter(pk=own.pk).update(position=1)
    assert said not in text_of(editor.get(page_of(own, "preview")))


def test_the_preview_says_that_a_question_is_never_asked(editor, alike):
    TalkQuestion.objects.filter(pk=alike.pk).update(purpose="job_seeking")
    page = text_of(editor.get(page_of(alike, "preview")))
    assert "Your question is never asked: its topic isn't about this purpose." in page


def test_the_form_leads_to_the_preview(editor, alike):
    page = editor.get(page_of(alike)).content.decode()
    assert f'<a href="{page_of(alike, "preview")}">Preview as saved</a>' in page


def test_editors_who_were_there_before_may_keep_questions_too(db):
    loader = MigrationLoader(connection)
    name = ("purposeapp", "0021_first_talk_questions")
    permit = loader.get_migration(*name).operations[1]
    apps = loader.project_state(name).apps
    group = Group.objects.get(name="Tip editors")
    group.permissions.set(Permission.objects.filter(codename="view_tip"))
    permit.code(apps, None)
    found = sorted(group.permissions.values_list("codename", flat=True))
    assert found == ["add_talkquestion", "change_talkquestion", "view_talkquestion", "view_tip"]
    group.delete()
    permit.code(apps, None)
    assert not Group.objects.exists()
