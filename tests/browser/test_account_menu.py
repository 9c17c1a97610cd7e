"""Navigation of an account: the menu in the header, the settings, and the home page."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT

NAMES = [
    "Spend ten points",
    "History",
    "Goal",
    "Tips",
    "Talks",
    "Rooms",
    "Reminders",
    "Settings",
]
TOO_SMALL = """() => [...document.querySelectorAll(".account-menu :is(a, button, summary)")]
  .map((element) => [element.textContent.trim(), element.getBoundingClientRect()])
  .filter(([, box]) => box.height && (box.height < 44 || box.left < 0 || box.right > innerWidth))
  .map(([name]) => name)"""


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_menu_opens_and_closes_by_pointer_and_by_key(visitor, width):
    page, menu = visitor.page, visitor.account_menu
    page.set_viewport_size({"width": width, "height": 844})
    visitor.sign_up()
    page.goto("/history/")
    summary = menu.locator("summary")
    links = menu.get_by_role("link")
    expect(links).to_have_count(0)
    visitor.open_account_menu()
    expect(links).to_have_text(NAMES)
    expect(menu).to_contain_text(visitor.email)
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visitor.shot(f"account-menu-{width}")
    page.keyboard.press("Tab")
    expect(links.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(links).to_have_count(0)
    expect(summary).to_be_focused()

    # Whoever goes on by keyboard sees what they come to.
    summary.press("Enter")
    menu.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Tab")
    expect(links).to_have_count(0)

    visitor.open_account_menu()
    page.get_by_role("contentinfo").click(position={"x": 5, "y": 5})
    expect(links).to_have_count(0)
    summary.press("Enter")
    expect(links).to_have_text(NAMES)
    summary.press("Enter")
    expect(links).to_have_count(0)


def test_on_a_phone_the_header_is_one_row_on_public_pages_too(visitor):
    page = visitor.page
    page.set_viewport_size({"width": 360, "height": 740})
    visitor.sign_up()
    banner, heights = page.get_by_role("banner"), {}
    for path, link in (("/history/", "Five Purposes"), ("/purposes/", "Sign out")):
        page.goto(path)
        expect(banner.get_by_role("link", name=link)).to_be_visible()
        expect(banner.get_by_role("link", name="Five Purposes")).to_have_count(1)
        heights[path] = banner.bounding_box()["height"]
    assert heights["/purposes/"] <= heights["/history/"]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_every_page_of_an_account_is_in_the_menu_and_so_is_the_way_out(new_visitor, scripts):
    visitor = new_visitor(java_script_enabled=scripts)
    page = visitor.page
    visitor.sign_up()
    page.goto("/history/")
    headlines = [
        *("What are you on LinkedIn for?", "Your history", "Your goal", "Your tips"),
        *("Talk about the future", "Ten points with a whole group", "Reminders", "Settings"),
    ]
    for name, headline in zip(NAMES, headlines, strict=True):
        visitor.go_to(name)
        expect(visitor.headline).to_have_text(headline)
    visitor.open_account_menu()
    visitor.account_menu.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: url.endswith("/") and "accounts" not in url)
    expect(visitor.account_menu).to_have_count(0)
    sign_in = page.get_by_role("banner").get_by_role("link", name="Sign in", exact=True)
    expect(sign_in).to_be_visible()


def test_a_page_that_is_the_same_for_everybody_leads_to_the_account(visitor):
    page = visitor.page
    banner = page.get_by_role("banner")
    page.goto("/privacy/")
    expect(banner.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    visitor.sign_up()
    page.goto("/history/")
    page.goto("/privacy/")
    banner.get_by_role("link", name="Your account").click()
    page.wait_for_url("**/history/")
    visitor.sign_out()
    page.goto("/privacy/")
    banner.get_by_role("link", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/login/")


def test_where_storage_is_blocked_such_a_page_claims_nothing(visitor):
    page = visitor.page
    page.add_init_script("""Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("blocked", "SecurityError"); },
    })""")
    visitor.sign_up()
    page.goto("/history/")
    page.goto("/privacy/")
    banner = page.get_by_role("banner")
    expect(banner.get_by_role("link", name="Sign in")).to_have_count(0)
    banner.get_by_role("button", name="Switch to dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    banner.get_by_role("link", name="Account", exact=True).click()
    page.wait_for_url("**/history/")


def test_without_scripts_such_a_page_says_account(new_visitor):
    visitor = new_visitor(java_script_enabled=False)
    page = visitor.page
    page.goto("/privacy/")
    page.get_by_role("banner").get_by_role("link", name="Account", exact=True).click()
    page.wait_for_url("**/accounts/login/?next=/history/")


def test_the_settings_hold_what_can_be_changed(visitor):
    page = visitor.page
    visitor.sign_up()
    page.goto("/settings/")
    main = page.get_by_role("main")
    expect(main).to_contain_text(visitor.email)
    expect(main).to_contain_text("In 1 browser")
    hiring = main.get_by_role("button", name="I'm hiring")
    hiring.click()
    page.wait_for_url("**/settings/**")
    expect(hiring).to_have_attribute("aria-pressed", "true")
    changes = {
        "Change email": "Change email",
        "Change password": "Change password",
        "Change reminders": "Reminders",
        "Import": "Import",
        "Delete account": "Delete your account?",
    }
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for button in ("I'm hiring", "Sign out"):
            main.get_by_role("button", name=button).click(trial=True)
        for link in changes:
            main.get_by_role("link", name=link).click(trial=True)
        visitor.shot(f"settings-{width}")
    for link, headline in changes.items():
        page.goto("/settings/")
        main.get_by_role("link", name=link).click()
        expect(visitor.headline).to_contain_text(headline)
    page.goto("/settings/")
    main.get_by_role("button", name="Sign out").click()
    expect(visitor.account_menu).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_one_press_says_what_happened_and_one_sets_a_reminder(new_visitor, scripts):
    visitor = new_visitor(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    expect(visitor.message).to_have_text("Saved. Your first result.")
    asked = page.get_by_role("heading", name="What happened in your life?")
    expect(asked).to_have_count(0)
    visitor.record("2-2-0-6-0")
    expect(visitor.message).to_have_text("Saved. Your 2nd result.")
    expect(asked).to_be_visible()
    visitor.shot("chips")

    page.get_by_role("button", name="Remind me in 3 months").click()
    page.wait_for_url(ASSESSMENT)
    expect(visitor.message).to_contain_text("Your reminder is due on")
    expect(page.get_by_role("button", name="Remind me in 3 months")).to_have_count(0)
    page.get_by_role("button", name="Redundancy").click()
    expect(visitor.message).to_contain_text("Losing a job is hard")
    expect(page.locator(".event")).to_have_text("Redundancy")
    expect(asked).to_have_count(0)

    visitor.record("2-3-0-5-0")
    page.get_by_role("button", name="Nothing special").click()
    expect(visitor.message).to_have_text("Thanks. We won't ask again for this result.")
    expect(asked).to_have_count(0)
    expect(page.locator(".event")).to_have_count(0)


def test_ones_own_result_is_passed_on_without_the_history(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    share = page.get_by_role("region", name="Pass it on")
    link = share.get_by_role("link", name="/splits/6-2-2-0-0/")
    expect(link).to_have_attribute("href", "/splits/6-2-2-0-0/")
    card = share.get_by_role("img", name="The preview card: Mainly business driven (60%)")
    card.scroll_into_view_if_needed()
    expect(card).to_have_js_property("naturalWidth", 1200)


def test_the_history_is_a_home(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    page.get_by_role("button", name="Remind me in 3 months").click()
    visitor.go_to("History")
    now = page.get_by_role("region", name="Now")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(now).to_be_in_viewport(ratio=1)
        visitor.shot(f"home-{width}")
    expect(now.get_by_role("link")).to_have_text("Mainly business driven (60%)")
    tips = page.get_by_role("region", name="Next tips").get_by_role("listitem")
    expect(tips.first).to_contain_text("Update your contact details")
    expect(page.get_by_role("link", name="Set a goal")).to_be_visible()
    expect(page.get_by_role("link", name="Set a reminder")).to_have_count(0)
    now.get_by_role("link").click()
    page.wait_for_url(ASSESSMENT)


def test_a_password_can_be_shown_while_it_is_typed(visitor):
    page = visitor.page
    page.goto("/accounts/login/?next=/goal/")
    expect(page.get_by_text("Sign in to continue.")).to_be_visible()
    password = page.get_by_role("textbox", name="Password")
    password.fill("ten points")
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide password").click()
    expect(password).to_have_attribute("type", "password")
    expect(password).to_have_value("ten points")


def test_a_password_that_was_sent_is_hidden_and_the_button_offers_to_show_it(visitor):
    """As when Back brings the page from the browser's memory."""
    page = visitor.page
    page.goto("/accounts/login/")
    visitor.fill_credentials()
    page.get_by_role("button", name="Show password").click()
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("textbox", name="Password")).to_have_attribute("type", "password")
    expect(page.get_by_role("button", name="Show password")).to_be_visible()


def test_what_is_said_of_a_password_is_said_once_and_not_with_each_letter(visitor):
    page = visitor.page
    page.goto("/accounts/signup/")
    page.evaluate("""() => {
      window.said = [];
      const answer = document.querySelector(".password-answer");
      const hear = new MutationObserver(() => said.push(answer.textContent));
      hear.observe(answer, { childList: true });
    }""")
    page.get_by_label("Password", exact=False).and_(page.locator("input")).press_sequentially(
        "ten points and more"
    )
    expect(page.locator(".password-answer")).to_have_text("Long enough.")
    assert page.evaluate("said") == ["Use at least 8 characters.", "Long enough."]


def test_a_new_password_is_checked_as_it_is_typed(visitor):
    page = visitor.page
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("maria.jones@example.org")
    password = page.get_by_label("Password", exact=False).and_(page.locator("input"))
    answer = page.locator(".password-answer")
    for typed, words in [
        ("ten", "Use at least 8 characters."),
        ("1234567890", "Add a letter. Numbers alone are easy to guess."),
        ("maria.jones@example", "That's too close to your email. Try something else."),
        ("ten points and more", "Long enough."),
        ("", ""),
    ]:
        password.fill(typed)
        expect(answer).to_have_text(words)
