"""Typed input survives in Firefox too, with and without its back/forward cache."""

import os
import uuid
from http import HTTPStatus

import pytest

from tests.support.firefox import Firefox, NoFirefoxError, executable
from tests.support.make import points
from tests.support.server import Browser

NOTE = "First line\nSecond line"
PASSWORD = "ten points for five purposes"
RESTORED = "//*[contains(text(), 'We restored what you typed.')]"


@pytest.fixture(scope="module", params=[True, False], ids=["bfcache", "no-bfcache"])
def firefox(request, server, tmp_path_factory):
    try:
        path = executable()
    except NoFirefoxError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"NOTHING WAS TRIED IN FIREFOX! {error}")
    pages = {} if request.param else {"browser.sessionhistory.max_total_viewers": 0}
    firefox = Firefox(path, tmp_path_factory.mktemp("firefox"), server.url, **pages)
    yield firefox
    firefox.stop()


def sign_up(firefox: Firefox) -> str:
    firefox.goto("/")
    firefox.do("DeleteAllCookies")
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    firefox.goto("/accounts/signup/")
    firefox.type("email", email)
    firefox.type("password1", PASSWORD)
    firefox.press("Sign up")
    firefox.find("//h1[normalize-space()='Your history']")
    return email


def record(firefox: Firefox) -> str:
    """Record a split, and return the path of the result."""
    firefox.goto("/")
    firefox.type("business_driven", "10")
    firefox.press("Show my result")
    firefox.find("//h1[contains(., 'Entirely business driven')]")
    return firefox.path


def take_over(firefox: Firefox, browser: Browser) -> None:
    """Sign up over HTTP, and hand Firefox the session."""
    email = f"{uuid.uuid4().hex[:12]}@example.com"
    signed_up = browser.submit("/accounts/signup/", {"email": email, "password1": PASSWORD})
    assert signed_up.status_code == HTTPStatus.FOUND
    firefox.goto("/robots.txt")
    firefox.do("DeleteAllCookies")
    for cookie in browser.cookies:
        firefox.do("AddCookie", cookie={"name": cookie.name, "value": cookie.value})


def test_back_forward_and_reload_bring_it_back(firefox, server):
    browser = Browser(server)
    take_over(firefox, browser)
    submission = str(uuid.uuid4())
    answer = browser.submit("/", points("10-0-0-0-0", submission=submission))
    result = answer.headers["Location"]
    for path, name, text in [("/", "business_driven", "7"), (result, "note", NOTE)]:
        firefox.goto(path)
        firefox.type(name, text)
        firefox.reload()
        assert firefox.value(name) == text
        firefox.goto("/privacy/")
        firefox.back()
        assert firefox.value(name) == text
        firefox.back()
        firefox.forward()
        assert firefox.value(name) == text
    firefox.press("Save")
    firefox.find("//*[contains(text(), 'Your note is saved.')]")
    firefox.goto(result)
    assert firefox.value("note") == NOTE
    assert firefox.count(RESTORED) == 0


def test_back_to_a_page_with_errors_shows_that_page(firefox, server):
    take_over(firefox, Browser(server))
    firefox.goto("/goal/")
    firefox.type("business_driven", "x")
    firefox.press("Save goal")
    firefox.find("//h2[.='There is a problem']")
    firefox.goto("/privacy/")
    firefox.back()
    firefox.find("//h2[.='There is a problem']")
    assert firefox.value("business_driven") == "x"


def test_it_waits_for_its_person_and_shows_to_nobody_else(firefox, server):
    email = sign_up(firefox)
    result = record(firefox)
    end = "from purposeapp.models import Session\nSession.objects.filter(user__email={!r}).delete()"
    firefox.type("note", NOTE)
    server.run(end.format(email))
    firefox.press("Save")
    firefox.find("//p[contains(., 'We kept what you typed.')]")
    firefox.type("login", email)
    firefox.type("password", PASSWORD)
    firefox.press("Sign in")
    firefox.find("//form[contains(., 'We kept what you typed before you signed in.')]")
    assert firefox.value("note") == NOTE

    firefox.goto("/goal/")
    firefox.type("business_driven", "7")
    firefox.press("Save goal")
    firefox.find("//h2[.='There is a problem']")
    firefox.goto("/accounts/logout/")
    firefox.press("Sign out")
    firefox.find("//*[contains(text(), 'signed out')]")
    for _ in range(2):  # past the sign-out confirmation, to the goal with its errors
        firefox.back_to_whatever_comes()
        assert "business_driven" not in firefox.run("return document.body.innerText")
    sign_up(firefox)
    for path, name in (("/goal/", "business_driven"), ("/history/add/", "note")):
        firefox.goto(path)
        assert firefox.value(name) in ("0", "")
        assert firefox.count(RESTORED) == 0
    firefox.goto(result)
    assert NOTE.splitlines()[0] not in firefox.run("return document.body.textContent")


def test_a_page_out_of_the_browsers_memory_knows_what_was_chosen_since(firefox):
    sign_up(firefox)
    firefox.goto("/privacy/")
    assert firefox.count("//header//a[normalize-space()='Sign out'][not(@hidden)]") == 1
    firefox.goto("/purposes/")
    before = firefox.run("return getComputedStyle(document.body).backgroundColor")
    firefox.run("document.querySelector('[data-theme-switch]').click()")
    after = firefox.run("return getComputedStyle(document.body).backgroundColor")
    assert after != before
    firefox.back()
    assert firefox.run("return getComputedStyle(document.body).backgroundColor") == after
    switch = "return document.querySelector('[data-theme-switch]').textContent.trim()"
    words = firefox.run(switch)
    firefox.run("document.querySelector('[data-theme-switch]').click()")
    assert firefox.run(switch) != words

    firefox.goto("/accounts/logout/")
    firefox.press("Sign out")
    firefox.find("//*[contains(text(), 'signed out')]")
    for _ in range(2):  # over the question whether to sign out
        firefox.back_to_whatever_comes()
    assert firefox.path == "/privacy/"
    assert firefox.count("//header//a[normalize-space()='Sign in']") == 1
    assert firefox.count("//header//a[normalize-space()='Sign out'][not(@hidden)]") == 0
