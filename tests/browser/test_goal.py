"""Setting a goal, approaching it, and trying what-ifs."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT

TARGET = date(date.today().year + 2, 5, 1)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def visitor(new_visitor, request):
    return new_visitor(java_script_enabled=request.param)


def press(visitor, name: str) -> None:
    visitor.page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def goal(visitor):
    return visitor.page.get_by_role("region", name="Your goal")


def test_a_goal_is_set_comes_nearer_and_is_replaced(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("2-2-0-6-0")
    visitor.go_to("Goal")
    page.get_by_role("link", name="Start from my last result").click()
    visitor.expect_points("2-2-0-6-0")
    for _ in range(3):
        visitor.take("Job seeking")
        visitor.add("Learning sponge")
    expect(page.get_by_text("now 6, goal 3")).to_be_visible()
    visitor.expect_points("2-2-3-3-0")
    page.get_by_label("Target date (optional)").fill(TARGET.isoformat())
    press(visitor, "Save goal")
    expect(visitor.message).to_have_text("Your goal is saved.")
    moves = page.get_by_role("region", name="Now and goal")
    expect(moves).to_contain_text("3 points still need to move.")
    expect(moves.get_by_role("listitem")).to_have_text(
        ["Move 3 points from Job seeking to Learning sponge"]
    )
    expect(moves).to_contain_text(f"By 1 May {TARGET.year}.")
    table = page.get_by_role("table", name="Each purpose, now and in your goal")
    expect(table.get_by_role("row").nth(4).get_by_role("cell")).to_have_text(["6", "3", "−3"])
    visitor.shot("goal")

    # After a step towards the goal, fewer moves are left, on the result and in the history.
    visitor.record("2-2-2-4-0")
    expect(goal(visitor)).to_contain_text("1 point still needs to move.")
    expect(goal(visitor)).to_contain_text("Move 1 point from Job seeking to Learning sponge")
    page.goto("/history/")
    on_the_way = page.get_by_role("region", name="Goal", exact=True)
    expect(on_the_way).to_contain_text("1 point still needs to move.")
    visitor.record("2-2-3-3-0")
    expect(goal(visitor)).to_contain_text("You've reached your goal.")

    goal(visitor).get_by_role("link", name="Your goal").click()
    page.get_by_text("Change goal").click()
    visitor.type_points("0-10-0-0-0")
    press(visitor, "Save goal")
    expect(moves).to_contain_text("8 points still need to move.")
    earlier = page.get_by_role("region", name="Earlier goals").get_by_role("listitem")
    expect(earlier).to_have_count(1)
    expect(earlier).to_contain_text("Learning sponge and Job seeking share the lead (30% each)")

    press(visitor, "Remove goal")
    expect(visitor.message).to_contain_text("Goal removed. You can still see it below.")
    expect(moves).to_have_count(0)
    expect(earlier).to_have_count(2)


def test_a_day_that_has_passed_is_refused_and_everything_stays(visitor):
    page = visitor.page
    visitor.expect_status(422)
    visitor.sign_up()
    page.goto("/goal/")
    visitor.type_points("4-3-1-0-0")
    page.get_by_label("Target date (optional)").fill("2020-05-01")
    press(visitor, "Save goal")
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("You have used 8 of 10 points. Add 2 more.")
    expect(summary).to_contain_text("This date is in the past.")
    visitor.expect_points("4-3-1-0-0")
    expect(page.get_by_label("Target date (optional)")).to_have_value("2020-05-01")
    summary.get_by_role("link", name="This date is in the past.").click()
    expect(page.get_by_label("Target date (optional)")).to_be_focused()


@pytest.mark.whole_browser
def test_what_is_only_played_leaves_the_history_as_it_was(visitor):
    page = visitor.page
    visitor.sign_up()
    visitor.record("6-2-2-0-0")
    page.get_by_role("link", name="What if …?").click()
    visitor.expect_points("6-2-2-0-0")
    page.get_by_role("link", name="Redundancy").click()
    visitor.type_points("0-2-0-8-0")
    press(visitor, "Show result")
    expect(visitor.headline).to_have_text("Mainly job seeking (80%)")
    main = page.get_by_role("main")
    expect(main).to_contain_text("What if I lost my job tomorrow?")
    expect(main).to_contain_text("Just an experiment: nothing is saved.")
    expect(main).to_contain_text("Job seeking +8, Business driven −6, Learning sponge −2.")
    visitor.shot("try-out")

    page.get_by_role("link", name="Make it my goal").click()
    visitor.expect_points("0-2-0-8-0")
    page.go_back()
    page.get_by_role("link", name="Back to your history").click()
    entries = main.get_by_role("listitem").filter(has=page.get_by_role("heading"))
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Mainly business driven (60%)")


def test_a_sheet_of_paper_lands_in_the_past(visitor):
    page = visitor.page
    visitor.expect_status(422)
    visitor.sign_up()
    visitor.record("2-2-0-6-0")
    page.goto("/worksheet/")
    page.get_by_role("link", name="Add it with its date").click()
    for _ in range(2):
        visitor.add("Learning sponge")
    visitor.field("Business driven").fill("8")
    page.get_by_label("Date").fill("2100-05-01")
    page.get_by_label("What happened in your life?").select_option("Something else")
    page.get_by_label("In a few words").fill("Moved to Oslo")
    page.get_by_label("Did you expect this?").fill("On a train.")
    press(visitor, "Add to my history")
    expect(page.get_by_role("alert")).to_contain_text("This date is in the future.")
    expect(page.get_by_label("In a few words")).to_have_value("Moved to Oslo")
    page.get_by_label("Date").fill("2024-05-01")
    press(visitor, "Add to my history")
    page.wait_for_url(ASSESSMENT)
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 May 2024 · Moved to Oslo")
    expect(page.get_by_label("Did you expect this?")).to_have_value("On a train.")

    page.goto("/history/")
    entries = main.get_by_role("listitem").get_by_role("heading")
    expect(entries).to_have_text(["Mainly job seeking (60%)", "Mainly business driven (80%)"])


def test_the_words_are_asked_for_once_something_else_is_chosen(new_visitor):
    visitor = new_visitor()
    page = visitor.page
    visitor.sign_up()
    visitor.record("2-2-0-6-0")
    event, words = (
        page.get_by_label("What happened in your life?"),
        page.get_by_label("In a few words"),
    )
    expect(words).to_be_hidden()
    event.select_option("Something else")
    words.fill("Moved to Oslo")
    event.select_option("Redundancy")
    expect(words).to_be_hidden()
    press(visitor, "Save")
    expect(page.locator(".event")).to_have_text("Redundancy")
    expect(words).to_be_hidden()
    event.select_option("Something else")
    words.fill("Moved to Oslo")
    press(visitor, "Save")
    expect(page.locator(".event")).to_have_text("Moved to Oslo")
    expect(words).to_have_value("Moved to Oslo")
    # After the second result, the page offers chips for what happened, too.
    visitor.record("3-2-0-5-0")
    page.get_by_role("link", name="Or say it in your own words").click()
    event.select_option("Something else")
    words.fill("Moved to Bergen")
    press(visitor, "Save")
    expect(page.locator(".event")).to_have_text("Moved to Bergen")


@pytest.mark.whole_browser
def test_back_brings_the_whole_sheet_and_another_day_is_another_assessment(new_visitor):
    visitor = new_visitor()
    page = visitor.page
    visitor.sign_up()
    page.goto("/history/add/")
    visitor.type_points("6-2-2-0-0")
    page.get_by_label("Date").fill("2024-05-01")
    page.get_by_label("What happened in your life?").select_option("Something else")
    page.get_by_label("In a few words").fill("Moved to Oslo")
    press(visitor, "Add to my history")
    page.wait_for_url(ASSESSMENT)
    page.go_back()
    visitor.expect_points("6-2-2-0-0")
    expect(page.get_by_label("In a few words")).to_have_value("Moved to Oslo")
    press(visitor, "Add to my history")
    page.wait_for_url(ASSESSMENT)
    page.go_back()
    page.get_by_label("Date").fill("2024-06-01")
    press(visitor, "Add to my history")
    page.wait_for_url(ASSESSMENT)
    page.goto("/history/")
    entries = page.get_by_role("main").get_by_role("listitem").get_by_role("heading")
    expect(entries).to_have_count(2)
