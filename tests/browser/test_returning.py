"""A person returns when life has changed; nobody else can see what they recorded."""

import pytest
from playwright.sync_api import expect


def test_a_returning_person_sees_what_changed(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    expect(page.get_by_role("main")).to_contain_text("Your first result. When your life changes")

    visitor.sign_out()
    visitor.sign_in_by_hand()
    change = "Job seeking +6, Business driven −4, Learning sponge −2"
    visitor.record("2-2-0-6-0")
    expect(visitor.headline).to_have_text("Mainly job seeking (60%)")
    expect(page.get_by_text(change)).to_be_visible()

    page.goto("/history/")
    entries = (
        page.get_by_role("main").get_by_role("listitem").filter(has=page.get_by_role("heading"))
    )
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("Mainly job seeking (60%)")
    expect(entries.first).to_contain_text(change)
    expect(entries.last).to_contain_text("Mainly business driven (60%)")
    expect(entries.last).to_contain_text("Your first result")

    expect(page.get_by_role("cell", name="6", exact=True)).to_have_count(0)
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("row").nth(1).get_by_role("cell")).to_have_text(list("62200"))
    expect(page.get_by_role("row").nth(2).get_by_role("cell")).to_have_text(list("22060"))
    visitor.shot("returning-history")


def test_vanity_is_met_with_thanks_and_a_question(visitor):
    page = visitor.page
    visitor.sign_up()
    assessment = visitor.record("2-2-0-3-3")
    main = page.get_by_role("main")
    expect(visitor.headline).to_have_text(
        "Job seeking and Vanity project share the lead (30% each)"
    )
    expect(main).to_contain_text("Thank you for being honest: it takes courage")
    expect(main).to_contain_text("Vanity project → Community spirit")

    page.get_by_role("link", name="Write down why you did.").click()
    note = page.get_by_label("Did you expect this?")
    expect(note).to_be_in_viewport()
    note.fill("I check who liked it before I brush my teeth.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your note is saved.")
    page.goto(assessment)
    expect(note).to_have_value("I check who liked it before I brush my teeth.")


def test_a_stranger_finds_nothing_at_the_address_of_an_assessment(visitor, new_visitor):
    visitor.sign_up()
    assessment = visitor.record("1-2-3-4-0")

    stranger = new_visitor()
    stranger.page.goto(assessment)
    stranger.page.wait_for_url("**/accounts/login/**")
    stranger.sign_up()
    stranger.expect_status(404)
    assert stranger.page.goto(assessment).status == 404
    expect(stranger.headline).to_have_text("Page not found")
    assert stranger.page.goto(f"{assessment}delete/").status == 404

    visitor.page.goto(assessment)
    expect(visitor.headline).to_have_text("Job seeking comes first (40%)")


@pytest.mark.whole_browser
def test_the_back_button_shows_nothing_private_after_signing_out(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("1-2-3-4-0")
    page.get_by_label("Did you expect this?").fill("My boss must not know.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your note is saved.")
    visitor.open_account_menu()
    visitor.account_menu.get_by_role("button", name="Sign out").click()
    expect(visitor.message).to_contain_text("signed out")

    page.go_back()
    page.wait_for_url("**/accounts/login/**")
    body = page.locator("body")
    expect(body).not_to_contain_text("My boss must not know.")
    expect(body).not_to_contain_text("Job seeking comes first")
    expect(body).not_to_contain_text(visitor.email)
