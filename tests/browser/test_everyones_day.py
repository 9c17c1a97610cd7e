"""In the most extreme time zones, pages show people's own date from the first page on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.support.pages import in_words


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kolkata"])
def test_days_are_those_of_the_browser(new_visitor, zone):
    visitor = new_visitor(timezone_id=zone)
    page = visitor.page
    main = page.get_by_role("main")
    visitor.sign_up_by_hand()
    before = datetime.now(ZoneInfo(zone)).date()
    visitor.record_by_hand("6-2-2-0-0")
    shown = main.locator(".kicker time").inner_text()
    # Midnight may have passed in between.
    assert shown in {in_words(before), in_words(datetime.now(ZoneInfo(zone)).date())}

    # The latest date on earth can be entered, whatever the browser's date picker says.
    newest = (datetime.now(UTC) + timedelta(hours=14)).date()
    page.goto("/history/add/")
    visitor.type_points("2-2-2-2-2")
    page.get_by_role("textbox", name="Date").fill(newest.isoformat())
    page.get_by_role("button", name="Add to my history").click()
    expect(main.locator(".kicker time")).to_have_text(in_words(newest))

    # Correct a wrong date.
    page.get_by_role("textbox", name="Date").fill("2026-02-01")
    page.get_by_role("button", name="Change date").click()
    expect(visitor.message).to_have_text("Date saved.")
    expect(main.locator(".kicker time")).to_have_text("1 February 2026")

    # The earliest date that is not yet over everywhere on earth counts as today.
    oldest = (datetime.now(UTC) - timedelta(hours=12)).date()
    page.goto("/reminders/")
    page.get_by_label("Once, on a date I choose").check()
    page.get_by_role("textbox", name="Date").fill(oldest.isoformat())
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your choice is saved.")


def test_a_time_zone_of_ones_own(new_visitor):
    visitor = new_visitor(timezone_id="America/Los_Angeles")
    page = visitor.page
    visitor.sign_up_by_hand()
    visitor.go_to("Settings")
    main = page.get_by_role("main")
    expect(main).to_contain_text(
        "Dates and times are shown in this time zone: America/Los Angeles."
    )
    page.get_by_label("Time zone").select_option("Pacific/Auckland")
    main.get_by_role("button", name="Save").click()
    expect(main).to_contain_text("Dates and times are shown in this time zone: Pacific/Auckland.")
    visitor.shot("settings-time-zone")


def test_a_visitor_who_has_no_account_is_not_asked_where_they_are(visitor):
    for path in ("/", "/splits/6-2-2-0-0/", "/privacy/"):
        visitor.page.goto(path)
    assert "timezone" not in {cookie["name"] for cookie in visitor.page.context.cookies()}
