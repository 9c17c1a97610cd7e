"""A database outage: the page keeps what was sent, and it is saved afterwards."""

import pytest
from playwright.sync_api import expect

NOTE = 'I did not expect <this>.\n\n"Second" & last.'


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_note_outlives_an_outage(visitor, new_visitor, server, scripts):
    visitor.sign_up()
    address = visitor.record("6-2-2-0-0")
    writer = new_visitor(
        java_script_enabled=scripts, storage_state=visitor.page.context.storage_state()
    )
    writer.expect_status(503)
    page = writer.page
    page.goto(address)
    page.locator("[name=note]").fill(NOTE)
    with server.database.refusing_connections():
        page.locator("form").filter(has=page.locator("[name=note]")).locator("button").last.click()
        expect(writer.headline).to_have_text("Please try again in a moment")
        again = page.get_by_role("main").get_by_role("button", name="Try again")
        again.click()
        expect(writer.headline).to_have_text("Please try again in a moment")
        expect(page.get_by_label("What you wrote")).to_have_value(NOTE)
        writer.shot("unavailable")
    again.click()
    expect(writer.message).to_have_text("Your note is saved.")
    expect(page.locator("[name=note]")).to_have_value(NOTE)


def test_a_tick_outlives_an_outage(visitor, server):
    visitor.sign_up()
    address = visitor.record("6-2-2-0-0")
    # First the script's request is refused, then the browser's own.
    visitor.expect_status(503)
    page = visitor.page
    with server.database.refusing_connections():
        page.get_by_role("button", name="Mark as done").first.click()
        expect(visitor.headline).to_have_text("Please try again in a moment")
    page.get_by_role("main").get_by_role("button", name="Try again").click()
    page.wait_for_url(f"{address}#tip-*")
    expect(page.get_by_text("Done on")).to_be_visible()
