"""The reminder mail: its text, and its headers for mail programs."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from purposeapp.dates import today
from purposeapp.models import Reminder
from tests.support.make import make_assessment, make_goal, make_user
from tests.support.reminders import chosen, make_due, send
from tests.support.talks import make_talk


def test_the_mail_is_short_says_why_it_comes_and_how_to_stop_it(db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    settings.DEFAULT_FROM_EMAIL = "Five Purposes <hello@purposes.example>"
    reminder = make_due()
    make_assessment(
        reminder.user, "6-2-2-0-0", taken_at=timezone.now() - timedelta(days=400), note="secret"
    )
    day = today() - timedelta(days=400)
    assert send() == "1 sent, 0 failed, 0 put off\n"
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.from_email == "Five Purposes <hello@purposes.example>"
    assert message.subject == "Where do your ten points go now?"
    assert message.body == (
        f"Hello,\n\nYou asked us to remind you every 6 months. You last spent your ten points on "
        f"{day.day} {day:%B %Y}. Why are you on LinkedIn now? It takes two minutes to find "
        "out:\n\nhttps://purposes.example/\n\nSee your history and what has changed:\n"
        "https://purposes.example/history/\n\n"
        "No time now? The attached file puts this reminder in your calendar.\n\n"
        "Change how often we remind you:\n"
        "https://purposes.example/reminders/\n\n"
        "Turn off reminders with one click, without signing in:\n"
        f"https://purposes.example/reminders/stop/{reminder.stop_key}/\n\n"
        "Five Purposes\nhttps://purposes.example/\n"
    )


def test_the_mail_leads_to_a_talk_that_is_under_way_and_names_nobody(db):
    reminder = make_due()
    for state in ("withdrawn", "left", "expired", "over", "invited"):
        make_talk(reminder.user, state, name="Secret")
    make_talk(make_user("y@example.org"), "withdrawn", guest=reminder.user, name="Secret")
    send()
    assert "/talks/" not in mail.outbox[0].body
    later = make_due("bob@example.org")
    make_talk(make_user("x@example.org"), "open", guest=later.user, name="Secret")
    send()
    body = mail.outbox[1].body
    assert "You're talking about the future with someone. Your talk is here:\n" in body
    assert "/talks/\n\nNo time now?" in body
    assert "Secret" not in body


@pytest.mark.parametrize(("days", "is_ahead"), [(None, False), (-1, False), (0, True), (30, True)])
def test_the_mail_leads_to_a_goal_whose_day_is_ahead_and_tells_no_points(db, days, is_ahead):
    reminder = make_due()
    day = None if days is None else today() + timedelta(days=days)
    make_goal(make_user("x@example.org"), wanted_by=today() + timedelta(days=30))
    make_goal(reminder.user, wanted_by=day)
    send()
    body = mail.outbox[0].body
    assert ("/goal/" in body) == is_ahead
    if is_ahead:
        assert f"Your goal is for {day.day} {day:%B %Y}. See how close you are:\n" in body
        assert "/goal/\n\nNo time now?" in body
    assert "point" not in body.replace("ten points", "")


def test_its_headers_let_a_mail_program_stop_it_with_one_press(client, db, settings):
    settings.PUBLIC_URL = "https://purposes.example"
    reminder = make_due()
    send()
    headers = mail.outbox[0].message()
    link = f"https://purposes.example/reminders/stop/{reminder.stop_key}/"
    assert headers["List-Unsubscribe"] == f"<{link}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert len(headers.get_all("Message-ID")) == 1
    client.post(link.removeprefix("https://purposes.example"), {"List-Unsubscribe": "One-Click"})
    assert chosen(reminder.user) == ("off", None)


def test_a_repeat_has_the_same_id_and_any_other_mail_another(db):
    first, _second = make_due("ada"), make_due("bob")
    send()
    Reminder.objects.update(due_on=first.due_on)
    send()
    Reminder.objects.update(due_on=first.due_on - timedelta(days=1))
    send()
    ids = [message.message()["Message-ID"] for message in mail.outbox]
    assert ids[0:2] == ids[2:4]
    assert len({*ids}) == 4
    for one in ids:
        assert re.fullmatch(r"<[0-9a-f-]{36}@127\.0\.0\.1>", one)
        assert str(first.stop_key) not in one


@pytest.mark.parametrize(
    ("rhythm", "rule"), [("every_6_months", b"FREQ=MONTHLY;INTERVAL=6"), ("on_date", None)]
)
def test_it_brings_the_file_that_a_download_of_that_day_is(client, db, rhythm, rule):
    reminder = make_due(rhythm=rhythm, sequence=4, day_of_month=1)
    client.force_login(reminder.user)
    download = Calendar.from_ical(client.get("/reminders/five-purposes.ics").content)
    send()
    _words, part = mail.outbox[0].message().get_payload()
    assert part.get_content_type() == "text/calendar"
    assert part.get_filename() == "five-purposes.ics"
    attached = Calendar.from_ical(part.get_payload(decode=True))
    (event,), (downloaded,) = attached.events, download.events
    assert event["UID"] == downloaded["UID"]
    assert (event["SEQUENCE"], event.start) == (4, reminder.due_on)
    rules = [each["RRULE"].to_ical() for each in (event, downloaded) if "RRULE" in each]
    assert rules == [rule, rule] if rule else rules == []


def test_the_file_of_a_later_mail_is_the_newer_one(db):
    reminder = make_due("ada", "every_3_months")
    files = []
    for _ in range(2):
        Reminder.objects.update(due_on=today())
        send()
        part = mail.outbox[-1].message().get_payload()[1]
        (event,) = Calendar.from_ical(part.get_payload(decode=True)).events
        files.append((event["UID"], event["SEQUENCE"]))
        assert str(reminder.stop_key) not in part.as_string()
        assert reminder.user.email not in part.as_string()
    (first_uid, first), (second_uid, second) = files
    assert first_uid == second_uid
    assert first < second


@pytest.mark.parametrize(
    ("rhythm", "subject", "words"),
    [
        (
            "every_3_months",
            "Where do your ten points go now?",
            "You asked us to remind you every 3 months.",
        ),
        ("on_date", "Where do your ten points go now?", "This was the one reminder you asked for."),
        (
            "on_change",
            "Have things settled down?",
            "You said something had changed in your life",
        ),
    ],
)
def test_each_rhythm_has_its_words(db, rhythm, subject, words):
    make_due(rhythm=rhythm)
    send()
    (message,) = mail.outbox
    assert message.subject == subject
    assert words in message.body
    assert "You haven't spent your ten points yet." in message.body
