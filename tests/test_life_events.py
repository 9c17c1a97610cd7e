"""What happened in between: told on the page of an assessment, and changed there later."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.html import escape

from purposeapp.forms import NoteForm
from purposeapp.forms.life_event import NO_WORDS, UNKNOWN_EVENT, WORDS_BESIDE_AN_EVENT
from purposeapp.models import Assessment, LifeEvent
from tests.support.make import NOON, make_assessment


@pytest.fixture
def assessment(user):
    return make_assessment(user, taken_at=NOON, note="note 0")


def told(assessment) -> tuple[str, str, str]:
    assessment.refresh_from_db()
    return assessment.event, assessment.event_words, assessment.note


def send(client, assessment, event="", words="", note="note 1"):
    form = {"event": event, "event_words": words, "note": note}
    return client.post(assessment.get_absolute_url(), form)


def test_every_event_can_be_chosen_and_nothing_in_particular_comes_first(owner, assessment):
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert '<option value="" selected>Nothing special</option>' in page
    for event in LifeEvent:
        assert f'<option value="{event.value}">{event.label}</option>' in page
    assert "What happened, and your note" in page


@pytest.mark.parametrize("event", [event for event in LifeEvent.values if event != "other"])
def test_an_event_is_kept_with_the_note(owner, assessment, event):
    response = send(owner, assessment, event)
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    assert told(assessment) == (event, "", "note 1")
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert f'<span class="event"><bdi>{LifeEvent(event).label}</bdi></span>' in page
    assert f'<option value="{event}" selected>' in page


def test_something_else_is_told_in_own_words_and_can_be_changed_later(owner, assessment):
    send(owner, assessment, "other", " Moved to <b>Oslo</b> ")
    assert told(assessment) == ("other", "Moved to <b>Oslo</b>", "note 1")
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert "Moved to &lt;b&gt;Oslo&lt;/b&gt;</bdi></span>" in page
    send(owner, assessment, "new_job", "", "")
    assert told(assessment) == ("new_job", "", "")
    send(owner, assessment)
    assert told(assessment) == ("", "", "note 1")
    assert 'class="event"' not in owner.get(assessment.get_absolute_url()).content.decode()


def test_words_alone_say_that_it_was_something_else(owner, assessment):
    assert send(owner, assessment, "", "Moved to Oslo").status_code == 302
    assert told(assessment) == ("other", "Moved to Oslo", "note 1")


@pytest.mark.parametrize("event", ["", "study"])
def test_words_of_spaces_are_none(owner, assessment, event):
    assert send(owner, assessment, event, " \t ").status_code == 302
    assert told(assessment) == (event, "", "note 1")


@pytest.mark.parametrize("words", ["x" * 80, "é" * 80])
def test_eighty_characters_are_enough(owner, assessment, words):
    assert send(owner, assessment, "other", words).status_code == 302
    assert told(assessment) == ("other", words, "note 1")


@pytest.mark.parametrize(
    ("event", "words", "field", "sentence"),
    [
        ("other", "", "event_words", str(NO_WORDS)),
        ("other", "  ", "event_words", str(NO_WORDS)),
        ("new_job", "Moved", "event_words", WORDS_BESIDE_AN_EVENT % {"event": "New job"}),
        ("other", "x" * 81, "event_words", "at most 80 characters"),
        ("other", "a\0b", "event_words", "Null characters are not allowed."),
        ("wedding", "", "event", str(UNKNOWN_EVENT)),
        ("wedding", "Moved", "event", str(UNKNOWN_EVENT)),
        ("other\0", "Moved", "event", str(UNKNOWN_EVENT)),
    ],
)
def test_what_does_not_fit_is_said_at_the_field_and_nothing_changes(
    owner, assessment, event, words, field, sentence
):
    response = send(owner, assessment, event, words)
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert page.count(str(escape(sentence))) >= 2
    assert form["event_words"].value() == words
    assert "note 1" in page
    assert told(assessment) == ("", "", "note 0")


def test_what_was_refused_is_not_said_to_have_happened(owner, user):
    assessment = make_assessment(user, event="new_job")
    page = send(owner, assessment, "other", "").content.decode()
    assert '<span class="event"><bdi>New job</bdi></span>' in page
    assert '<span class="event"><bdi>Something else</bdi></span>' not in page


def test_nothing_but_what_is_told_is_ever_updated(owner, assessment):
    form = {"event": "study", "event_words": "", "note": "", "taken_at": "2020-01-01", "user": "7"}
    owner.post(assessment.get_absolute_url(), form | {"business_driven": "0", "submission": "x"})
    stored = Assessment.objects.get()
    for name in ("user", "split", "taken_at", "recorded_at", "submission"):
        assert getattr(stored, name) == getattr(assessment, name)
    assert stored.event == "study"


def test_an_assessment_that_was_deleted_meanwhile_stays_deleted(assessment):
    form = NoteForm({"event": "study", "note": "late"}, instance=assessment)
    assert form.is_valid()
    Assessment.objects.all().delete()
    form.save()
    assert not Assessment.objects.exists()


def test_a_stranger_changes_nothing(stranger, assessment):
    assert send(stranger, assessment, "study").status_code == 404
    assert told(assessment) == ("", "", "note 0")


def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    owner, user, assessment, django_assert_num_queries
):
    for moved in (1, 2):
        # session, user; the assessment, the one before, the goal, what was ticked, the tips,
        # the sentences of the portrait
        with django_assert_num_queries(8):
            owner.get(assessment.get_absolute_url())
        assessment = make_assessment(user, taken_at=NOON + timedelta(days=moved))


@pytest.mark.parametrize(
    ("event", "words", "constraint"),
    [
        ("wedding", "", "assessment_event_is_known"),
        ("other", "", "assessment_event_has_own_words_if_it_is_another"),
        ("study", "Moved", "assessment_event_has_own_words_if_it_is_another"),
        ("", "Moved", "assessment_event_has_own_words_if_it_is_another"),
    ],
)
def test_postgresql_holds_the_words_against_the_event(user, event, words, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_assessment(user, event=event, event_words=words)
