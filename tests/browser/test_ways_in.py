"""Every way to sign in, on a server that sends mail: pending results are in the history after."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.inspection import TOO_WIDE
from tests.support.server import running


@pytest.fixture(scope="module")
def mails(tmp_path_factory):
    """The folder to which the server writes its mails."""
    return tmp_path_factory.mktemp("mails")


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared, mails):
    folder = tmp_path_factory.mktemp("server")
    settings = {"EMAIL_URL": f"filemail://{mails}", "WEB_CONCURRENCY": "1"}
    with running("ways_in", folder, prepared, **settings) as server:
        yield server


@pytest.fixture
def newest_code(mails):
    """A function that returns the code in the newest mail to an address."""

    def newest_code(email: str) -> str:
        letters = sorted(
            (mail for mail in mails.iterdir() if f"To: {email}" in mail.read_text()),
            key=lambda mail: mail.stat().st_mtime_ns,
        )
        # A file holds all mails of one connection: the last one counts.
        return re.findall(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", letters[-1].read_text(), re.M)[-1]

    return newest_code


def enter(page, code: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    page.get_by_role("main").get_by_role("textbox").first.fill(code)
    page.get_by_role("button", name="Continue").click()


def sign_up_with_code(visitor, newest_code) -> None:
    page = visitor.page
    page.goto("/accounts/signup/")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    enter(page, newest_code(visitor.email))
    page.wait_for_url("**/history/")


def press_twice(button) -> None:
    """Press a button again while its form is on its way, which Playwright's double click isn't."""
    button.evaluate("button => { button.click(); setTimeout(() => button.click(), 30); }")


@pytest.mark.whole_browser
def test_double_clicks_sign_up_once_and_take_the_code(visitor, newest_code, mails):
    page, sent = visitor.page, []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/accounts/signup/")
    visitor.fill_credentials()
    press_twice(page.get_by_role("button", name="Sign up"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    assert sum(f"To: {visitor.email}" in mail.read_text() for mail in mails.iterdir()) == 1
    page.get_by_role("main").get_by_role("textbox").first.fill(newest_code(visitor.email))
    press_twice(page.get_by_role("button", name="Continue"))
    expect(page).to_have_url(re.compile("/history/$"))
    assert sent.count("POST") == 2  # one for the sign-up, one for the code


def expect_history(visitor, *headlines: str) -> None:
    visitor.page.goto("/history/")
    expect(visitor.page.locator(".entry h4")).to_have_text(list(headlines))


def test_a_new_account_whose_code_is_entered_later_in_the_same_browser(visitor, newest_code):
    page = visitor.page
    visitor.spend_anonymously("6-2-2-0-0")
    page.goto("/accounts/signup/")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    expect(visitor.headline).to_have_text("Enter the code")
    page.goto("/splits/0-0-0-10-0/")  # something else in between
    page.goto("/accounts/confirm-email/")
    enter(page, newest_code(visitor.email))
    page.wait_for_url("**/history/")
    expect_history(visitor, "Mainly business driven (60%)")


def test_a_long_email_makes_no_page_wider_than_a_phone(new_visitor, newest_code):
    visitor = new_visitor(viewport={"width": 320, "height": 800})
    page = visitor.page
    visitor.email = f"{'long' * 12}{visitor.email}"
    page.goto("/accounts/signup/")
    visitor.fill_credentials()
    page.get_by_role("button", name="Sign up").click()
    expect(visitor.headline).to_have_text("Enter the code")
    expect(page.get_by_role("main")).to_contain_text(f"A code for {visitor.email} is on its way.")
    expect(visitor.message).to_have_count(0)  # it is said once
    assert page.evaluate(TOO_WIDE) is None
    enter(page, newest_code(visitor.email))
    page.wait_for_url("**/history/")
    for path in ("/accounts/email/", "/accounts/delete/"):
        page.goto(path)
        expect(page.get_by_role("main")).to_contain_text(visitor.email)
        assert page.evaluate(TOO_WIDE) is None, path


def test_an_old_account_by_password(visitor, newest_code):
    sign_up_with_code(visitor, newest_code)
    visitor.sign_out()
    visitor.spend_anonymously("6-2-2-0-0")
    visitor.sign_in_by_hand()
    expect_history(visitor, "Mainly business driven (60%)")


def test_a_code_by_mail_in_place_of_the_password(visitor, newest_code):
    page = visitor.page
    sign_up_with_code(visitor, newest_code)
    visitor.sign_out()
    visitor.spend_anonymously("0-0-0-10-0")
    page.goto("/accounts/login/code/")
    page.get_by_role("textbox").fill(visitor.email)
    page.get_by_role("main").get_by_role("button").first.click()
    enter(page, newest_code(visitor.email))
    page.wait_for_url("**/history/")
    expect_history(visitor, "Entirely job seeking (100%)")


def test_a_forgotten_password_in_between(visitor, newest_code):
    page = visitor.page
    sign_up_with_code(visitor, newest_code)
    visitor.sign_out()
    visitor.spend_anonymously("6-2-2-0-0")
    page.goto("/accounts/login/")
    forgotten = page.get_by_role("link", name="Forgot your password?")
    assert forgotten.bounding_box()["height"] >= 44  # pixels, large enough for a finger
    forgotten.click()
    page.get_by_role("textbox").fill(visitor.email)
    page.get_by_role("button", name="Send me a code").click()
    enter(page, newest_code(visitor.email))
    expect(visitor.headline).to_have_text("Choose a new password")
    for field in page.locator("input[type=password]").all():
        field.fill("another ten points")
    page.get_by_role("button", name="Save password").click()
    page.wait_for_url("**/history/")
    expect_history(visitor, "Mainly business driven (60%)")
