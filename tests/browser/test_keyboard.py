"""Everything works with the keyboard alone, and the focus is always visible."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT

# Returns null if the focus is visible, or else what is wrong with it.
WHAT_IS_WRONG_WITH_THE_FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return "nothing has the focus";
  const what = element.outerHTML.slice(0, 120);
  const box = element.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return `too small to be seen: ${what}`;
  if (box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth)
    return `outside of the window: ${what}`;
  const onTop = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  if (!element.contains(onTop)) return `covered by ${onTop?.outerHTML.slice(0, 60)}: ${what}`;
  const style = getComputedStyle(element);
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 3)
    return `looks like anything else: ${what}`;
  return null;
}"""


@pytest.fixture
def visitor(new_visitor):
    # Without animations, so that anything that moves into view is there at once.
    return new_visitor(reduced_motion="reduce")


def _tab_to(page, target, key="Tab"):
    """Press Tab until the target has the focus, which must be visible at every stop on the way."""
    for _ in range(60):
        page.keyboard.press(key)
        assert page.evaluate(WHAT_IS_WRONG_WITH_THE_FOCUS) is None
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab never reaches {target}")


def test_the_skip_link_leads_past_the_header(visitor):
    page = visitor.page
    page.goto("/")
    skip = page.get_by_role("link", name="Skip to content")
    _tab_to(page, skip)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("main").locator(":focus")).to_have_count(1)


def test_points_are_spent_and_kept_with_the_keyboard_alone(visitor):
    page, keyboard = visitor.page, visitor.page.keyboard
    page.goto("/")
    _tab_to(page, page.get_by_role("button", name="sign up", exact=True))
    keyboard.press("Enter")
    page.wait_for_url("**/accounts/signup/**")
    for field, text in (("Email", visitor.email), ("Password", visitor.password)):
        if not page.get_by_label(field).evaluate("element => element === document.activeElement"):
            _tab_to(page, page.get_by_label(field))
        keyboard.type(text)
    keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/") and "accounts" not in url)

    _tab_to(page, visitor.field("Business driven"))
    for _ in range(7):
        keyboard.press("ArrowUp")
    keyboard.press("ArrowDown")
    visitor.expect_status_line("4 of 10 points left")
    _tab_to(page, visitor.field("Community spirit"))
    keyboard.type("2")  # replaces the 0, which is selected
    _tab_to(page, page.get_by_role("button", name="Add a point to Learning sponge"))
    keyboard.press("Space")
    keyboard.press("Enter")
    visitor.expect_points("6-2-2-0-0")
    visitor.expect_status_line("0 of 10 points left")
    _tab_to(page, visitor.field("Job seeking"))
    keyboard.press("ArrowUp")
    keyboard.press("ArrowDown")
    visitor.expect_points("6-2-2-0-0")
    _tab_to(page, page.get_by_role("button", name="Take a point from Job seeking"), "Shift+Tab")
    _tab_to(page, visitor.send_button)
    keyboard.press("Space")
    page.wait_for_url(ASSESSMENT)
    expect(visitor.headline).to_have_text("Mainly business driven (60%)")

    _tab_to(page, page.get_by_label("Did you expect this?"))
    keyboard.type("Not at all.")
    _tab_to(page, page.get_by_role("button", name="Save", exact=True))
    keyboard.press("Enter")
    expect(visitor.message).to_have_text("Your note is saved.")
    _tab_to(page, visitor.account_menu.locator("summary"), "Shift+Tab")
    keyboard.press("Enter")
    _tab_to(page, visitor.account_menu.get_by_role("link", name="History", exact=True))
    keyboard.press("Enter")
    page.wait_for_url("**/history/")
    _tab_to(page, page.locator(".entry").get_by_role("link", name="Mainly business driven (60%)"))
    keyboard.press("Enter")
    page.wait_for_url(ASSESSMENT)
    _tab_to(page, visitor.account_menu.locator("summary"))
    keyboard.press("Space")
    _tab_to(page, visitor.account_menu.get_by_role("button", name="Sign out"))
    keyboard.press("Enter")
    expect(visitor.message).to_contain_text("signed out")


def test_a_mistake_takes_the_focus_and_leads_to_its_field(visitor):
    page, keyboard = visitor.page, visitor.page.keyboard
    visitor.expect_status(422)
    page.goto("/")
    _tab_to(page, visitor.field("Learning sponge"))
    keyboard.type("2.5")
    keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.evaluate(WHAT_IS_WRONG_WITH_THE_FOCUS) is None
    visitor.expect_points("0-0-2.5-0-0")
    _tab_to(page, page.get_by_role("alert").get_by_role("link"))
    keyboard.press("Enter")
    expect(visitor.field("Learning sponge")).to_be_focused()
    assert page.evaluate(WHAT_IS_WRONG_WITH_THE_FOCUS) is None
    keyboard.type("10")
    keyboard.press("Enter")
    page.wait_for_url("**/splits/0-0-10-0-0/")


def test_a_button_that_has_no_effect_says_why(visitor):
    page = visitor.page
    page.goto("/")
    page.get_by_label("Business driven", exact=True).fill("10")
    page.get_by_role("button", name="Add a point to Vanity project").press("Space")
    expect(page.locator("[data-live]")).to_have_text("Vanity project 0. 0 of 10 points left.")
