"""A newcomer tries the site without an account, then signs up and keeps the result."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT


def test_a_newcomer_sees_the_result_without_an_account(visitor):
    page = visitor.page
    page.goto("/")
    visitor.expect_status_line("10 of 10 points left")

    for purpose, clicks in (("Business driven", 6), ("Community spirit", 3)):
        for _ in range(clicks):
            visitor.add(purpose)
    visitor.take("Community spirit")
    visitor.expect_status_line("2 of 10 points left")
    visitor.add("Learning sponge")
    visitor.add("Learning sponge")
    visitor.expect_points("6-2-2-0-0")
    visitor.expect_status_line("0 of 10 points left")

    # No points are left to spend, and none can be taken from an empty purpose.
    for name in ("Add a point to Job seeking", "Take a point from Vanity project"):
        button = page.get_by_role("button", name=name)
        expect(button).to_have_attribute("aria-disabled", "true")
        button.click(force=True)
    visitor.expect_points("6-2-2-0-0")
    visitor.shot("newcomer-spends")

    visitor.send_button.click()
    page.wait_for_url("**/splits/6-2-2-0-0/")
    expect(visitor.headline).to_have_text("Mainly business driven (60%)")
    expect(visitor.advised).to_contain_text(
        ["Business driven", "Community spirit", "Learning sponge"]
    )


def test_a_newcomer_keeps_a_result_by_signing_up_afterwards(visitor):
    page = visitor.page
    page.goto("/")
    visitor.type_points("1-2-3-4-0")
    visitor.send_button.click()
    page.get_by_role("link", name="Save my result").click()
    page.wait_for_url("**/accounts/signup/**")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/history/**")

    page.goto("/history/")
    entries = page.locator(".entries").get_by_role("listitem")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Job seeking comes first (40%)")


def test_a_newcomer_signs_up_and_keeps_edits_and_deletes_an_assessment(visitor):
    page = visitor.page
    page.goto("/")
    page.get_by_role("button", name="sign up", exact=True).click()
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/")

    visitor.type_points("6-2-2-0-0")
    visitor.send_button.click()
    page.wait_for_url(ASSESSMENT)
    assessment = page.url

    expect(visitor.headline).to_have_text("Mainly business driven (60%)")
    visitor.expect_rows(
        "Business driven 6 60% 36 min",
        "Community spirit 2 20% 12 min",
        "Learning sponge 2 20% 12 min",
        "Job seeking 0 0% 0 min",
        "Vanity project 0 0% 0 min",
    )
    expect(visitor.advised).to_have_text(
        [
            "Business driven 6 points",
            "Community spirit 2 points",
            "Learning sponge 2 points",
        ]
    )
    main = page.get_by_role("main")
    for tip in ("Connect with your current clients", "Answer one question", "Choose three people"):
        expect(main).to_contain_text(tip)
    for tip_of_another in ("answer every single candidate", "recruiters", "your audience to use"):
        expect(main).not_to_contain_text(tip_of_another)
    expect(main).to_contain_text("Learning sponge → Community spirit")
    expect(main).not_to_contain_text("Vanity project →")

    note = page.get_by_label("Did you expect this?")
    note.fill("I would have said that I am here to learn.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(visitor.message).to_have_text("Your note is saved.")
    expect(visitor.message).to_be_in_viewport()
    visitor.shot("newcomer-result")
    note.fill("I sell. So be it.\nZoë & <b>Łukasz</b> said so 🙂")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(note).to_have_value("I sell. So be it.\nZoë & <b>Łukasz</b> said so 🙂")

    visitor.go_to("History")
    entries = page.locator(".entries").get_by_role("listitem")
    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("Mainly business driven (60%)")
    expect(entries).to_contain_text("Zoë & <b>Łukasz</b> said so 🙂")

    entries.get_by_role("link", name="Mainly business driven (60%)").click()
    page.wait_for_url(assessment)
    page.get_by_role("link", name="Delete this result").click()
    expect(visitor.headline).to_have_text("Delete this result?")
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(assessment)
    page.get_by_role("link", name="Delete this result").click()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/history/")
    expect(visitor.message).to_have_text("Result deleted.")
    expect(entries).to_have_count(0)

    visitor.expect_status(404)
    assert page.goto(assessment).status == 404


@pytest.mark.parametrize("typed", ["9-0-0-0-0", "x-0-0-0-0"])
def test_an_error_goes_with_its_points(visitor, typed):
    page = visitor.page
    visitor.expect_status(422)
    page.goto("/")
    visitor.type_points(typed)
    visitor.send_button.click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    visitor.field("Business driven").fill("10")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".field-error")).to_have_count(0)


def test_the_other_errors_stay(visitor):
    page = visitor.page
    visitor.expect_status(422)
    page.goto("/")
    visitor.type_points("x-y-0-0-0")
    visitor.send_button.click()
    visitor.field("Community spirit").fill("9")
    items = page.get_by_role("alert").get_by_role("listitem")
    expect(items).to_have_text(["Business driven: Enter a whole number from 0 to 10."])
    visitor.field("Business driven").fill("1")
    expect(page.get_by_role("alert")).to_have_count(0)
