"""Print style sheets: everything important on one sheet, on A4 and on US Letter."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize(
    ("path", "sides"),
    [("/splits/6-2-2-0-0/", 1), ("/splits/2-2-2-2-2/", 1), ("/worksheet/", 2)],
)
def test_it_fits_on_one_sheet(page, path, sides, paper):
    page.goto(path)
    pdf = page.pdf(format=paper, prefer_css_page_size=False)
    assert pdf.count(b"/Type /Page\n") == sides


def test_an_assessment_is_a_list_to_tick_on_paper(visitor):
    page = visitor.page
    visitor.sign_up()
    page.goto("/goal/")
    visitor.type_points("2-5-3-0-0")
    page.get_by_role("button", name="Save goal").last.click()
    visitor.record("1-0-1-8-0")
    visitor.record("2-1-2-5-0")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    assert page.get_by_role("button", name="Mark as done").first.is_visible()
    assert not page.get_by_role("button", name="Skip").first.is_visible()
    assert "·" not in page.locator(".kicker").inner_text()


def test_what_can_only_be_clicked_is_left_out(page):
    page.goto("/splits/6-2-2-0-0/")
    page.emulate_media(media="print")
    for words in ("Your history", "Spend ten points", "Sign in"):
        assert not page.get_by_role("link", name=words).first.is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("table").is_visible()
    page.goto("/")
    for button in ("Show my result", "Add a point to Job seeking"):
        assert not page.get_by_role("button", name=button).last.is_visible()
    assert page.get_by_label("Job seeking", exact=True).is_visible()


def test_paper_names_the_site_and_tears_no_purpose_apart(page, server):
    page.goto("/splits/6-2-2-0-0/")
    address = page.get_by_text(server.url)
    assert not address.last.is_visible()
    page.emulate_media(media="print")
    assert address.last.is_visible()
    for advice in page.locator(".advice-purpose").all():
        assert advice.evaluate("part => getComputedStyle(part).breakInside") == "avoid"


def test_a_history_begins_its_picture_on_the_first_page(visitor, remember):
    """Its words go on behind the picture, for as long as they like."""
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.emulate_media(media="print")
    for part, expected in ((".story", "auto"), (".story .chart", "avoid")):
        assert page.locator(part).evaluate("part => getComputedStyle(part).breakInside") == expected


def test_a_goal_is_printed_without_what_changes_it(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    page.goto("/goal/?start=2-6-2-0-0")
    page.get_by_role("button", name="Save goal").last.click()
    expect(visitor.message).to_have_text("Your goal is saved.")
    to_click = [
        page.get_by_role("link", name="Talk about your goal with someone"),
        page.get_by_role("button", name="Remove goal"),
        page.get_by_text("Change goal"),
    ]
    assert [each.is_visible() for each in to_click] == [True] * 3
    page.emulate_media(media="print")
    assert [each.is_visible() for each in to_click] == [False] * 3
    assert page.get_by_role("table").is_visible()


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["", "light", "dark"])
def test_whatever_the_theme_paper_is_paper(new_visitor, system, chosen):
    page = new_visitor(color_scheme=system).page
    page.goto("/splits/6-2-2-0-0/")
    page.evaluate(
        "(theme) => { if (theme) document.documentElement.dataset.theme = theme }", chosen
    )
    page.emulate_media(media="print", color_scheme=system)
    colour = "(selector, name) => getComputedStyle(document.querySelector(selector))[name]"
    assert page.evaluate(f"({colour})('body', 'backgroundColor')") == "rgb(255, 255, 255)"
    assert page.evaluate(f"({colour})('h1', 'color')") == "rgb(26, 28, 34)"
    business = f"({colour})('.bar .is-business_driven', 'backgroundColor')"
    assert page.evaluate(business) == "rgb(45, 88, 137)"


def test_a_result_offers_the_browsers_own_dialog(visitor):
    page = visitor.page
    visitor.sign_up()
    kept = visitor.record("6-2-2-0-0")
    page.add_init_script("window.print = () => { window.printed = true; }")
    for address in (kept, "/splits/6-2-2-0-0/"):
        page.goto(address)
        page.get_by_role("button", name="Print or save as PDF").click()
        assert page.evaluate("window.printed")


def test_without_javascript_nothing_promises_to_print(new_visitor):
    page = new_visitor(java_script_enabled=False).page
    page.goto("/splits/6-2-2-0-0/")
    assert page.get_by_role("button", name="Print").count() == 0


def test_the_sheet_offers_the_browsers_own_dialog(page):
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto("/worksheet/")
    page.get_by_role("button", name="Print the worksheet").click()
    assert page.evaluate("window.printed")
