"""A person at a browser: the actions that many browser tests share (a page object)."""

import os
import re
import uuid
from http import HTTPStatus
from pathlib import Path

from playwright.sync_api import APIResponse, Locator, Page, expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"
TAKE_SHOTS = bool(os.environ.get("SCREENSHOTS"))  # only `make screenshots` sets it

PURPOSES = [
    "Business driven",
    "Community spirit",
    "Learning sponge",
    "Job seeking",
    "Vanity project",
]
FIELDS = [purpose.lower().replace(" ", "_") for purpose in PURPOSES]

ASSESSMENT = "**/history/*-*-*-*-*/"
"""The URL pattern of an assessment, for `wait_for_url`."""


class Visitor:
    """A person with a browser window, and an account once they have signed up."""

    def __init__(self, page: Page, expected_statuses: set[int]) -> None:
        self.page = page
        self.email = f"{uuid.uuid4().hex[:12]}@example.com"
        self.password = "ten points for five purposes"
        self._expected_statuses = expected_statuses

    def expect_status(self, *statuses: int) -> None:
        """From now on, don't count these statuses (404, 422 …) as faults.

        0 stands for no response at all, as while a server restarts.
        """
        self._expected_statuses.update(statuses)

    def shot(self, name: str) -> None:
        """Save a full-page screenshot in var/screenshots/, if SCREENSHOTS is set."""
        if not TAKE_SHOTS:
            return
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    @property
    def message(self) -> Locator:
        """The page's message on the last action."""
        return self.page.get_by_role("status").and_(self.page.locator(".messages"))

    # --- The questionnaire ---

    def field(self, purpose: str) -> Locator:
        return self.page.get_by_label(purpose, exact=True)

    def add(self, purpose: str) -> None:
        self.page.get_by_role("button", name=f"Add a point to {purpose}").click()

    def take(self, purpose: str) -> None:
        self.page.get_by_role("button", name=f"Take a point from {purpose}").click()

    def expect_status_line(self, words: str) -> None:
        """Expect the status line (the points left) above the fields and beside the button."""
        expect(self.page.locator("[data-status]")).to_have_text([words, words])

    @property
    def send_button(self) -> Locator:
        return self.page.get_by_role("button", name="Show my result")

    def type_points(self, split: str) -> None:
        """Type a split, such as 6-2-2-0-0, into the five fields."""
        for purpose, points in zip(PURPOSES, split.split("-"), strict=True):
            self.field(purpose).fill(points)

    def expect_points(self, split: str) -> None:
        for purpose, points in zip(PURPOSES, split.split("-"), strict=True):
            expect(self.field(purpose)).to_have_value(points)

    def record(self, split: str) -> str:
        """Record a split, signed in, without rendering the form; open the assessment.

        Returns its URL.
        """
        points = dict(zip(FIELDS, split.split("-"), strict=True))
        answer = self._send("/", {**points, "submission": str(uuid.uuid4())})
        self.page.goto(answer.headers["location"])
        return self.page.url

    def record_by_hand(self, split: str) -> str:
        """Record a split, signed in, through the form, as people do; return the URL likewise."""
        self.page.goto("/")
        self.type_points(split)
        self.send_button.click()
        self.page.wait_for_url(ASSESSMENT)
        return self.page.url

    def spend_anonymously(self, split: str) -> None:
        """Send a split, signed out, through the form, as people do."""
        self.page.goto("/")
        self.type_points(split)
        self.send_button.click()
        self.page.wait_for_url(f"**/splits/{split}/")

    # --- The result ---

    @property
    def headline(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    def expect_rows(self, *rows: str) -> None:
        """Expect these rows in the result's table: purpose, points, share, minutes of an hour."""
        table = self.page.get_by_role(
            "table", name="Where the ten points went, and what that means per hour"
        )
        expect(table.locator("tbody tr")).to_have_text(list(rows))

    @property
    def advised(self) -> Locator:
        """The purposes that the page has tips on, in the order of the page."""
        return self.page.get_by_role("region", name="What to do next").get_by_role(
            "heading", level=3
        )

    # --- The account ---

    def sign_up(self) -> None:
        """Sign up without rendering the form. The window shows what it showed before."""
        self._send("/accounts/signup/", {"email": self.email, "password1": self.password})

    def sign_up_by_hand(self) -> None:
        """Sign up through the form, as people do."""
        self.page.goto("/accounts/signup/")
        self.fill_credentials()
        self.page.get_by_role("button", name="Sign up").click()
        self.page.wait_for_url("**/history/")

    def sign_in(self) -> None:
        """Sign in without rendering the form. The window shows what it showed before."""
        self._send("/accounts/login/", {"login": self.email, "password": self.password})

    def sign_in_by_hand(self) -> None:
        """Sign in through the form, as people do."""
        self.page.goto("/accounts/login/")
        self.fill_credentials()
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/history/")

    def _send(self, path: str, fields: dict[str, str]) -> APIResponse:
        """Send a form with the browser's cookies, and expect a redirect."""
        page = self.page.request.get(path).text()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page
        answer = self.page.request.post(
            path, form={**fields, "csrfmiddlewaretoken": token[1]}, max_redirects=0
        )
        assert answer.status == HTTPStatus.FOUND, answer.text()
        return answer

    def fill_credentials(self) -> None:
        self.page.get_by_label("Email").fill(self.email)
        self.page.get_by_role("textbox", name="Password").fill(self.password)

    @property
    def account_menu(self) -> Locator:
        return self.page.get_by_role("banner").get_by_role("group").filter(has_text="Your account")

    def open_account_menu(self) -> None:
        self.account_menu.locator("summary").click()

    def go_to(self, name: str) -> None:
        """Choose a page in the account menu, such as History."""
        self.open_account_menu()
        self.account_menu.get_by_role("link", name=name, exact=True).click()

    def sign_out(self) -> None:
        self.page.goto("/history/")
        self.open_account_menu()
        self.account_menu.get_by_role("button", name="Sign out").click()
        expect(self.message).to_contain_text("signed out")
        self.page.wait_for_load_state()  # its script forgets that someone was signed in
