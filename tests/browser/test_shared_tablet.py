"""A shared tablet: each page says who is signed in, and leads to the sign-out."""

import pytest
from playwright.sync_api import expect

PRIVATE = ["/", "/try/", "/history/", "/goal/", "/tips/", "/reminders/", "/settings/"]
PUBLIC = ["/purposes/", "/splits/6-2-2-0-0/", "/privacy/"]


@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_says_who_is_signed_in_and_leads_out(new_visitor, width):
    visitor = new_visitor(viewport={"width": width, "height": 800})
    page = visitor.page
    visitor.email = f"{'long' * 12}{visitor.email}"
    visitor.sign_up()
    entry = visitor.record("6-2-2-0-0")
    for path in [*PRIVATE, entry]:
        page.goto(path)
        line = page.get_by_role("complementary", name="Signed in")
        expect(line).to_contain_text(f"Signed in as {visitor.email}.")
        expect(line.get_by_role("link", name="Sign out")).to_be_visible()
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), path
    for path in PUBLIC:  # the same bytes for everyone: the account is shown behind the link
        page.goto(path)
        banner = page.get_by_role("banner")
        expect(banner.get_by_role("link", name="Your account")).to_be_visible()
        expect(banner.get_by_role("link", name="Sign out")).to_be_visible()
    page.get_by_role("banner").get_by_role("link", name="Sign out").click()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(visitor.message).to_contain_text("signed out")
    page.goto("/purposes/")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    expect(page.get_by_role("link", name="Sign out")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False])
def test_the_own_last_split_is_shown_when_it_is_asked_for(new_visitor, javascript):
    visitor = new_visitor(java_script_enabled=javascript)
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    page.goto("/")
    visitor.expect_points("0-0-0-0-0")
    expect(page.get_by_role("main")).not_to_contain_text("Business driven (60%)")
    page.get_by_role("link", name="Start from my last result").click()
    visitor.expect_points("6-2-2-0-0")
    page.goto("/")
    visitor.expect_points("0-0-0-0-0")


@pytest.mark.whole_browser
def test_back_shows_the_next_person_nothing_of_what_the_first_one_sent(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record_by_hand("6-2-2-0-0")
    page.go_back()
    visitor.expect_points("6-2-2-0-0")  # their own
    visitor.send_button.click()
    page.wait_for_url("**/history/*-*/")
    visitor.open_account_menu()
    visitor.account_menu.get_by_role("button", name="Sign out").click()
    expect(visitor.message).to_contain_text("signed out")
    visitor.email = f"next-{visitor.email}"
    visitor.sign_up()
    page.goto("/history/")
    page.evaluate("history.go(-3)")
    expect(visitor.headline).to_have_text("What are you on LinkedIn for?")
    visitor.expect_points("0-0-0-0-0")
