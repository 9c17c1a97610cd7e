"""Entering an assessment that was done on paper, which is sorted into the history by its date."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.html import escape

from purposeapp.dates import newest_day
from purposeapp.forms.day import NOT_A_DAY
from purposeapp.forms.life_event import NO_WORDS, UNKNOWN_EVENT
from purposeapp.forms.paper import DAY_TO_COME, DAY_TOO_EARLY, NO_DAY
from purposeapp.models import Assessment, Reminder
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from tests.support.make import NOON, make_assessment, make_reminder, sheet

PATH = "/history/add/"
SUBMISSION = "4b2a4b6e-0c6c-4a44-8b66-0b8f3e1cf2d1"


def day(moved: int) -> str:
    """Return the date that is this many days after the newest one that can be entered."""
    return (newest_day() + timedelta(days=moved)).isoformat()


def test_a_sheet_is_recorded_at_midday_of_its_day_with_all_that_was_told(owner, user):
    form = sheet(event="redundancy", note="On a train.\r\nIn the rain.")
    response = owner.post(PATH, form, follow=True)
    assessment = Assessment.objects.get()
    assert response.redirect_chain == [(assessment.get_absolute_url(), 302)]
    assert "Added to your history." in response.content.decode()
    assert (assessment.user, str(assessment.split)) == (user, "6-2-2-0-0")
    assert assessment.taken_at == datetime(2026, 2, 1, 12, tzinfo=UTC)
    assert assessment.recorded_at > timezone.now() - timedelta(minutes=1)
    assert (assessment.event, assessment.event_words) == ("redundancy", "")
    assert assessment.note == "On a train.\nIn the rain."


def test_a_newer_day_postpones_the_periodic_reminder_and_an_older_one_does_not(owner, user):
    due = make_reminder(user, "every_3_months", due_on=timezone.localdate()).due_on
    owner.post(PATH, sheet(taken_on=(due - relativedelta(months=4)).isoformat()))
    assert Reminder.objects.get().due_on == due
    newer = due - timedelta(days=10)
    owner.post(PATH, sheet(taken_on=newer.isoformat()))
    assert Reminder.objects.get().due_on == newer + relativedelta(months=3)


def test_it_lands_at_its_place_in_the_order_of_time(owner, user):
    first = make_assessment(user, "10-0-0-0-0", taken_at=NOON - timedelta(days=90))
    last = make_assessment(user, "2-2-0-6-0", taken_at=NOON)
    owner.post(PATH, sheet())
    middle = Assessment.objects.exclude(pk__in=[first.pk, last.pk]).get()
    assert list(Assessment.objects.for_user(user).oldest_first()) == [first, middle, last]
    page = owner.get(middle.get_absolute_url()).content.decode()
    assert "Business driven\xa0−4" in page
    page = owner.get(last.get_absolute_url()).content.decode()
    assert "Job seeking\xa0+6, Business driven\xa0−4, Learning sponge\xa0−2." in page


@pytest.mark.parametrize(("hour", "taken"), [(8, "08:30"), (12, "12:00"), (20, "12:00")])
def test_today_is_never_later_than_now(owner, hour, taken):
    now = datetime(2026, 5, 4, hour, 30 if hour == 8 else 0, tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=now):
        assert owner.post(PATH, sheet(taken_on="2026-05-04")).status_code == 302
    assert f"{Assessment.objects.get().taken_at:%Y-%m-%d %H:%M}" == f"2026-05-04 {taken}"


def test_the_first_and_the_last_day_that_can_be_chosen(owner):
    for taken_on in ("2003-05-05", day(0)):
        assert owner.post(PATH, sheet(taken_on=taken_on)).status_code == 302
    page = owner.get(PATH).content.decode()
    assert f'min="2003-05-05" max="{day(0)}"' in page


def test_words_of_ones_own_say_that_it_was_something_else(owner):
    owner.post(PATH, sheet(event_words="  Moved to Oslo "))
    assessment = Assessment.objects.get()
    assert (assessment.event, assessment.event_words) == ("other", "Moved to Oslo")


def test_the_same_form_sent_twice_is_recorded_once(owner):
    form = sheet(submission=SUBMISSION)
    assert owner.post(PATH, form).url == owner.post(PATH, form).url
    assert Assessment.objects.count() == 1


def test_back_and_another_day_or_other_points_make_another_one(owner):
    owner.post(PATH, sheet(submission=SUBMISSION))
    owner.post(PATH, sheet(submission=SUBMISSION, taken_on="2026-02-02"))
    owner.post(PATH, sheet("5-3-2-0-0", submission=SUBMISSION))
    assert Assessment.objects.count() == 3


FEW = "You have used 8 of 10 points. Add 2 more."


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"taken_on": ""}, [NO_DAY]),
        ({"taken_on": "yesterday"}, [NOT_A_DAY]),
        ({"taken_on": "02/01/2026"}, [NOT_A_DAY]),
        ({"taken_on": "202\N{ARABIC-INDIC DIGIT SIX}-01-02"}, [NOT_A_DAY]),
        ({"taken_on": "2026-02-30"}, [NOT_A_DAY]),
        ({"taken_on": "2026-02-01\0"}, [NOT_A_DAY]),
        ({"taken_on": "2003-05-04"}, [DAY_TOO_EARLY]),
        ({"taken_on": "0001-01-01"}, [DAY_TOO_EARLY]),
        ({"taken_on": lambda: day(1)}, [DAY_TO_COME]),
        ({"taken_on": "9999-12-31"}, [DAY_TO_COME]),
        ({"business_driven": "4"}, [FEW]),
        ({"business_driven": "six"}, ["Enter a whole number from 0 to 10."]),
        ({"business_driven": "4", "taken_on": lambda: day(1)}, [FEW, DAY_TO_COME]),
        ({"business_driven": "4", "event": "other"}, [FEW, NO_WORDS]),
        ({"event": "wedding"}, [UNKNOWN_EVENT]),
        ({"note": "x" * (NOTE_MAX_LENGTH + 1)}, ["at most 2000 characters"]),
        ({"note": "a\0b"}, ["Null characters are not allowed."]),
    ],
)
def test_an_invalid_form_answers_422_keeps_what_was_typed_and_stores_nothing(
    owner, changes, sentences
):
    form = sheet(submission=SUBMISSION, event="study", note="kept")
    form |= {name: value() if callable(value) else value for name, value in changes.items()}
    response = owner.post(PATH, form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page
    assert "<title>Error: " in page
    for sentence in sentences:
        # Once in the summary, and once at the field or above the points.
        assert page.count(str(sentence)) >= 2
    bound = response.context["form"]
    assert {name: bound[name].value() for name in form} == form
    assert str(escape(form["note"])) in page
    assert not Assessment.objects.exists()


def test_a_step_keeps_everything_and_stores_nothing(owner):
    form = sheet("3-0-0-0-0", event="other", event_words="Moved", note="kept", step="job_seeking+")
    response = owner.post(PATH, form)
    page = response.content.decode()
    assert response.status_code == 200
    assert "6 of 10 points left" in page
    assert 'name="job_seeking" value="1"' in page
    assert 'name="taken_on" value="2026-02-01"' in page
    assert '<option value="other" selected>' in page
    assert 'value="Moved"' in page
    assert "kept" in page
    assert form["submission"] in page
    assert not Assessment.objects.exists()


def test_the_steps_come_back_to_this_page(owner):
    page = owner.get(PATH).content.decode()
    assert page.count('formaction="#add-') == 5
    assert page.count('formaction="#take-') == 5


@pytest.mark.parametrize("path", ["/history/", "/worksheet/"])
def test_the_history_and_the_sheet_lead_here(owner, path):
    assert f'href="{PATH}"' in owner.get(path).content.decode()


# --- Other people -----------------------------------------------------------------------------


def test_it_goes_into_no_history_but_ones_own(stranger, user):
    stranger.post(PATH, sheet())
    assert not Assessment.objects.for_user(user).exists()
    assert Assessment.objects.count() == 1
