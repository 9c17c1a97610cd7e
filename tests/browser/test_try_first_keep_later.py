"""A visitor arrives from a link, tries the site, and only then creates an account."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT


def test_of_what_was_tried_before_signing_up_ones_own_is_in_the_history_afterwards(visitor):
    page = visitor.page
    visitor.spend_anonymously("6-2-2-0-0")
    visitor.spend_anonymously("2-2-0-6-0")
    page.get_by_role("link", name="Save my result").click()
    page.wait_for_url("**/accounts/signup/**")
    expect(page.get_by_text("2 results are waiting in this browser.")).to_be_visible()
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(ASSESSMENT)
    expect(visitor.message).to_contain_text("Your result is saved to your history.")
    expect(visitor.headline).to_have_text("Mainly job seeking (60%)")
    entries = page.get_by_role("main").get_by_role("listitem").get_by_role("heading")
    page.goto("/history/")
    expect(entries).to_have_text(["Mainly job seeking (60%)"])

    # Someone else may have used this browser, so the page asks about the other result.
    page.get_by_role("link", name="See it").click()
    expect(visitor.headline).to_have_text("Is this result yours?")
    expect(page.get_by_role("checkbox", name="Mainly business driven (60%)")).to_be_checked()
    visitor.shot("pending-results")
    page.get_by_role("button", name="Add to my history").click()
    expect(visitor.message).to_have_text("1 result added to your history.")
    expect(entries).to_have_text(["Mainly job seeking (60%)", "Mainly business driven (60%)"])
    visitor.shot("kept-after-sign-up")


def test_a_link_from_somebody_else_is_kept_after_a_yes(visitor):
    page = visitor.page
    page.goto("/splits/0-10-0-0-0/")
    page.get_by_role("link", name="Save it").click()
    expect(visitor.headline).to_have_text("Save this result?")
    visitor.shot("keep")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/accounts/signup/**")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url(ASSESSMENT)
    expect(visitor.headline).to_have_text("Entirely community spirit (100%)")


def test_with_an_account_a_yes_leads_to_the_assessment(visitor):
    page = visitor.page
    visitor.sign_up_by_hand()
    page.goto("/splits/0-10-0-0-0/")
    page.get_by_role("link", name="Save it").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(ASSESSMENT)
    expect(page.get_by_label("Did you expect this?")).to_be_visible()


def test_nothing_of_it_goes_to_the_next_one_at_the_same_browser(visitor, new_visitor):
    visitor.spend_anonymously("6-2-2-0-0")
    visitor.sign_up_by_hand()
    visitor.sign_out()
    visitor.email = f"next-{visitor.email}"
    visitor.sign_up_by_hand()
    expect(visitor.page.get_by_text("Nothing here yet.")).to_be_visible()


@pytest.fixture
def sharer(new_visitor):
    return new_visitor(permissions=["clipboard-read", "clipboard-write"])


def test_what_is_passed_on_is_chosen_and_seen_before(sharer, server):
    page = sharer.page
    page.goto("/splits/5-5-0-0-0/")
    share = page.get_by_role("region", name="Pass it on")
    whole = share.get_by_role("group").filter(has_text="The whole result")
    expect(whole.get_by_role("img")).to_be_visible()
    whole.get_by_role("button", name="Copy the link").click()
    expect(whole.get_by_role("status")).to_have_text("Link copied")
    copied = "navigator.clipboard.readText()"
    assert page.evaluate(copied) == f"{server.url}/splits/5-5-0-0-0/"

    share.get_by_text("Only this purpose: Community spirit").click()
    alone = share.get_by_role("group").filter(has_text="Only this purpose: Community spirit")
    card = alone.get_by_role("img")
    expect(card).to_be_visible()
    expect(whole.get_by_role("img")).to_be_hidden()
    card.scroll_into_view_if_needed()
    expect(card).to_have_js_property("naturalWidth", 1200)
    sharer.shot("share")
    alone.get_by_role("button", name="Copy the link").click()
    expect(alone.get_by_role("status")).to_have_text("Link copied")
    link = page.evaluate(copied)
    assert link == f"{server.url}/purposes/community-spirit/"
    page.goto(link)
    expect(sharer.headline).to_have_text("Community spirit")


def test_without_javascript_the_links_are_there_and_the_buttons_are_not(new_visitor):
    visitor = new_visitor(java_script_enabled=False)
    page = visitor.page
    page.goto("/splits/6-2-2-0-0/")
    share = page.get_by_role("region", name="Pass it on")
    expect(share.get_by_role("link", name="Share on LinkedIn").first).to_be_visible()
    expect(share.get_by_role("link", name="Send by email").first).to_be_visible()
    expect(share.get_by_role("link", name="/splits/6-2-2-0-0/")).to_be_visible()
    expect(share.get_by_role("button", name="Copy the link")).to_have_count(0)
