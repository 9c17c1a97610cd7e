"""Life events between two assessments: entered on the page of an assessment, editable there."""

import re
from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape

from purposeapp.advice.life_events import ENCOURAGEMENTS
from purposeapp.forms import NoteForm
from purposeapp.forms.life_event import NO_WORDS, UNKNOWN_EVENT, WORDS_BESIDE_AN_EVENT
from purposeapp.models import Assessment, LifeEvent, Reminder, Tick
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.sentences import headline
from tests.support.make import NOON, make_assessment, make_tip, points, prove_address
from tests.support.pages import text_of, words_of


@pytest.fixture
def assessment(user):
    return make_assessment(user, taken_at=NOON, note="note 0")


def told(assessment) -> tuple[str, str, str]:
    assessment.refresh_from_db()
    return assessment.event, assessment.event_words, assessment.note


def send(client, assessment, event="", words="", note="note 1"):
    form = {"event": event, "event_words": words, "note": note}
    return client.post(assessment.get_absolute_url(), form)


def test_every_event_can_be_chosen_and_until_then_nothing_is_answered(owner, assessment):
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert '<option value="" selected>No answer</option>' in page
    for event in LifeEvent:
        assert f'<option value="{event.value}">{event.label}</option>' in page
    assert "What happened, and your note" in page


def test_what_happened_is_said_of_this_result_alone(owner, user, assessment):
    earlier = make_assessment(user, event="other", event_words="Moved to Oslo", note="kept")
    response = owner.post(f"{assessment.get_absolute_url()}event/", {"event": "study"})
    assert response.status_code == 302
    assert told(assessment) == ("study", "", "note 0")
    assert told(earlier) == ("other", "Moved to Oslo", "kept")


@pytest.mark.parametrize("event", [event for event in LifeEvent.values if event != "other"])
def test_an_event_is_kept_with_the_note(owner, assessment, event):
    response = send(owner, assessment, event)
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    assert told(assessment) == (event, "", "note 1")
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert f'<span class="event"><bdi>{LifeEvent(event).label}</bdi></span>' in page
    assert f'<option value="{event}" selected>' in page


def test_own_words_are_stored_on_one_line(owner, assessment):
    send(owner, assessment, "other", " New\r\n\x0bjob\u2028")
    assert told(assessment) == ("other", "New job", "note 1")


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


def test_a_note_that_is_too_long_is_refused_and_not_cut_off(owner, assessment):
    path, note = assessment.get_absolute_url(), "x" * (NOTE_MAX_LENGTH + 1)
    assert "maxlength" not in re.search("<textarea[^>]+>", owner.get(path).content.decode())[0]
    response = owner.post(path, {"event": "", "event_words": "", "note": note})
    assert response.status_code == 422
    assert note in response.content.decode()
    assert told(assessment) == ("", "", "note 0")


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


def test_the_summary_of_errors_names_the_field_and_says_nothing_twice(owner, assessment):
    page = " ".join(send(owner, assessment, "other").content.decode().split())
    assert ">In a few words: Say what happened.</a>" in page


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
    owner, user, assessment, warm, django_assert_num_queries
):
    for moved in (1, 2):
        warm(owner, assessment.get_absolute_url())
        # session and user, the assessment, the one before, the goal, ticks
        with django_assert_num_queries(5):
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


# --- One press, on the page of a new result -----------------------------------------------------


@pytest.fixture
def recorded(owner, user):
    """A second result, just recorded in its owner's browser."""
    make_assessment(user, taken_at=NOON)
    owner.post("/", points("2-2-0-6-0", submission="4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1"))
    return Assessment.objects.for_user(user).latest_first().first()


def asked(client, assessment) -> tuple[bool, bool]:
    """Return whether the page asks what happened, and whether it offers a reminder."""
    page = client.get(assessment.get_absolute_url()).content.decode()
    return "<h2>What happened in your life?</h2>" in page, "Remind me in 3 months" in page


def test_the_page_of_a_new_result_asks_what_happened_and_offers_a_reminder(owner, user, recorded):
    assert asked(owner, recorded) == (True, True)
    page = owner.get(recorded.get_absolute_url()).content.decode()
    assert re.findall('name="event" value="(.*?)">', page) == [
        *(event for event in LifeEvent.values if event != "other"),
        "",
    ]
    # Not on an older result, and not in another browser.
    first = Assessment.objects.for_user(user).oldest_first().first()
    assert asked(owner, first) == (False, False)
    elsewhere = Client()
    elsewhere.force_login(user)
    assert asked(elsewhere, recorded) == (False, False)


