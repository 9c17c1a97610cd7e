"""With cookies blocked, pages that need none work, and those that need one say so."""

import pytest
from playwright.sync_api import expect

BLOCK = {"profile": {"default_content_setting_values": {"cookies": 2}}}


@pytest.mark.parametrize("javascript", [True, False])
def test_the_points_need_no_cookie_and_an_account_says_that_it_does(new_visitor, javascript):
    visitor = new_visitor(preferences=BLOCK, java_script_enabled=javascript)
    page = visitor.page
    page.goto("/")
    assert page.context.cookies() == []
    visitor.type_points("6-2-x-0-0")
    visitor.expect_status(422, 403)
    visitor.send_button.click()
    expect(page.get_by_text("Enter a whole number from 0 to 10.").first).to_be_visible()
    visitor.field("Learning sponge").fill("2")
    visitor.send_button.click()
    page.wait_for_url("**/splits/6-2-2-0-0/")
    expect(visitor.headline).to_be_visible()

    page.goto("/accounts/login/")
    if javascript:
        warning = page.get_by_role("alert")
        expect(warning).to_contain_text("Cookies are blocked in your browser.")
    visitor.fill_credentials()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(visitor.headline).to_have_text("Cookies are blocked")
    expect(page.get_by_role("main")).to_contain_text("Allow cookies for this site")
    assert page.context.cookies() == []


def test_where_cookies_are_kept_nothing_is_said_of_them(visitor):
    visitor.page.goto("/accounts/login/", wait_until="networkidle")
    expect(visitor.page.get_by_text("Cookies are blocked")).to_be_hidden()
