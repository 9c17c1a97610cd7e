"""Double clicks and the Back button create no unintended assessment."""

import pytest
from playwright.sync_api import expect

from tests.support.visitor import ASSESSMENT

pytestmark = pytest.mark.whole_browser


def _expect_history(page, *headlines):
    page.goto("/history/")
    entries = page.get_by_role("main").get_by_role("listitem").get_by_role("heading")
    expect(entries).to_have_text(list(headlines))


def test_a_double_click_makes_one_assessment(visitor):
    page = visitor.page
    visitor.sign_up()
    page.goto("/")
    visitor.type_points("6-2-2-0-0")
    visitor.send_button.dblclick()
    # Not wait_for_url: the second click may abort the navigation of the first.
    expect(visitor.headline).to_have_text("Mainly business driven (60%)")
    _expect_history(page, "Mainly business driven (60%)")


def test_going_back_and_sending_again_makes_no_second_assessment(visitor):
    page = visitor.page
    visitor.sign_up()
    assessment = visitor.record_by_hand("6-2-2-0-0")
    page.go_back()
    visitor.expect_points("6-2-2-0-0")
    visitor.send_button.click()
    page.wait_for_url(assessment)
    _expect_history(page, "Mainly business driven (60%)")


def test_going_back_and_changing_the_points_makes_another_assessment(visitor):
    page = visitor.page
    visitor.sign_up()
    assessment = visitor.record_by_hand("6-2-2-0-0")
    page.go_back()
    visitor.expect_points("6-2-2-0-0")
    visitor.take("Business driven")
    visitor.add("Job seeking")
    visitor.expect_points("5-2-2-1-0")
    visitor.send_button.click()
    page.wait_for_url(ASSESSMENT)
    assert page.url != assessment
    _expect_history(page, "Half business driven (50%)", "Mainly business driven (60%)")


def test_a_download_and_a_stopped_page_leave_a_form_that_can_be_sent_again(visitor):
    page, sent = visitor.page, []
    page.goto("/try/")
    visitor.type_points("6-2-2-0-0")
    show = page.get_by_role("button", name="Show result")
    page.route("/try/", lambda route: sent.append(route.fulfill(status=204)))
    show.dblclick()
    show.click()
    expect(visitor.headline).to_be_visible()
    assert len(sent) == 1
    # As the form sees it ten seconds later.
    page.evaluate("Object.defineProperty(Event.prototype, 'timeStamp', {get: () => 3600000})")
    page.unroute("/try/")
    show.click()
    page.wait_for_url("**/try/6-2-2-0-0/**")
