"""The reminder as an iCalendar file, parsed as a calendar does."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from purposeapp.dates import site_today, today
from purposeapp.models import Reminder, User
from purposeapp.reminders.calendar import calendar_of
from tests.support.make import make_assessment, make_reminder, prove_address
from tests.support.reminders import send

PATH = "/reminders/five-purposes.ics"


def event_in(data: bytes):
    file = Calendar.from_ical(data)
    assert file["VERSION"] == "2.0"
    assert file["PRODID"] == "-//Five Purposes//Reminders//EN"
    (event,) = file.events
    assert [str(error) for error in [*file.errors, *event.errors]] == []
    return event


def days_of(event, count: int) -> list[date]:
    """Return the first `count` days on which a calendar shows the event."""
    start = datetime.combine(event.start, datetime.min.time())
    rule = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
    return [moment.date() for moment, _ in zip(rule, range(count), strict=False)]


def test_the_file_is_what_a_calendar_expects(owner, user, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    make_reminder(user, due_on=date(2027, 3, 1))
    response = owner.get(PATH)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="five-purposes.ics"'
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    lines = response.content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    event = event_in(response.content)
    assert event["SUMMARY"] == "Spend ten points again"
    assert event["URL"] == "https://purposes.example/"
    assert event["UID"].endswith("@purposes.example")
    assert event["DESCRIPTION"].endswith("\nhttps://purposes.example/")
    assert event["DTSTART"].to_ical() == b"20270301"
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event.duration == timedelta(days=1)
    assert event["TRANSP"] == "TRANSPARENT"
    assert abs(event["DTSTAMP"].dt - timezone.now()) < timedelta(minutes=5)
    assert event["RRULE"].to_ical() == b"FREQ=MONTHLY;INTERVAL=6"
    (alarm,) = event.walk("VALARM")
    assert alarm["ACTION"] == "DISPLAY"
    assert alarm["TRIGGER"].dt == timedelta(hours=9)
    assert alarm["DESCRIPTION"] == "Spend ten points again"


def test_it_names_nobody(owner, user):
    reminder = make_reminder(user, due_on=date(2027, 3, 1))
    make_assessment(user, note="a secret")
    text = owner.get(PATH).content.decode().replace("\r\n ", "")
    for secret in (user.email, "secret", str(reminder.stop_key), reminder.stop_key.hex):
        assert secret not in text


def test_a_date_is_one_event(owner, user):
    make_reminder(user, "on_date", due_on=date(2027, 3, 1))
    event = event_in(owner.get(PATH).content)
    assert event.start == date(2027, 3, 1)
    assert "RRULE" not in event


def test_a_change_that_was_told_is_one_event(owner, user):
    make_reminder(user, "on_change", due_on=date(2027, 3, 1))
    assert "RRULE" not in event_in(owner.get(PATH).content)


@pytest.mark.parametrize("months", [3, 6, 12])
def test_who_wants_no_mail_takes_a_period(owner, user, months):
    event = event_in(owner.get(PATH, {"every": months}).content)
    assert event.start == today() + relativedelta(months=months)
    make_assessment(user, taken_at=timezone.now() - timedelta(days=10))
    event = event_in(owner.get(PATH, {"every": months}).content)
    assert event.start == today() - timedelta(days=10) + relativedelta(months=months)
    assert not Reminder.objects.exists()


def test_a_newer_choice_takes_the_place_of_the_older_one(owner, stranger, user):
    first, second = (owner.get(PATH, {"every": months}).content for months in (3, 12))
    assert event_in(first)["UID"] == event_in(second)["UID"]
    assert event_in(stranger.get(PATH, {"every": 3}).content)["UID"] != event_in(first)["UID"]


@given(st.dates(date(2026, 1, 1), date(2060, 12, 31)), st.sampled_from([3, 6, 12]))
def test_a_calendar_counts_months_as_people_do(start, months):
    reminder = Reminder(user=User(pk=1), rhythm=f"every_{months}_months", due_on=start)
    event = event_in(calendar_of(reminder, start))
    assert days_of(event, 9) == [
        start + relativedelta(months=months * number) for number in range(9)
    ]


def test_the_day_that_was_chosen_comes_again_after_a_shorter_month(owner, user):
    make_reminder(user, "every_3_months", due_on=date(2027, 2, 28), day_of_month=31)
    assert days_of(event_in(owner.get(PATH).content), 5) == [
        date(2027, 2, 28),
        date(2027, 5, 31),
        date(2027, 8, 31),
        date(2027, 11, 30),
        date(2028, 2, 29),
    ]


def test_its_sequence_grows_with_each_change_and_its_uid_stays(owner, user):
    reminder = make_reminder(user, due_on=today(), day_of_month=today().day)
    prove_address(user)
    changes = [
        lambda: owner.post("/reminders/", {"rhythm": "every_3_months"}),
        lambda: owner.post("/reminders/", {"rhythm": "on_date", "date": today().isoformat()}),
        lambda: owner.post("/reminders/", {"rhythm": "on_change"}),
        lambda: owner.post("/reminders/changed/"),
        lambda: Reminder.objects.update(due_on=today()) and send(),
        lambda: owner.post(f"/reminders/stop/{reminder.stop_key}/"),
        lambda: owner.post("/reminders/", {"rhythm": "every_12_months"}),
    ]
    seen = [event_in(owner.get(PATH, {"every": 6}).content)]
    for change in changes:
        change()
        seen.append(event_in(owner.get(PATH, {"every": 6}).content))
    assert [event["SEQUENCE"] for event in seen] == list(range(len(changes) + 1))
    assert len({event["UID"] for event in seen}) == 1
    chosen_here = event_in(owner.get(PATH).content)
    assert (chosen_here["SEQUENCE"], chosen_here["UID"]) == (len(changes), seen[0]["UID"])
    owner.post("/reminders/", {"rhythm": "every_12_months"})  # changes nothing
    assert event_in(owner.get(PATH).content)["SEQUENCE"] == len(changes)


def test_a_result_that_moves_it_counts_too(owner, user):
    reminder = make_reminder(user, due_on=today())
    prove_address(user)
    make_assessment(user)
    assert send() == "0 sent, 0 failed, 1 put off\n"
    reminder.refresh_from_db()
    assert (reminder.sequence, reminder.day_of_month) == (1, today().day)


@pytest.mark.parametrize("every", ["0", "1", "5", "-3", "x", "3 ", "12\0", "\uff13"])
def test_another_period_is_a_404(owner, every):
    assert owner.get(PATH, {"every": every}).status_code == 404


def test_where_nothing_is_chosen_there_is_no_file(owner, user, stranger):
    assert owner.get(PATH).status_code == 404
    make_reminder(user, "on_change")
    assert owner.get(PATH).status_code == 404
    Reminder.objects.update(due_on=date(2027, 3, 1))
    assert stranger.get(PATH).status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    response = client.get(PATH, {"every": 3})
    assert (response.status_code, response.url) == (
        302,
        f"/accounts/login/?next={PATH}%3Fevery%3D3",
    )


def test_it_is_only_read(owner):
    assert owner.post(PATH, {"every": 3}).status_code == 405


def test_a_visitors_calendar_leads_back_to_their_points(client, db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    response = client.get("/splits/6-2-2-0-0/again.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="five-purposes.ics"'
    assert not response.cookies
    event = event_in(response.content)
    assert event["URL"] == "https://purposes.example/?start=6-2-2-0-0"
    assert event["DESCRIPTION"].endswith("\nhttps://purposes.example/?start=6-2-2-0-0")
    assert event.start == site_today() + relativedelta(months=3)
    assert "RRULE" not in event
    # The same file again is the same event.
    again = event_in(client.get("/splits/6-2-2-0-0/again.ics").content)
    assert again["UID"] == event["UID"]
    assert client.get("/splits/6-2-2-0-1/again.ics").status_code == 404
