"""Somebody who sees little: colours of their own (forced colours), and text twice as large."""

import pytest
from playwright.sync_api import expect

PAGES = [
    "/",
    "/splits/2-2-2-2-2/",
    "/accounts/login/",
    "/history/",
    "/goal/",
    "/reminders/",
    "/rooms/",
    "/settings/",
    "/talks/",
    "/tips/",
]

# Other stories of this server count the answers that there are in all rooms.
PAST = """
from purposeapp.models import RoomAnswer
demo.tell_story(user, date(2026, 3, 1))
demo.make_rooms(user)
RoomAnswer.objects.filter(room__host=user).delete()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_tell_what_is_done_and_what_is_chosen(new_visitor, scheme):
    visitor = new_visitor(forced_colors="active", color_scheme=scheme)
    page = visitor.page
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


def test_no_page_is_too_wide_at_twice_the_text_size(new_visitor, remember):
    visitor = new_visitor(viewport={"width": 390, "height": 800}, bypass_csp=True)
    page = visitor.page
    visitor.sign_up()
    remember(visitor, PAST)
    page.goto("/rooms/")
    revealed = page.get_by_role("link", name="Workshop on Tuesday").get_attribute("href")
    widths = {}
    for path in [*PAGES, revealed]:
        page.goto(path)
        page.add_style_tag(content="html { font-size: 200%; }")
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 390)
