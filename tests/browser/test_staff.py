"""Staff maintain the tips, and nobody else gets in."""

import time

from playwright.sync_api import expect

OLD = "Start a group, and let other community spirits multiply what you give."
NEW = "Start a group: others will multiply what you give."


def _change_the_tip(page, old, new):
    page.goto("/admin/purposeapp/tip/")
    page.get_by_role("link", name=old).click()
    expect(page.get_by_label("Text:")).to_have_value(old)
    page.get_by_label("Text:").fill(new)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("saved. Readers see it now.")).to_be_visible()


def _expect_on_the_result_page(page, text):
    """Expect the text on the page, if need be after a moment: workers poll for changed tips."""
    deadline = time.monotonic() + 30
    while text not in page.goto("/splits/0-10-0-0-0/").text():
        assert time.monotonic() < deadline, f"the result page never says: {text}"
    expect(page.get_by_text(text)).to_be_visible()


def test_staff_change_a_tip_and_the_next_result_shows_it(visitor, server):
    page = visitor.page
    server.make_superuser(visitor.email, visitor.password)
    page.goto("/admin/")
    page.wait_for_url("**/accounts/login/**")
    visitor.fill_credentials()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")

    _expect_on_the_result_page(page, OLD)
    try:
        _change_the_tip(page, OLD, NEW)
        _expect_on_the_result_page(page, NEW)
        expect(page.get_by_text(OLD)).to_have_count(0)
    finally:
        _change_the_tip(page, NEW, OLD)
    _expect_on_the_result_page(page, OLD)

    page.goto("/admin/purposeapp/tip/")
    page.get_by_role("link", name=OLD).click()
    page.get_by_role("link", name="History").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text(NEW)
    expect(main).to_contain_text(visitor.email)
    visitor.shot("staff-tip-history")


def test_the_admin_is_closed_to_a_person_who_is_no_staff(visitor):
    visitor.sign_up()
    visitor.expect_status(403)
    assert visitor.page.goto("/admin/login/?next=/admin/").status == 403
    assert visitor.page.goto("/admin/").status == 403
    expect(visitor.headline).to_have_text("No access")
