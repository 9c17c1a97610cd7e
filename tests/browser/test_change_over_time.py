"""The chart over years: its results can be read, selected and compared."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.visitor import FIELDS, PURPOSES

WIDTHS = [320, 390, 1280]

YEARS = [
    ("2023-02-01T09:00", "6-2-2-0-0", "", ""),
    ("2024-05-10T10:15", "1-1-0-8-0", "redundancy", "Nobody saw it coming."),
    ("2024-11-03T18:30", "3-4-2-1-0", "new_job", ""),
    ("2026-03-01T12:00", "2-5-2-0-1", "", "Calmer."),
]

RECORD = """
from datetime import datetime, UTC
from purposeapp.models import Assessment, User
for taken_at, split, event, note in {years!r}:
    Assessment.objects.create(
        user=User.objects.get(email={email!r}),
        taken_at=datetime.fromisoformat(taken_at).replace(tzinfo=UTC),
        **dict(zip({fields!r}, map(int, split.split("-")))),
        event=event,
        note=note,
    )
"""

# The class names of what is drawn at each of the ten points of each column.
COLOURS = """() => {
  const drawn = [...document.querySelectorAll("[data-plot] svg:last-of-type path")];
  const named = (at) =>
    drawn.filter((path) => path.isPointInFill(at)).map((path) => path.className.baseVal).join();
  return [...document.querySelectorAll("tr[data-x]")].map((row) =>
    Array.from({ length: 10 }, (_, point) =>
      named(new DOMPoint(Number(row.dataset.x) * 10, point + 0.5))));
}"""


@pytest.fixture
def remember(server):
    """A function that gives a visitor a history."""

    def remember(visitor, years=YEARS):
        code = RECORD.format(years=years, email=visitor.email, fields=FIELDS)
        server.run(code)
        visitor.page.goto("/history/")

    return remember


def test_arrow_keys_read_the_picture_out(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    picture = page.get_by_role("slider", name="Your results over time")
    expect(page.get_by_role("img")).to_have_count(0)

    # The chart is one tab stop; the next one is the link of the selected result.
    picture.focus()
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Open this result")
    expect(link).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(picture).to_be_focused()

    readings = {
        "Home": "1 February 2023: Business driven 6, Community spirit 2, Learning sponge 2",
        "ArrowRight": "10 May 2024: Business driven 1, Community spirit 1, Job seeking 8. "
        "What happened: Redundancy. “Nobody saw it coming.”",
        "ArrowUp": "3 November 2024: Business driven 3, Community spirit 4, "
        "Learning sponge 2, Job seeking 1. What happened: New job",
        "End": "1 March 2026: Business driven 2, Community spirit 5, Learning sponge 2, "
        "Vanity project 1. “Calmer.”",
    }
    for key, words in readings.items():
        page.keyboard.press(key)
        expect(picture).to_have_attribute("aria-valuetext", words)
        expect(page.locator("[data-when]")).to_have_text(words[: words.index(": ")])
    expect(picture).to_have_attribute("aria-valuenow", "4")
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("aria-valuenow", "4")

    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(visitor.headline).to_have_text(re.compile("Mainly job seeking"))


def test_a_pointer_chooses_the_nearest_column(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    plot = page.locator("[data-plot]")
    box = plot.bounding_box()
    when = page.locator("[data-when]")
    expect(when).to_have_text("1 March 2026")
    plot.hover(position={"x": 3, "y": 50})
    expect(when).to_have_text("1 February 2023")
    plot.click(position={"x": box["width"] * 0.42, "y": 50})
    expect(when).to_have_text("10 May 2024")
    page.get_by_role("link", name="Open this result").click()
    expect(visitor.headline).to_have_text(re.compile("Mainly job seeking"))


def test_the_table_has_the_numbers_of_the_picture_and_the_events_stand_on_it(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    expect(page.locator(".chart-marks text")).to_have_text(["1", "2"])
    events = page.locator(".chart-events li")
    expect(events).to_have_text(["1 10 May 2024 · Redundancy", "2 3 November 2024 · New job"])

    # The mark is above its column, and the height of each colour is its points.
    page.get_by_role("slider").press("Home")
    page.get_by_role("slider").press("ArrowRight")
    # Measure both at the same moment, since the page may still scroll.
    mark, column = page.evaluate(
        """[".chart-marks circle", ".chart-plot .chart-chosen"].map(
             (one) => document.querySelector(one).getBoundingClientRect().toJSON())"""
    )
    middle = column["x"] + column["width"] / 2
    assert abs(mark["x"] + mark["width"] / 2 - middle) < 2
    assert mark["y"] < column["y"]

    page.get_by_text("Show as a table").click()
    rows = page.locator("tr[data-x]")
    expect(rows).to_have_count(len(YEARS))
    for row, (_taken_at, split, _event, _note) in zip(rows.all(), YEARS, strict=True):
        expect(row.locator("td:not(.words)")).to_have_text(split.split("-"))
    colours = page.evaluate(COLOURS)
    for cells, (_taken_at, split, _event, _note) in zip(colours, YEARS, strict=True):
        assert cells == [
            f"is-{field}"
            for field, points in zip(FIELDS, split.split("-"), strict=True)
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
        "Each column is one result; its ten points are always shown. "
        "Ribbons follow each purpose over time."
    )
    expect(page.locator("[data-readout]")).to_be_hidden()
    page.get_by_text("Show as a table").click()
    expect(page.get_by_role("columnheader", name=PURPOSES[4])).to_be_visible()


def test_two_are_compared(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.get_by_role("button", name="Compare two").click()
    expect(visitor.headline).to_have_text("Compare two results")
    sides = page.locator(".compare-side").get_by_role("heading", level=2)
    business, job = re.compile("Mainly business driven"), re.compile("Mainly job seeking")
    expect(sides).to_have_text([business, re.compile("Half community spirit")])
    page.get_by_label("First result").select_option("3 Nov 2024")
    page.get_by_label("Second result").select_option("10 May 2024")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(sides).to_have_text([job, re.compile("Community spirit comes first")])
    main = page.get_by_role("main")
    expect(main).to_contain_text("5 months and 24 days apart.")
    expect(main).to_contain_text("3 points from Job seeking to Community spirit")
    visitor.shot("compare")
    page.get_by_role("link", name="Your first result").click()
    expect(sides).to_have_text([business, re.compile("Half community spirit")])


def test_no_choice_is_cut_where_several_are_of_one_day(visitor, remember):
    visitor.sign_up()
    remember(visitor, [(f"2024-11-28T{hour}:00", "6-2-2-0-0", "", "") for hour in (10, 11, 12)])
    visitor.page.goto("/history/compare/")
    choice = visitor.page.get_by_label("First result")
    expect(choice.locator(":checked")).to_have_text("28 Nov 2024, 10:00 UTC")
    too_wide_by = """(select) => {
      const room = select.offsetWidth;
      select.style.width = "auto";  // as wide as the longest choice
      const longest = select.offsetWidth;
      select.style.width = "";
      return longest - room;
    }"""
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert choice.evaluate(too_wide_by) <= 0


def test_two_are_ticked_in_the_list_and_compared(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.get_by_label("Compare (10 May 2024)").check()
    page.get_by_label("Compare (3 November 2024)").check()
    page.get_by_role("button", name="Compare two").click()
    sides = page.locator(".compare-side .kicker")
    expect(sides).to_have_text(["10 May 2024", "3 November 2024"])


@pytest.mark.parametrize("javascript", [True, False])
def test_once_one_is_ticked_the_button_comes_along_and_moves_nothing(
    new_visitor, remember, javascript
):
    visitor = new_visitor(java_script_enabled=javascript, viewport={"width": 390, "height": 600})
    page = visitor.page
    visitor.sign_up()
    months = [f"2024-{month:02}-03T10:00" for month in range(1, 13)]
    splits = ["6-2-2-0-0", "2-6-2-0-0"]
    remember(visitor, [(when, splits[n % 2], "", "") for n, when in enumerate(months)])
    button = page.get_by_role("button", name="Compare two")
    last = page.get_by_label("Compare (3 January 2024)")
    last.scroll_into_view_if_needed()
    expect(button).not_to_be_in_viewport()
    place = last.bounding_box()
    last.check()
    expect(button).to_be_in_viewport(ratio=1)
    assert last.bounding_box() == place
    button.click()
    expect(page.locator(".compare-side .kicker")).to_have_text(
        ["3 January 2024", "3 December 2024"]
    )


def test_what_did_not_change_is_folded_under_its_year(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    same = [(f"2024-0{month}-03T10:00", "6-2-2-0-0", "", "") for month in range(1, 6)]
    remember(visitor, [*same, ("2025-02-03T10:00", "2-2-1-5-0", "", "")])
    expect(page.locator(".year > h3")).to_have_text(["2025", "2024"])
    entries = page.locator(".entry h4")
    folded = page.get_by_text("No change: 4 more results")
    expect(entries.locator("visible=true")).to_have_count(2)
    folded.click()
    expect(entries.locator("visible=true")).to_have_count(6)


# The class names of the bands at each of the ten points of each result, topmost last.
BANDS = """() => {
  const drawn = [...document.querySelectorAll("[data-plot] svg path")].reverse();
  return [...document.querySelectorAll("tr[data-x]")].map((row) =>
    Array.from({ length: 10 }, (_, point) => {
      const at = new DOMPoint(Math.min(Number(row.dataset.x) * 20, 1999.9), point + 0.5);
      return drawn.find((path) => path.isPointInFill(at)).className.baseVal;
    }));
}"""

OVERLAPPING = """() => {
  const boxes = [...document.querySelectorAll(".chart-axis text")].map(
    (text) => text.getBoundingClientRect()).filter((box) => box.width);
  return boxes.some((one, i) => boxes.slice(i + 1).some((two) =>
    one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom));
}"""


def test_many_are_bands_that_show_each_of_them(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    months = [f"{2019 + n // 12}-{n % 12 + 1:02}-03T10:00" for n in range(80)]
    splits = ["6-2-2-0-0", "2-6-2-0-0", "3-3-3-1-0"]
    remember(visitor, [(when, splits[n % 3], "", "") for n, when in enumerate(months)])
    expect(page.locator("tr[data-x]")).to_have_count(80)
    picture = page.get_by_role("slider")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for number, cells in enumerate(page.evaluate(BANDS)):
            points = splits[number % 3].split("-")
            assert cells == [
                f"is-{field}"
                for field, count in zip(FIELDS, points, strict=True)
                for _ in range(int(count))
            ]
        assert (width, page.evaluate(OVERLAPPING)) == (width, False)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture.press("Home")
    expect(picture).to_have_attribute(
        "aria-valuetext",
        "3 January 2019: Business driven 6, Community spirit 2, Learning sponge 2",
    )


@pytest.mark.parametrize("days", [[1, 2, 3, 4, 28], [1, 25, 26, 27, 28], [1, 6, 12, 17, 22, 28]])
def test_dates_below_columns_do_not_overlap(visitor, remember, days):
    page = visitor.page
    visitor.sign_up()
    remember(visitor, [(f"2024-11-{day:02}T10:00", "6-2-2-0-0", "", "") for day in days])
    labels = page.locator(".chart-axis text").locator("visible=true")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        expect(labels.first).to_have_text("1 Nov 2024")
        expect(labels.last).to_have_text("28 Nov 2024")
        assert (width, page.evaluate(OVERLAPPING)) == (width, False)
    expect(labels).to_have_text([f"{day} Nov 2024" for day in days])


def test_on_paper_the_picture_is_whole_and_nothing_is_to_be_clicked(visitor, remember):
    page = visitor.page
    visitor.sign_up()
    remember(visitor)
    page.emulate_media(media="print")
    expect(page.locator("[data-plot]")).to_be_visible()
    expect(page.get_by_role("heading", name="What changed")).to_be_visible()
    expect(page.get_by_text("Step by step, ")).to_be_visible()
    for hidden in ("Open this result", "Compare two", "Show as a table"):
        expect(page.get_by_text(hidden)).to_be_hidden()
