"""Fixtures for tests in a browser: a real server, a real Chromium, and no browser errors."""

import json
import os
import re

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.support.chromium import FLAGS, NoChromiumError, executable, shell
from tests.support.server import running
from tests.support.visitor import Visitor

PAST = """
from datetime import UTC, date, datetime
from itertools import cycle
from purposeapp.management import demo
from purposeapp.models import User
user = User.objects.get(email={email!r})
{past}
"""
STORY_OF_THE_DEMO = "demo.tell_story(user, date(2026, 3, 1))"

STEP_TIMEOUT_MS = 15_000  # the time that a slow machine may take for one step
FAILED_TO_LOAD = re.compile("Failed to load resource: .* status of ([0-9]{3}) ")
NO_ANSWER = re.compile(
    "Failed to load resource: net::ERR_(CONNECTION|EMPTY|SOCKET|NETWORK|INTERNET)_"
)

# These fixtures have the scope of this folder, not of the session: Playwright keeps an event loop
# running, and tests of other folders should not run inside it.


@pytest.fixture(scope="package")
def server(tmp_path_factory, prepared):
    """The real server, on a new database with the first tips."""
    with running("browser", tmp_path_factory.mktemp("server"), prepared) as server:
        yield server


@pytest.fixture(scope="package")
def playwright():
    expect.set_options(timeout=STEP_TIMEOUT_MS)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # With pytest-xdist, tests that use Django's database may run in between. They run
        # beside Playwright's event loop, not on it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield playwright


@pytest.fixture(scope="package")
def chromium(playwright):
    """Playwright's launch options for this machine's Chromium."""
    try:
        return {"executable_path": executable(playwright), "args": FLAGS}
    except NoChromiumError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"NOTHING WAS TRIED IN A BROWSER! {error}")


@pytest.fixture(scope="package")
def whole_browser(playwright, chromium):
    """The full browser, for tests that depend on more than its pages (Back, Forward)."""
    browser = playwright.chromium.launch(**chromium)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def headless_shell(playwright, chromium):
    """The headless shell, for all other tests: it takes less CPU for each visitor."""
    browser = playwright.chromium.launch(**chromium | {"executable_path": shell(playwright)})
    yield browser
    browser.close()


def refuse_back(page: Page) -> None:
    """Fail on Back and Forward, which the headless shell handles unlike the full browser."""

    def refuse(**options) -> None:
        pytest.fail("Mark a story that goes back or forward with whole_browser.")

    page.go_back = page.go_forward = refuse


class Watch:
    """Collects the errors and warnings of a browser, except for statuses that the test expects."""

    def __init__(self, context: BrowserContext) -> None:
        self.complaints: list[str] = []
        self.expected_statuses: set[int] = set()
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))

    def _on_console(self, message: ConsoleMessage) -> None:
        # Violations of the content security policy appear here as errors too.
        if message.type not in ("error", "warning"):
            return
        where = message.location["url"]
        failed = FAILED_TO_LOAD.match(message.text)
        status = int(failed[1]) if failed else 0 if NO_ANSWER.match(message.text) else None
        if status in self.expected_statuses and "/static/" not in where:
            return
        self.complaints.append(f"{message.type}: {message.text} ({where})")


@pytest.fixture
def new_visitor(request, playwright, chromium, server, tmp_path):
    """A function that creates visitors, each with an isolated browser context."""
    opened = []

    def new_visitor(*, preferences: dict | None = None, **options) -> Visitor:
        options = {
            "base_url": server.url,
            "timezone_id": "UTC",
            "reduced_motion": "reduce",  # Bootstrap's smooth scrolling takes up to a second
            **options,
        }
        if preferences:  # the browser's own settings
            profile = tmp_path / f"profile{len(opened)}"
            (profile / "Default").mkdir(parents=True)
            (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
            context = playwright.chromium.launch_persistent_context(profile, **chromium, **options)
        elif request.node.get_closest_marker("whole_browser"):
            context = request.getfixturevalue("whole_browser").new_context(**options)
        else:
            context = request.getfixturevalue("headless_shell").new_context(**options)
            context.on("page", refuse_back)
        context.set_default_timeout(STEP_TIMEOUT_MS)
        watch = Watch(context)
        opened.append((context, watch))
        return Visitor(context.new_page(), watch.expected_statuses)

    yield new_visitor
    for context, _ in opened:
        context.close()
    complaints = [complaint for _, watch in opened for complaint in watch.complaints]
    assert not complaints, "\n".join(["The browser complained:", *complaints])
    assert server.is_running, f"The server is gone:\n{server.log.read_text()[-2000:]}"


@pytest.fixture
def visitor(new_visitor):
    return new_visitor()


@pytest.fixture
def page(visitor):
    return visitor.page


@pytest.fixture
def remember(server):
    """A function that gives a visitor a history, by default the demo's, and opens it."""

    def remember(visitor, past=STORY_OF_THE_DEMO):
        server.run(PAST.format(past=past, email=visitor.email))
        visitor.page.goto("/history/")

    return remember
