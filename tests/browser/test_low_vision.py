"""Low vision: forced colours, and text at twice the size."""

import pytest
from playwright.sync_api import expect

PAGES = [
    "/",
    "/splits/2-2-2-2-2/",
    "/accounts/login/",
    "/community/",
    "/history/",
    "/goal/",
    "/reminders/",
    "/rooms/",
    "/settings/",
    "/talks/",
    "/tips/",
]

# Other tests on this server count the answers of all rooms.
PAST = """
from purposeapp.models import RoomAnswer
demo.tell_story(user, date(2026, 3, 1))
demo.make_rooms(user)
demo.make_community()
RoomAnswer.objects.filter(room__host=user).delete()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_tell_what_is_done_and_what_is_chosen(new_visitor, scheme):
    visitor = new_visitor(forced_colors="active", color_scheme=scheme)
    page = visitor.page
    page.goto("/")
    take, add = page.locator(".step").evaluate_all(
        "([take, add]) => [take, add].map((button) => getComputedStyle(button).color)"
    )
    assert take != add  # there is nothing to take away yet
    visitor.sign_up()
    visitor.record("2-2-0-6-0")
    page.get_by_role("button", name="I'm looking for a job").click()
    expect(page.get_by_text("Your side: I'm looking for a job")).to_be_visible()
    page.get_by_text("Change", exact=True).click()
    grounds = page.locator(".side-choices button").evaluate_all(
        "(buttons) => buttons.map((button) => getComputedStyle(button).backgroundColor)"
    )
    assert len(grounds) == 3
    assert grounds[0] != grounds[1] == grounds[2]
    page.get_by_role("button", name="Mark as done").first.click()
    expect(page.get_by_text("Done on")).to_be_visible()
    page.mouse.move(0, 0)
    is_ticked = page.locator(".ring").evaluate_all(
        """(rings) => rings.map((ring) => {
          const { color, backgroundColor } = getComputedStyle(ring, "::before");
          return color !== backgroundColor;
        })"""
    )
    assert is_ticked == [True] + [False] * (len(is_ticked) - 1)
    assert len(is_ticked) > 1


@pytest.mark.parametrize(("system", "remembered"), [("light", "dark"), ("dark", "light")])
def test_forced_colours_come_with_the_purposes_of_their_own_ground(new_visitor, system, remembered):
    """What someone chose for the site is for their other screen: the system has the last word."""
    visitor = new_visitor(forced_colors="active", color_scheme=system)
    page = visitor.page
    cell = page.locator(".bar .cell").first
    page.goto("/splits/0-0-0-10-0/")
    colour = cell.evaluate("cell => getComputedStyle(cell).backgroundColor")
    page.evaluate(f"localStorage.setItem('theme', '{remembered}')")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", remembered)
    expect(cell).to_have_css("background-color", colour)
    expect(page.get_by_role("button", name="Switch to")).to_have_count(0)


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_focus_is_drawn_around_whatever_has_it(new_visitor, forced):
    """A shadow would be gone in forced colours."""
    visitor = new_visitor(forced_colors=forced)
    page = visitor.page
    visitor.sign_up()
    visitor.record("2-2-2-2-2")
    unseen, kinds = [], set()
    for path in ("/", "/rooms/", "/settings/", "/reminders/", page.url):
        page.goto(path)
        while True:
            page.keyboard.press("Tab")
            kind, outline, shadow = page.evaluate("""() => {
              const { tagName, className } = document.activeElement;
              const style = getComputedStyle(document.activeElement);
              const { outlineStyle, outlineWidth, boxShadow } = style;
              return [`${tagName} ${className}`, `${outlineStyle} ${outlineWidth}`, boxShadow];
            }""")
            if kind.startswith("BODY"):
                break
            kinds.add(kind)
            if (outline, shadow) != ("solid 3px", "none"):
                unseen.append((path, kind, outline, shadow))
    assert unseen == []
    assert len(kinds) > 10


def test_in_forced_colours_a_button_that_reads_as_a_link_has_no_border_through_its_words(
    new_visitor,
):
    """Forced colours draw a border that is transparent otherwise."""
    visitor = new_visitor(forced_colors="active")
    visitor.sign_up()
    visitor.page.goto("/settings/")
    sign_out = visitor.page.get_by_role("main").get_by_role("button", name="Sign out")
    expect(sign_out).to_have_css("border-width", "0px")


def test_in_forced_colours_a_spent_token_and_an_empty_slot_have_an_outline(new_visitor):
    visitor = new_visitor(forced_colors="active")
    page = visitor.page
    page.goto("/")
    visitor.add("Business driven")
    for empty in (".token:not(.on)", ".slot:not(.on)"):
        expect(page.locator(empty).first).to_have_css("border-top-width", "1px")


def test_no_page_is_too_wide_at_twice_the_text_size(new_visitor, remember):
    visitor = new_visitor(viewport={"width": 390, "height": 800}, bypass_csp=True)
    page = visitor.page
    visitor.sign_up()
    remember(visitor, PAST)
    page.goto("/rooms/")
    revealed = page.get_by_role("link", name="Workshop on Tuesday").get_attribute("href")
    widths = {}
    page.goto("/rooms/")
    opened = page.get_by_role("link", name="Our team, this spring").get_attribute("href")
    rooms = [revealed, f"{revealed}screen/", f"{opened}screen/", f"{opened}paper/"]
    for path in [*PAGES, *rooms]:
        page.goto(path)
        page.add_style_tag(content="html { font-size: 200%; }")
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 390)


def test_on_a_small_phone_what_people_fill_in_is_not_too_wide_at_twice_the_text_size(
    new_visitor, remember
):
    visitor = new_visitor(viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = visitor.page
    visitor.sign_up()
    remember(visitor, PAST)
    page.goto("/rooms/")
    opened = page.get_by_role("link", name="Our team, this spring").get_attribute("href")
    widths = {}
    for path in ("/", "/try/", opened):
        page.goto(path)
        page.add_style_tag(content="html { font-size: 200%; }")
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 320)


def test_at_twice_the_text_size_no_date_stands_on_another_one(new_visitor, remember):
    visitor = new_visitor(viewport={"width": 390, "height": 800}, bypass_csp=True)
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.add_style_tag(content="html { font-size: 200%; }")
    for marks in (".chart-axis text", ".chart-marks circle"):
        boxes = page.locator(marks).evaluate_all(
            """(marks) => marks.map((mark) => mark.getBoundingClientRect().toJSON())
              .filter((box) => box.width)"""
        )
        assert len(boxes) > 2
        overlaps = [
            (one, other)
            for number, one in enumerate(boxes)
            for other in boxes[:number]
            if one["left"] < other["right"]
            and other["left"] < one["right"]
            and one["top"] < other["bottom"]
            and other["top"] < one["bottom"]
        ]
        assert overlaps == [], marks
