"""Choosing a reminder, getting it, and unsubscribing."""

import re
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

HALF_A_YEAR_LATER = """
from datetime import timedelta
from django.db.models import F
from purposeapp.models import Assessment, Reminder
later = timedelta(days=190)
Assessment.objects.filter(user__email="{email}").update(taken_at=F("taken_at") - later)
Reminder.objects.filter(user__email="{email}").update(due_on=F("due_on") - later)
"""


@pytest.fixture
def post(server, tmp_path):
    """A function that lets half a year pass, sends the reminders, and returns one person's mail."""

    def post(email: str):
        server.run(HALF_A_YEAR_LATER.format(email=email))
        server.manage("send_reminders", EMAIL_URL=f"filemail://{tmp_path}")
        (file,) = tmp_path.iterdir()
        mails = file.read_bytes().split(b"-" * 79)[:-1]
        read = [message_from_bytes(mail.lstrip(), policy=policy.default) for mail in mails]
        (mine,) = [mail for mail in read if mail["To"] == email]
        return mine

    return post


def confirm_the_address(visitor, server) -> None:
    """Open the link in the mail, which the server writes to its log for lack of a mail server."""
    page = visitor.page
    page.get_by_role("button", name="Send a confirmation email").click()
    expect(visitor.message).to_contain_text(f"We sent a link to {visitor.email}.")
    letter = server.log.read_text().rpartition(f"To: {visitor.email}")[2]
    page.goto(re.search(r"^http\S+/confirm-email/\S+$", letter, re.MULTILINE)[0])
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.wait_for_url("**/reminders/")
    expect(visitor.message).to_have_text("Your email is confirmed.")


def test_a_reminder_from_the_choice_to_the_last_press(visitor, new_visitor, server, post):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    visitor.go_to("Reminders")
    expect(visitor.headline).to_have_text("Reminders")
    main = page.get_by_role("main")
    expect(main).to_contain_text("No reminder set.")

    page.get_by_label("Every 6 months").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(main).to_contain_text("we can't send it until your email is confirmed")
    confirm_the_address(visitor, server)
    visitor.go_to("Reminders")
    expect(main).to_contain_text(f"Your next reminder goes to {visitor.email} on")
    visitor.shot("reminders-chosen")

    # Half a year later, the person unsubscribes by the mail's link, without signing in.
    mail = post(visitor.email)
    assert mail["Subject"] == "Where do your ten points go now?"
    link = mail["List-Unsubscribe"].strip(" <>")
    words = mail.get_body().get_content()
    assert link in words
    assert "You last spent your ten points on" in words
    (calendar,) = mail.iter_attachments()
    assert "UID:" in calendar.get_content()
    reader = new_visitor()
    reader.page.goto(link)
    expect(reader.headline).to_have_text("Turn off reminders?")
    reader.shot("reminders-stop")
    reader.page.get_by_role("button", name="Turn off").click()
    expect(reader.headline).to_have_text("Reminders are off")
    reader.shot("reminders-stopped")

    page.goto("/reminders/")
    expect(main).to_contain_text("No reminder set.")
    expect(page.get_by_label("Never")).to_be_checked()


def test_something_changed_and_the_day_is_chosen_by_keyboard(visitor):
    page = visitor.page
    visitor.expect_status(422)
    visitor.sign_up()
    page.goto("/reminders/")
    main = page.get_by_role("main")
    day = page.get_by_label("Date", exact=True)
    expect(day).to_be_hidden()
    page.get_by_label("Never").focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Once, on a date I choose")).to_be_checked()
    day.fill("2020-02-29")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Date: Choose today or a later date.").click()
    expect(day).to_be_focused()
    expect(day).to_have_value("2020-02-29")

    page.get_by_label("When something changes in my life").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Something changed in my life").click()
    expect(visitor.message).to_contain_text("Thanks for telling us.")
    expect(main).to_contain_text("Your next reminder is due on")
    expect(page.get_by_role("button", name="Something changed in my life")).to_have_count(0)


def test_a_period_goes_into_ones_own_calendar(visitor):
    page = visitor.page
    visitor.sign_up()
    page.goto("/reminders/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Every 12 months").click()
    assert download.value.suggested_filename == "five-purposes.ics"
    assert "RRULE:FREQ=MONTHLY;INTERVAL=12" in download.value.path().read_text()
