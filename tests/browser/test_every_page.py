"""Every linked page is accessible (axe), raises no browser errors, and fits its window."""

import pytest
from playwright.sync_api import expect

from tests.support.inspection import Inspection
from tests.support.visitor import PURPOSES

PUBLIC = (
    "/community/",
    "/privacy/",
    "/purposes/",
    "/splits/",
    "/worksheet/",
)  # these are the same for everyone


def test_every_page_that_anybody_may_see(visitor):
    visitor.expect_status(404, 422)
    inspection = Inspection(visitor, "anyone")
    inspection.of_all(
        "/",
        "/splits/6-2-2-0-0/",
        "/splits/1-2-1-3-3/",
        "/splits/2-2-2-2-2/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/nowhere/",
    )
    visitor.page.goto("/")
    visitor.type_points("5-x-4-3-2")
    visitor.send_button.click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    inspection.here("not-a-number")
    visitor.field("Community spirit").fill("0")
    visitor.send_button.click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("Take 4 away")
    inspection.here("too-many")
    assert not inspection.faults, "\n".join(inspection.faults)


def test_every_page_of_a_person_with_an_account(visitor, remember):
    page = visitor.page
    visitor.expect_status(422)
    visitor.sign_up()
    inspection = Inspection(visitor, "member")
    page.goto("/history/")
    inspection.here("history-empty")
    remember(visitor)
    latest = visitor.record("1-2-1-3-3")
    page.get_by_label("Did you expect this?").fill("Not at all. " * 20 + "W" * 80)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your note is saved.")
    expect(visitor.message).to_be_in_viewport()
    inspection.here("note-kept")
    for split in ("4-3-3-0-0", "0-2-4-3-1"):
        page.goto("/goal/?start=last")
        visitor.type_points(split)
        page.get_by_role("main").get_by_role("button", name="Save goal").click()
        expect(visitor.message).to_have_text("Your goal is saved.")
    page.goto("/history/add/")
    page.get_by_label("What happened in your life?").select_option("Something else")
    page.get_by_role("main").get_by_role("button", name="Add to my history").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspection.here("paper-invalid")
    page.goto(latest)
    page.get_by_role("button", name="Mark as done").first.click()
    expect(page.get_by_text("Done on").nth(2)).to_be_visible()
    page.get_by_role("button", name="Skip").first.click()
    expect(page.get_by_text("1 skipped")).to_be_visible()
    for details in page.locator("details.more").all():
        details.locator("summary").click()
    inspection.here("checklist")
    page.get_by_role("button", name="Both").click()
    expect(page.get_by_text("Your side: Both")).to_be_visible()
    page.get_by_text("Change", exact=True).click()
    inspection.here("side-known")
    inspection.of_all(
        "/history/",
        "/",
        "/try/0-2-0-8-0/?if=redundancy",
        "/accounts/email/",
        "/accounts/password/change/",
        but=PUBLIC,
    )
    page.goto("/history/")
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("columnheader", name=PURPOSES[0])).to_be_visible()
    inspection.here("history-table")
    assert not inspection.faults, "\n".join(inspection.faults)


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_the_switch_between_paper_and_night_is_remembered(visitor, scheme, other):
    page = visitor.page
    page.emulate_media(color_scheme=scheme)
    page.goto("/")
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.get_by_role("button", name=f"Switch to {other}").click()
    switch_back = page.get_by_role("button", name=f"Switch to {scheme}")
    expect(switch_back).to_be_visible()
    after = page.evaluate(background)
    assert after != before
    page.goto("/accounts/login/")
    assert page.evaluate(background) == after
    switch_back.click()
    expect(page.get_by_role("button", name=f"Switch to {other}")).to_be_visible()
    assert page.evaluate(background) == before