def test_the_page_of_a_new_result_counts_the_tips_done_since_the_one_before(owner, user, recorded):
    first = Assessment.objects.for_user(user).oldest_first().first()
    Assessment.objects.filter(pk=first.pk).update(recorded_at=NOON)
    hour = timedelta(hours=1)
    counted = "since your last result."
    said = words_of(owner.get(recorded.get_absolute_url()))
    assert counted not in said
    for number, (at, verdict) in enumerate(
        [
            (NOON - hour, "done"),
            (NOON + hour, "done"),
            (NOON + hour, "not_for_me"),
            (recorded.recorded_at + hour, "done"),
        ]
    ):
        tip = make_tip("job_seeking", f"Advice {number}.")
        Tick.objects.create(user=user, tip=tip, verdict=verdict, ticked_at=at)
    said = words_of(owner.get(recorded.get_absolute_url()))
    assert f"You've ticked 1 tip {counted}" in said
    assert counted not in words_of(owner.get(first.get_absolute_url()))


def test_the_result_comes_before_the_question(owner, recorded):
    page = owner.get(recorded.get_absolute_url()).content.decode()
    headings = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page)
    assert headings[:2] == [headline(recorded.split), "What happened in your life?"]


def test_the_first_result_is_not_asked_what_happened_before_it(owner, user):
    owner.post("/", points("2-2-0-6-0", submission="4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1"))
    assert asked(owner, Assessment.objects.get()) == (False, True)


@pytest.mark.parametrize("event", [event for event in LifeEvent.values if event != "other"])
def test_one_press_says_what_happened(owner, user, recorded, event):
    path = recorded.get_absolute_url()
    response = owner.post(f"{path}event/", {"event": event}, follow=True)
    assert response.redirect_chain == [(path, 302)]
    words = [str(message) for message in response.context["messages"]]
    assert words[-1] == f"Saved: {LifeEvent(event).label}. {ENCOURAGEMENTS[event]}"
    assert told(recorded) == (event, "", "")
    assert asked(owner, recorded)[0] is False
    user.refresh_from_db()
    assert user.side == ("candidate" if event == "redundancy" else "")


@pytest.mark.parametrize("sent", [{}, {"event": ""}])
def test_nothing_special_is_not_asked_again_and_changes_nothing(owner, recorded, sent):
    assert owner.post(f"{recorded.get_absolute_url()}event/", sent).status_code == 302
    assert told(recorded) == ("", "", "")
    assert asked(owner, recorded)[0] is False


@pytest.mark.parametrize("event", ["other", "wedding", "\0", "x" * 1_000])
def test_an_event_that_no_button_sends_is_refused(owner, recorded, event):
    response = owner.post(f"{recorded.get_absolute_url()}event/", {"event": event})
    assert response.status_code == 422
    assert told(recorded) == ("", "", "")
    assert asked(owner, recorded)[0] is True


def test_one_press_sets_a_reminder(owner, user, recorded):
    path = recorded.get_absolute_url()
    response = owner.post(f"{path}remind/", follow=True)
    assert response.redirect_chain == [(path, 302)]
    reminder = Reminder.objects.for_user(user).get()
    assert reminder.rhythm == Reminder.Rhythm.ON_DATE
    assert reminder.due_on == timezone.localdate() + relativedelta(months=3)
    day = date_format(reminder.due_on)
    assert f"Your reminder is due on {day}. Confirm your email so we can send it." in text_of(
        response
    )
    assert '<a href="/reminders/">Confirm your email</a>' in response.content.decode()
    assert asked(owner, recorded)[1] is False


def test_whose_email_is_confirmed_is_told_the_day(owner, user, recorded):
    prove_address(user)
    response = owner.post(f"{recorded.get_absolute_url()}remind/", follow=True)
    reminder = Reminder.objects.for_user(user).get()
    words = [str(message) for message in response.context["messages"]]
    assert words[-1] == f"We'll remind you on {date_format(reminder.due_on)}."


@pytest.mark.parametrize(
    ("rhythm", "on"),
    [("every_12_months", None), ("on_date", date(2030, 5, 3)), ("on_change", None)],
)
def test_a_press_on_an_old_page_leaves_the_reminder_that_was_chosen_since(
    owner, user, recorded, rhythm, on
):
    prove_address(user)
    path = recorded.get_absolute_url()
    chosen = Reminder.objects.choose(user=user, rhythm=rhythm, on=on)
    assert asked(owner, recorded)[1] is False
    response = owner.post(f"{path}remind/", follow=True)
    now = Reminder.objects.for_user(user).get()
    assert (now.rhythm, now.due_on) == (rhythm, chosen.due_on)
    words = [str(message) for message in response.context["messages"]][-1]
    if chosen.due_on:
        assert words == f"We'll remind you on {date_format(chosen.due_on)}."
    else:
        assert words == "You already have a reminder, for when something changes in your life."


