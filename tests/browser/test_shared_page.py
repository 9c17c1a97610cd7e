"""A result page is the same for everyone, yet personal right after sending the form."""

import re

import pytest
from playwright.sync_api import expect

PHONE = {"width": 390, "height": 844}
WHAT_IT_IS = "Someone spread ten points over their reasons for using LinkedIn."


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("split", ["6-2-2-0-0", "3-0-0-4-3", "2-2-2-2-2"])
def test_a_phone_shows_what_it_is_the_result_and_the_way_to_ones_own(new_visitor, split, scripts):
    visitor = new_visitor(viewport=PHONE, java_script_enabled=scripts)
    page = visitor.page
    page.goto(f"/splits/{split}/")
    main = page.get_by_role("main")
    spend = main.get_by_role("link", name="Spend your own ten points")
    cells = main.locator(".bar .cell")
    expect(cells).to_have_count(10)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for part in (page.get_by_text(WHAT_IT_IS), visitor.headline, *cells.all(), spend):
            expect(part).to_be_in_viewport(ratio=1)
        expect(page.get_by_text("This is your result")).to_be_hidden()
        visitor.shot(f"shared-{split}-{scheme}")
    spend.click()
    expect(visitor.headline).to_have_text("What are you on LinkedIn for?")


@pytest.mark.whole_browser
def test_the_first_result_is_ones_own_and_anybody_elses_is_not(visitor, new_visitor):
    page = visitor.page
    page.goto("/")
    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    page.wait_for_url("**/splits/6-2-2-0-0/")
    yours = page.get_by_role("region", name="This is your result")
    expect(yours.get_by_role("link", name="Save my result")).to_be_in_viewport()
    expect(page.get_by_text(WHAT_IT_IS)).to_be_hidden()
    expect(page.get_by_text("Is this you?")).to_be_hidden()
    visitor.shot("first-result")

    # The server sends everyone the same bytes; only this tab knows that the result is its own.
    reader = new_visitor()
    address = "/splits/6-2-2-0-0/"
    assert reader.page.request.get(address).body() == page.request.get(address).body()
    reader.page.goto(address)
    expect(reader.page.get_by_text(WHAT_IT_IS)).to_be_visible()
    expect(reader.page.get_by_text("Is this you?")).to_be_visible()
    expect(reader.page.get_by_text("This is your result")).to_be_hidden()
    page.goto("/splits/0-10-0-0-0/")
    expect(page.get_by_text(WHAT_IT_IS)).to_be_visible()
    expect(page.get_by_text("This is your result")).to_be_hidden()

    page.go_back()
    yours.get_by_role("link", name="Change my points").click()
    visitor.expect_points("6-2-2-0-0")


def test_a_refused_clipboard_says_so_and_leaves_the_link_selected(visitor):
    page = visitor.page
    page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no'))"
    )
    page.goto("/splits/6-2-2-0-0/")
    copy = page.get_by_role("button", name="Copy the link").first
    copy.click()
    said = page.get_by_role("button", name="Couldn't copy. The link is selected.")
    expect(said).to_be_visible()
    assert page.evaluate("getSelection().toString()").endswith("/splits/6-2-2-0-0/")
    visitor.shot("clipboard-refused")


def test_a_visitor_compares_their_result_with_the_one_that_they_came_from(visitor):
    page, main = visitor.page, visitor.page.get_by_role("main")
    page.goto("/splits/1-1-1-7-0/")
    main.get_by_role("link", name="Spend your own ten points").click()
    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    page.wait_for_url("**/splits/6-2-2-0-0/")
    main.get_by_role("link", name="Compare it with the result you came from").click()
    expect(visitor.headline).to_have_text("3 of your ten points match")
    row = main.get_by_role("row", name="Job seeking")
    expect(row).to_have_text(re.compile(r"Job seeking\s*0\s*7\s*−7"))
    visitor.shot("pair")
    main.get_by_role("link", name="Back to your result").click()
    expect(main.get_by_role("heading", name="This is your result")).to_be_visible()


def test_without_a_result_that_one_came_from_there_is_nothing_to_compare(visitor):
    page, main = visitor.page, visitor.page.get_by_role("main")
    page.goto("/")
    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    expect(main.get_by_role("heading", name="This is your result")).to_be_visible()
    expect(main.get_by_role("link", name="Compare it with")).to_have_count(0)
