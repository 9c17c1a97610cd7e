"""Inspect pages in a browser: nothing overflows the width, and axe finds no violation."""

import re
from urllib.parse import parse_qsl, urlsplit

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Page

from tests.support.visitor import TAKE_SHOTS, Visitor

PHONE, TABLET, DESKTOP = 360, 768, 1440
WIDTHS = [320, PHONE, TABLET, DESKTOP]
HEIGHT = 800
LOOKS = [("light", DESKTOP), ("dark", PHONE)]  # each theme once and each layout once
DOWNLOADS = (".csv", ".ics", ".json", ".png")

TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return null;
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > width + 1);
  return wide.slice(-3).map((element) => element.outerHTML.slice(0, 80)).join(" | ");
}"""

# Only violations: transferring the rest, such as every node that passed, would take as long again.
VIOLATIONS = """async (options) => {
  const { violations } = await axe.run({ ...options, resultTypes: ["violations"] });
  return { violations };
}"""


def axe_report(page: Page, *, preload: bool = True) -> str | None:
    """Return axe's report on the current page once it has loaded, or None without violations.

    To preload style sheets, axe adds styles to the page, which the admin's content security policy
    forbids.
    """
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate(VIOLATIONS, {"preload": preload}))
    return results.generate_report() if results.violations_count else None


class Inspection:
    """Inspects one page after another, and collects their faults."""

    def __init__(self, visitor: Visitor, who: str) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.who = who
        self.faults: list[str] = []

    def of_all(self, *addresses: str, but: tuple[str, ...] = ()) -> None:
        """Inspect these pages and, following their links, one page of each other kind.

        Links whose path starts with one of `but` are not followed.
        """
        # So each page brings axe along, which takes half as long as to send it there.
        self.page.add_init_script(AXE_SCRIPT)
        kinds = {_kind(address) for address in addresses}
        waiting = list(addresses)
        for address in waiting:
            self.page.goto(address)
            self.here(address if address in addresses else _kind(address))
            for link in self._links():
                if _kind(link) not in kinds and not link.startswith(but):
                    kinds.add(_kind(link))
                    waiting.append(link)

    def here(self, name: str) -> None:
        """Inspect the current page once it has loaded."""
        self.page.wait_for_load_state()
        name = re.sub("[^a-z0-9]+", "-", name).strip("-") or "questionnaire"
        for width in WIDTHS:
            self._look_at("light", width)
            if culprits := self.page.evaluate(TOO_WIDE):
                self.faults.append(f"{name} at {width} px is too wide: {culprits}")
        for scheme, width in LOOKS:
            self._look_at(scheme, width)
            if report := axe_report(self.page):
                self.faults.append(f"{name}, {scheme}, at {width} px: {report}")
        if TAKE_SHOTS:
            for scheme in ("light", "dark"):
                for width in (PHONE, TABLET, DESKTOP):
                    self._look_at(scheme, width)
                    self.visitor.shot(f"{self.who}-{name}-{width}-{scheme}")

    def _look_at(self, scheme: str, width: int) -> None:
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def _links(self) -> list[str]:
        """Return the links to our own pages, without the admin and downloads."""
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


def _kind(address: str) -> str:
    """Return the kind of page of a URL: the URL without ids, splits, query values and `next`."""
    parts = urlsplit(address)
    path = re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "id", parts.path)
    path = re.sub("[0-9]+(-[0-9]+){4}", "split", path)
    options = [name for name, _ in parse_qsl(parts.query) if name != "next"]
    return "?".join([path, *options])