@pytest.mark.parametrize("press", ["event", "remind"])
def test_only_its_owner_presses(owner, stranger, user, recorded, press):
    path = f"{recorded.get_absolute_url()}{press}/"
    assert stranger.post(path, {"event": "study"}).status_code == 404
    response = Client().post(path, {"event": "study"})
    after = f"/accounts/login/?next={recorded.get_absolute_url()}"
    assert (response.status_code, response.url) == (302, after)
    for method in ("get", "put", "delete"):
        assert getattr(owner, method)(path).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post(path, {"event": "study"}).status_code == 403
    assert told(recorded) == ("", "", "")
    assert not Reminder.objects.exists()


def test_a_note_from_an_older_page_leaves_a_newer_event_alone(owner, assessment):
    page = owner.get(f"/history/{assessment.id}/").content.decode()
    assert '<input type="hidden" name="event_was"' in page
    owner.post(f"/history/{assessment.id}/event/", {"event": "new_job"})
    stale = {"event": "", "event_was": " ", "event_words": "", "note": "As expected."}
    assert owner.post(f"/history/{assessment.id}/", stale).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.event, assessment.note) == ("new_job", "As expected.")
    chosen = {"event": "", "event_was": "new_job ", "event_words": "", "note": "As expected."}
    assert owner.post(f"/history/{assessment.id}/", chosen).status_code == 302
    assessment.refresh_from_db()
    assert assessment.event == ""


def note_form(owner, assessment) -> dict[str, str]:
    """Return the form of an assessment's page as a browser would send it."""
    form = owner.get(f"/history/{assessment.id}/").context["form"]
    return {field.name: field.value() for field in form}


def test_an_event_from_an_older_page_leaves_a_newer_note_alone(owner, assessment):
    path = f"/history/{assessment.id}/"
    stale = note_form(owner, assessment)
    owner.post(path, stale | {"note": "As expected."})
    owner.post(path, stale | {"event": "study"})
    assessment.refresh_from_db()
    assert (assessment.event, assessment.note) == ("study", "As expected.")


def test_of_two_notes_from_two_pages_the_second_replaces_the_first_only_knowingly(
    owner, assessment
):
    path = f"/history/{assessment.id}/"
    stale = note_form(owner, assessment)
    assert owner.post(path, stale | {"note": "First."}).status_code == 302
    assert owner.post(path, stale | {"note": "First."}).status_code == 302  # a double click
    response = owner.post(path, stale | {"note": "Second.", "event": "study"})
    assert response.status_code == 409
    words = words_of(response)
    assert "You've changed this note on another page in the meantime" in words
    assert "The note that is saved: First." in words
    assessment.refresh_from_db()
    assert (assessment.event, assessment.note) == ("", "First.")
    again = {field.name: field.value() for field in response.context["form"]}
    assert (again["note"], again["event"]) == ("Second.", "study")
    assert owner.post(path, again).status_code == 302
    assessment.refresh_from_db()
    assert (assessment.event, assessment.note) == ("study", "Second.")


def test_of_two_notes_at_once_one_is_a_conflict(owner, assessment):
    first, second = (
        NoteForm(note_form(owner, assessment) | {"note": note}, instance=Assessment.objects.get())
        for note in ("First.", "Second.")
    )
    assert first.is_valid()
    assert second.is_valid()
    assert first.save()
    assert not second.save()
    assert second.conflict == "First."


def test_a_save_says_what_it_changed(owner, assessment):
    def saved(**form) -> list[str]:
        stored = Assessment.objects.get()
        was = f"{stored.event} {stored.event_words}"
        sent = {"event": "", "event_words": "", "note": "", "event_was": was, **form}
        response = owner.post(f"/history/{assessment.id}/", sent, follow=True)
        return [str(message) for message in response.context["messages"]]

    assert saved(note="So.") == ["Your note is saved."]
    assert saved(note="So.") == ["Saved."]
    assert saved(note="So.", event="study") == ["Saved."]
    assert saved(event="study") == ["Your note is deleted."]
    assert saved() == ["Saved."]
