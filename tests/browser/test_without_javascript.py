"""Everything important works if scripts are switched off, blocked or broken."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT


@pytest.fixture
def visitor(new_visitor):
    return new_visitor(java_script_enabled=False)


def test_plus_and_minus_are_buttons_that_the_server_understands(visitor):
    page = visitor.page
    page.goto("/")
    visitor.add("Business driven")
    visitor.expect_status_line("9 of 10 points left")
    visitor.add("Business driven")
    visitor.add("Vanity project")
    visitor.take("Vanity project")
    visitor.expect_status_line("8 of 10 points left")
    visitor.expect_points("2-0-0-0-0")

    # + and − keep what was typed in other fields, and the page stays at the changed purpose.
    visitor.field("Job seeking").fill("7")
    visitor.add("Vanity project")
    visitor.expect_points("2-0-0-7-1")
    visitor.expect_status_line("0 of 10 points left")
    expect(visitor.field("Vanity project")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Add a point to Vanity project")).to_be_focused()
    visitor.send_button.click()
    page.wait_for_url("**/splits/2-0-0-7-1/")


def test_enter_in_a_field_sends_the_form_and_never_steps(visitor):
    visitor.page.goto("/")
    visitor.type_points("6-2-2-0-0")
    visitor.field("Community spirit").press("Enter")
    visitor.page.wait_for_url("**/splits/6-2-2-0-0/")
    expect(visitor.headline).to_have_text("Mainly business driven (60%)")


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(visitor):
    page = visitor.page
    visitor.expect_status(422)
    page.goto("/")
    visitor.type_points("5-x-2-0-1")
    visitor.send_button.click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Community spirit: Enter a whole number from 0 to 10.")
    visitor.expect_points("5-x-2-0-1")
    expect(visitor.field("Community spirit")).to_have_attribute("aria-invalid", "true")
    visitor.shot("without-javascript-not-a-number")

    visitor.field("Community spirit").fill("0")
    visitor.send_button.click()
    expect(summary).to_contain_text("You have used 8 of 10 points. Add 2 more.")
    expect(summary).to_be_focused()
    visitor.expect_points("5-0-2-0-1")
    summary.get_by_role("link").click()
    expect(visitor.field("Business driven")).to_be_focused()

    visitor.field("Job seeking").fill("4")
    visitor.send_button.click()
    expect(summary).to_contain_text("You have used 12 of 10 points. Take 2 away.")
    visitor.expect_points("5-0-2-4-1")


def test_whoever_has_just_made_a_result_is_a_press_away_from_saving_it(visitor):
    page = visitor.page
    page.goto("/")
    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    save = page.get_by_role("link", name="It's mine: save it")
    expect(save).to_be_in_viewport()
    save.click()
    page.wait_for_url("**/accounts/signup/**")
    expect(page.get_by_text("We'll add your result to your history")).to_be_visible()


def test_an_account_a_result_and_a_history_need_no_script(visitor):
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="sign up", exact=True).click()
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()

    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    page.wait_for_url(ASSESSMENT)
    expect(visitor.headline).to_have_text("Mainly business driven (60%)")
    page.get_by_label("Did you expect this?").fill("No.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your note is saved.")

    visitor.go_to("History")
    entries = page.locator(".entry")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Mainly business driven (60%)")
    visitor.shot("without-javascript-history")
    visitor.open_account_menu()
    visitor.account_menu.get_by_role("button", name="Sign out").click()
    expect(visitor.message).to_contain_text("signed out")
