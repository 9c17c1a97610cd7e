"""Every page that links lead to: readable, quiet, and as wide as the window it is in."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.visitor import PURPOSES

PHONE, TABLET, DESKTOP = 360, 768, 1440
WIDTHS = [320, PHONE, TABLET, DESKTOP]
HEIGHT = 800
PUBLIC = ("/privacy/", "/purposes/", "/splits/", "/worksheet/")  # the same page for everybody
DOWNLOADS = (".csv", ".ics", ".json", ".png")

TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > width + 1);
  return wide.slice(-3).map((element) => element.outerHTML.slice(0, 80)).join(" | ");
}"""


class Inspection:
    """Looks at one page after the other, and remembers what is wrong with them."""

    def __init__(self, visitor, scheme, who):
        self.page = visitor.page
        self.shot = visitor.shot
        self.scheme = scheme
        self.who = who
        self.faults = []

    def of_all(self, *addresses, but: tuple[str, ...] = ()):
        """Inspect these pages, and of those that links lead to, one of each kind.

        Links to a path that begins like one of `but` are not followed.
        """
        kinds = {_kind(address) for address in addresses}
        waiting = list(addresses)
        for address in waiting:
            self.page.goto(address)
            self.here(address if address in addresses else _kind(address))
            for link in self._links():
                if _kind(link) not in kinds and not link.startswith(but):
                    kinds.add(_kind(link))
                    waiting.append(link)

    def here(self, name):
        """Inspect the page that is open."""
        name = re.sub("[^a-z0-9]+", "-", name).strip("-") or "questionnaire"
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            if culprits := self.page.evaluate(TOO_WIDE):
                self.faults.append(f"{name} at {width} px is too wide: {culprits}")
            if width == PHONE or (width == DESKTOP and self.scheme == "light"):
                self._look_with_axe(f"{name} at {width} px")
            if width in (PHONE, TABLET, DESKTOP):
                self.shot(f"{self.who}-{name}-{width}-{self.scheme}")

    def _look_with_axe(self, name):
        results = Axe().run(self.page)
        if results.violations_count:
            self.faults.append(f"{name}: {results.generate_report()}")

    def _links(self):
        """The pages of ours that this one links to; the admin and downloads are none."""
        links = self.page.eval_on_selector_all(
            "a[href]", "(links) => links.map((link) => link.href.split('#')[0])"
        )
        here = urlsplit(self.page.url)
        paths = [urlsplit(link) for link in links]
        return [
            path._replace(scheme="", netloc="").geturl()
            for path in paths
            if path.netloc == here.netloc
            and not path.path.startswith("/admin/")
            and not path.path.endswith(DOWNLOADS)
        ]


def _kind(address):
    """What an address is one of: without ids, splits, and where a sign-in leads on to."""
    parts = urlsplit(address)
    path = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", parts.path)
    path = re.sub("[0-9]+(-[0-9]+){4}", "split", path)
    options = [name for name, _ in parse_qsl(parts.query) if name != "next"]
    return "?".join([path, *options])


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def visitor(new_visitor, scheme):
    return new_visitor(color_scheme=scheme, reduced_motion="reduce")


def test_every_page_that_anybody_may_see(visitor, scheme):
    visitor.expect_status(404, 422)
    inspection = Inspection(visitor, scheme, "anybody")
    inspection.of_all(
        "/",
        "/splits/6-2-2-0-0/",
        "/splits/1-2-1-3-3/",
        "/splits/2-2-2-2-2/",
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/nowhere/",
    )
    visitor.page.goto("/")
    visitor.type_points("5-x-4-3-2")
    visitor.send_button.click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    inspection.here("not-a-number")
    visitor.field("Community spirit").fill("0")
    visitor.send_button.click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("Take 4 away")
    inspection.here("too-many")
    assert not inspection.faults, "\n".join(inspection.faults)


def test_every_page_of_a_person_with_an_account(visitor, remember, scheme):
    page = visitor.page
    visitor.expect_status(422)
    visitor.sign_up()
    inspection = Inspection(visitor, scheme, "member")
    inspection.here("history-empty")
    remember(visitor)
    latest = visitor.record("1-2-1-3-3")
    page.get_by_label("Did you expect this?").fill("Not at all. " * 20 + "W" * 80)
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status")).to_have_text("What you told is kept.")
    inspection.here("note-kept")
    for split in ("4-3-3-0-0", "0-2-4-3-1"):
        page.goto("/goal/")
        visitor.type_points(split)
        page.get_by_role("main").get_by_role("button", name="Set this goal").click()
        expect(page.get_by_role("status")).to_have_text("Your goal is set.")
    page.goto("/history/add/")
    page.get_by_label("Did something happen in your life?").select_option("Something else")
    page.get_by_role("main").get_by_role("button", name="Add it to my history").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspection.here("paper-invalid")
    page.goto(latest)
    page.get_by_role("button", name="Done").first.click()
    expect(page.get_by_text("Done on").nth(2)).to_be_visible()
    page.get_by_role("button", name="Not for me").first.click()
    expect(page.get_by_text("1 not for you")).to_be_visible()
    for details in page.locator("details.more").all():
        details.locator("summary").click()
    inspection.here("checklist")
    page.get_by_role("button", name="Both").click()
    expect(page.get_by_text("Your side: Both")).to_be_visible()
    page.get_by_text("Change", exact=True).click()
    inspection.here("side-known")
    inspection.of_all(
        "/history/",
        "/",
        "/try/0-2-0-8-0/?if=redundancy",
        "/accounts/email/",
        "/accounts/password/change/",
        but=PUBLIC,
    )
    page.goto("/history/")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("columnheader", name=PURPOSES[0])).to_be_visible()
    inspection.here("history-table")
    assert not inspection.faults, "\n".join(inspection.faults)


def test_the_switch_between_paper_and_night_is_remembered(visitor, scheme):
    other = {"light": "dark", "dark": "light"}[scheme]
    page = visitor.page
    page.goto("/")
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.get_by_role("button", name=f"Switch to {other}").click()
    switch_back = page.get_by_role("button", name=f"Switch to {scheme}")
    expect(switch_back).to_be_visible()
    after = page.evaluate(background)
    assert after != before
    page.goto("/accounts/login/")
    assert page.evaluate(background) == after
    switch_back.click()
    expect(page.get_by_role("button", name=f"Switch to {other}")).to_be_visible()
    assert page.evaluate(background) == before
