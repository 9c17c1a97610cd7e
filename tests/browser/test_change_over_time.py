"""Somebody looks back over years: what the picture shows can be read, chosen and compared."""

import pytest
from playwright.sync_api import expect

from purposeapp.management.demo import STORY
from tests.support.visitor import FIELDS, PURPOSES

TWICE_A_MONTH = """
splits = cycle(["6-2-2-0-0", "2-6-2-0-0", "3-3-3-1-0"])
for n in range(80):
    month = datetime(2019 + n // 12, n % 12 + 1, 1, 10, tzinfo=UTC)
    demo.record_chapters(user, month, [demo.Chapter(day, next(splits)) for day in (2, 8)])
"""

# What is drawn at each of the ten points of each column, as the names of its classes.
COLOURS = """() => {
  const drawn = [...document.querySelectorAll("[data-plot] svg:last-of-type path")];
  const named = (at) =>
    drawn.filter((path) => path.isPointInFill(at)).map((path) => path.className.baseVal).join();
  return [...document.querySelectorAll("tr[data-x]")].map((row) =>
    Array.from({ length: 10 }, (_, point) =>
      named(new DOMPoint(Number(row.dataset.x) * 10, point + 0.5))));
}"""


def test_arrow_keys_read_the_picture_out(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    picture = page.get_by_role("slider", name="Your results over time")
    expect(page.locator("[data-chart]").get_by_role("img")).to_have_count(0)

    # One tab stop, and what comes next is the link of what is read out.
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("Tab")
    expect(picture).to_be_focused()
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Open this result")
    expect(link).to_be_focused()
    page.keyboard.press("Shift+Tab")

    readings = {
        "Home": "31 August 2023, 09:00: Business driven 7, Community spirit 1, Learning sponge 1, "
        "Vanity project 1. “Clients first. Everything else can wait.”",
        "ArrowRight": "23 November 2023, 09:00: Business driven 6, Community spirit 2, "
        "Learning sponge 1, Vanity project 1",
        "ArrowUp": "18 February 2024, 09:00: Business driven 6, Community spirit 1, "
        "Learning sponge 2, Vanity project 1. What had happened: Promotion. "
        "“I lead the team now, and post less.”",
        "End": "14 February 2026, 09:00: Business driven 2, Community spirit 5, "
        "Learning sponge 3. “Calmer. I give more than I ask for.”",
    }
    for key, words in readings.items():
        page.keyboard.press(key)
        expect(picture).to_have_attribute("aria-valuetext", words)
        expect(page.locator("[data-when]")).to_have_text(words[: words.index(": ")])
    expect(picture).to_have_attribute("aria-valuenow", "12")
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("aria-valuenow", "12")

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(visitor.headline).to_have_text("Community spirit comes first, 40 %")


def test_a_pointer_chooses_the_nearest_column(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    plot = page.locator("[data-plot]")
    box = plot.bounding_box()
    when = page.locator("[data-when]")
    expect(when).to_have_text("14 February 2026, 09:00")
    plot.hover(position={"x": 3, "y": 50})
    expect(when).to_have_text("31 August 2023, 09:00")
    plot.click(position={"x": box["width"] * 0.29, "y": 50})
    expect(when).to_have_text("19 May 2024, 09:00")
    page.get_by_role("link", name="Open this result").click()
    expect(visitor.headline).to_have_text("Half business driven, 50 %")


def test_the_table_has_the_numbers_of_the_picture_and_the_events_stand_on_it(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    expect(page.locator(".chart-marks text")).to_have_text(["1", "2", "3", "4"])
    events = page.locator(".chart-events li")
    expect(events).to_have_text(
        [
            "1 18 February 2024 · Promotion",
            "2 27 July 2024 · Redundancy",
            "3 20 February 2025 · New job",
            "4 27 September 2025 · I began a meetup in my town",
        ]
    )

    # The mark stands above its column, and the height of each colour is its points.
    edges = page.locator(".chart-marks circle").first.bounding_box()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.get_by_role("slider").press(key)
    chosen = page.locator(".chart-plot .chart-chosen").bounding_box()
    middle = chosen["x"] + chosen["width"] / 2
    assert abs(edges["x"] + edges["width"] / 2 - middle) < 2
    assert edges["y"] < chosen["y"]

    page.get_by_text("Show as a table").click()
    rows = page.locator("tr[data-x]")
    expect(rows).to_have_count(len(STORY))
    for row, chapter in zip(rows.all(), STORY, strict=True):
        expect(row.locator("td:not(.words)")).to_have_text(chapter.split.split("-"))
    colours = page.evaluate(COLOURS)
    for cells, chapter in zip(colours, STORY, strict=True):
        assert cells == [
            f"is-{field}"
            for field, points in zip(FIELDS, chapter.split.split("-"), strict=True)
            for _ in range(int(points))
        ]
    visitor.shot("change-over-time")


def test_without_javascript_the_picture_has_words_and_a_table(new_visitor, remember):
    visitor = new_visitor(java_script_enabled=False)
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    picture = page.get_by_role("img", name="Your split over time")
    expect(picture).to_have_accessible_description(
        "Each column is one assessment, placed by its date: ten points, always all ten. "
        "Ribbons join the same purpose from one to the next."
    )
    expect(page.locator("[data-readout]")).to_be_hidden()
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("columnheader", name=PURPOSES[4])).to_be_visible()


def test_two_are_compared(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.get_by_role("link", name="Compare two").click()
    expect(visitor.headline).to_have_text("Compare two results")
    sides = page.locator(".compare-side").get_by_role("heading", level=2)
    expect(sides).to_have_text(["Mainly business driven, 70 %", "Half community spirit, 50 %"])
    page.get_by_label("First result", exact=True).select_option("2 Jun 2025, 09:00 · 3-4-3-0-0")
    page.get_by_label("Second result").select_option("27 Jul 2024, 09:00 · 1-2-1-6-0")
    page.get_by_role("button", name="Compare").click()
    expect(sides).to_have_text(["Mainly job seeking, 60 %", "Community spirit comes first, 40 %"])
    main = page.get_by_role("main")
    expect(main).to_contain_text("Between them: 10 months and 6 days.")
    expect(main).to_contain_text("2 points from Job seeking to Community spirit")
    visitor.shot("compare")


@pytest.mark.parametrize("width", [320, 1440])
def test_many_are_condensed_and_still_fit(visitor, remember, width):
    page = visitor.page
    visitor.sign_up()
    remember(visitor, TWICE_A_MONTH)
    page.set_viewport_size({"width": width, "height": 800})
    expect(page.get_by_role("main")).to_contain_text("160 assessments in 80 columns")
    expect(page.locator(".chart-lane")).to_have_count(5)
    picture = page.get_by_role("slider")
    picture.press("Home")
    expect(picture).to_have_attribute(
        "aria-valuetext",
        "January 2019, the last of 2: Business driven 2 (2 to 6), Community spirit 6 (2 to 6), "
        "Learning sponge 2",
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_the_picture_is_whole_and_nothing_is_to_be_clicked(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.emulate_media(media="print")
    expect(page.locator("[data-plot]")).to_be_visible()
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    for hidden in ("Open this result", "Compare two", "Show as a table"):
        expect(page.get_by_text(hidden)).to_be_hidden()
