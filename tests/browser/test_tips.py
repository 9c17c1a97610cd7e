"""Tips fit the person: their change of points, their side of job seeking, and their ticks."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT

NEW = "If it's no secret, tell people you know that you're looking"
RISING = "Give your search fixed hours"
CRITICAL = "Read your profile with a critical eye"
EMPLOYER = "Above all, answer every single candidate."


def advice_on(page, purpose):
    """Return the part of the advice on one purpose."""
    region = page.get_by_role("region", name="What to do next")
    heading = page.get_by_role("heading", level=3).filter(has_text=purpose)
    return region.locator("section").filter(has=heading)


def tip(page, words):
    return page.get_by_role("listitem").filter(has_text=words).first


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_somebody_made_redundant_works_through_the_tips(new_visitor, scripts):
    visitor = new_visitor(java_script_enabled=scripts)
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    expect(page.get_by_text("Are you looking for a job or hiring?")).to_have_count(0)

    # The next day the job is gone. The page asks once on which side they are.
    visitor.record("2-2-0-6-0")
    expect(visitor.advised.first).to_have_text("Job seeking 6 points")
    expect(tip(page, RISING)).to_contain_text("because Job seeking rose by 6")
    expect(tip(page, "Choose the leads")).to_contain_text("because Business driven fell by 4")
    expect(advice_on(page, "Job seeking").get_by_role("heading", level=4)).to_have_text(
        ["Candidates", "Employers"]
    )
    page.get_by_role("button", name="I'm looking for a job").click()
    expect(page.get_by_text("Your side: I'm looking for a job")).to_be_visible()
    expect(page.get_by_text("Are you looking for a job or hiring?")).to_have_count(0)
    expect(page.get_by_text("Tell your own people first")).to_have_count(0)

    # One tip is ticked as done, and another one as not for them makes room for the next.
    expect(tip(page, NEW)).to_contain_text("because Job seeking is new for you")
    tip(page, NEW).get_by_role("button", name="Mark as done").click()
    expect(tip(page, NEW)).to_contain_text("Done on")
    expect(tip(page, CRITICAL)).to_be_visible()
    expect(tip(page, "Study the profiles")).not_to_be_visible()
    tip(page, CRITICAL).get_by_role("button", name="Skip").click()
    expect(tip(page, "Study the profiles")).to_be_visible()
    expect(tip(page, CRITICAL)).not_to_be_visible()
    page.get_by_text("1 skipped").click()
    expect(tip(page, CRITICAL)).to_be_visible()
    visitor.shot(f"tips-checklist-{'with' if scripts else 'without'}-scripts")

    # Weeks later they come back: the ticks are still there, and the page doesn't ask again.
    visitor.record("0-2-1-7-0")
    expect(page.get_by_text("Your side: I'm looking for a job")).to_be_visible()
    page.get_by_text("3 more tips").first.click()
    visitor.record("6-2-2-0-0")
    visitor.record("2-2-0-6-0")
    expect(tip(page, NEW)).to_contain_text("Done on")
    visitor.go_to("Tips")
    expect(visitor.headline).to_have_text("Your tips")
    expect(page.get_by_role("region", name="Done").get_by_role("listitem")).to_have_count(1)
    declined = page.get_by_role("region", name="Skipped")
    expect(declined.get_by_role("listitem")).to_contain_text(CRITICAL)
    declined.get_by_role("button", name="Undo").click()
    expect(declined).to_have_count(0)

    page.goto("/history/")
    page.get_by_role("link", name="Mainly job seeking (60%)").first.click()
    page.wait_for_url(ASSESSMENT)
    result = page.url
    tip(page, NEW).get_by_role("button", name="Undo").click()
    expect(tip(page, NEW)).not_to_contain_text("Done on")
    expect(tip(page, CRITICAL)).to_be_visible()
    page.goto("/tips/")
    to_do = page.get_by_role("region", name="To do")
    expect(to_do).to_contain_text(CRITICAL)
    expect(page.get_by_role("region", name="Done")).to_have_count(0)

    # And the side can be changed.
    page.goto(result)
    page.get_by_text("Change", exact=True).click()
    page.get_by_role("button", name="I'm hiring").click()
    expect(page.get_by_text("Your side: I'm hiring")).to_be_visible()
    expect(tip(page, EMPLOYER)).to_be_visible()
    expect(tip(page, NEW)).to_have_count(0)


def test_a_visitor_says_by_a_link_which_side_they_are_on(visitor):
    page = visitor.page
    page.goto("/splits/2-2-0-6-0/")
    expect(page.get_by_text("Are you looking for a job or hiring?")).to_be_visible()
    expect(tip(page, EMPLOYER)).to_be_visible()
    page.get_by_role("link", name="I'm looking for a job").click()
    page.wait_for_url("**/splits/2-2-0-6-0/?as=candidate#job-seeking")
    expect(tip(page, EMPLOYER)).to_have_count(0)
    expect(page.get_by_role("link", name="I'm looking for a job")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator("link[rel=canonical]")).to_have_attribute(
        "href", page.url.partition("?")[0]
    )
    page.get_by_role("link", name="I'm hiring").click()
    page.wait_for_url("**/?as=employer#job-seeking")
    expect(tip(page, EMPLOYER)).to_be_visible()
    expect(tip(page, "Bring your profile up to date")).to_have_count(0)


def test_a_tip_is_ticked_off_by_keyboard_and_the_focus_stays(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("10-0-0-0-0")
    first = tip(page, "Update your contact details")
    first.get_by_role("button", name="Mark as done").focus()
    page.keyboard.press("Enter")
    undo = first.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(first.get_by_role("button", name="Mark as done")).to_be_focused()
    page.keyboard.press("Tab")
    expect(first.get_by_role("button", name="Skip")).to_be_focused()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", level=3, name="Business driven")
    expect(heading).to_be_focused()
    expect(first).not_to_be_visible()
    page.keyboard.press("Enter")  # once more, by mistake
    expect(heading).to_be_focused()


def test_the_list_of_all_tips_changes_in_place(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    visitor.record("2-2-0-6-0")
    page.goto("/tips/")
    page.evaluate("window.isSamePage = true")
    to_do, done = (page.get_by_role("region", name=name) for name in ("To do", "Done"))
    to_do.get_by_role("button", name="I'm looking for a job").click()
    expect(to_do.get_by_text("Your side: I'm looking for a job")).to_be_visible()
    first = tip(page, NEW)
    first.get_by_role("button", name="Mark as done").focus()
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Done on")
    expect(to_do).to_contain_text(NEW)
    expect(first.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first.get_by_role("button", name="Mark as done")).to_be_focused()
    page.keyboard.press("Enter")
    expect(first).to_contain_text("Done on")
    tip(page, RISING).get_by_role("button", name="Mark as done").click()
    expect(done).to_contain_text(NEW)
    expect(to_do).not_to_contain_text(NEW)
    done.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(to_do).to_contain_text(NEW)
    expect(done.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(done).to_have_count(0)
    expect(to_do.get_by_role("heading", level=3).first).to_be_focused()
    assert page.evaluate("window.isSamePage")


def test_of_two_ticks_in_quick_succession_both_are_shown(visitor):
    """The server may be done with the second one first: its answer would not know of the other."""
    page = visitor.page
    page.add_init_script("""
      window.atOnce = window.mostAtOnce = 0;
      const ask = window.fetch;
      window.fetch = (...what) => {
        window.mostAtOnce = Math.max(window.mostAtOnce, ++window.atOnce);
        return ask(...what).finally(() => window.atOnce--);
      };
    """)
    visitor.sign_up()
    visitor.record("10-0-0-0-0")
    page.get_by_role("button", name="Mark as done").evaluate_all(
        "(buttons) => buttons.slice(0, 3).forEach((button) => button.click())"
    )
    expect(page.get_by_text("Done on")).to_have_count(3)
    assert page.evaluate("mostAtOnce") == 1
