"""Check the pages with Lighthouse (mobile) and html-validate.

`make bench` runs it. It needs a Chromium and npm, which installs both tools into var/bench.
Exits with 1 when a page scores less than 100 in a category, or is not valid HTML.
"""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.chromium import FLAGS, executable
from tests.support.server import CHECKOUT, Server, running

TOOLS = ["lighthouse@12.8.2", "html-validate@10.17.0"]
FOLDER = CHECKOUT / "var" / "bench"
MEASURED = ["/", "/splits/6-2-2-0-0/"]
PUBLIC = [
    *MEASURED,
    "/splits/2-2-2-2-2/",
    "/splits/6-2-2-0-0/with/2-2-0-6-0/",
    "/worksheet/",
    "/privacy/",
    "/community/",
    "/purposes/",
    "/purposes/job-seeking/",
    "/join/",
    "/rooms/",
    "/talks/",
    "/splits/2-2-0-6-0/?as=candidate",
    "/keep/6-2-2-0-0/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nothing/",
]
PRIVATE = [
    "/",
    "/history/",
    "/history/add/",
    "/history/compare/",
    "/history/import/",
    "/goal/",
    "/goal/?start=last",
    "/try/",
    "/try/2-0-0-8-0/?if=redundancy",
    "/reminders/",
    "/tips/",
    "/accounts/delete/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
]


class Visitor:
    """A minimal browser on urllib, with a cookie jar."""

    def __init__(self, server: Server) -> None:
        self.server = server
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        try:
            return self.opener.open(self.server.url + path).read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def post(self, path: str, **form: str) -> tuple[str, str]:
        """Submit the form of a page; return the path that it leads to, and the page there."""
        token = re.search('csrfmiddlewaretoken" value="([^"]+)"', self.get(path))
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **form}).encode()
        try:
            answer = self.opener.open(self.server.url + path, data)
        except urllib.error.HTTPError as error:
            answer = error
        return urllib.parse.urlsplit(answer.url).path, answer.read().decode()


def tool(name: str) -> str:
    return str(FOLDER / "node_modules" / ".bin" / name)


def install() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--no-package-lock"]
    subprocess.run([*command, *TOOLS], cwd=FOLDER, check=True)


def lighthouse(url: str) -> dict[str, int]:
    """Return the four scores of a page, 0 to 100, as on a phone with a slow connection."""
    with sync_playwright() as playwright:
        chromium = executable(playwright)
    report = FOLDER / "lighthouse.json"
    flags = " ".join(["--headless=new", *FLAGS])
    output = ["--quiet", "--output=json", f"--output-path={report}"]
    subprocess.run(
        [tool("lighthouse"), url, *output, f"--chrome-flags={flags}"],
        env=os.environ | {"CHROME_PATH": str(chromium)},
        check=True,
    )
    categories = json.loads(report.read_text())["categories"]
    return {name: round(category["score"] * 100) for name, category in categories.items()}


def every_page(server: Server) -> dict[str, str]:
    """Return the HTML of every page, by a descriptive name."""
    anonymous, visitor = Visitor(server), Visitor(server)
    pages = {f"anonymous {path}": anonymous.get(path) for path in PUBLIC}
    zeros = dict.fromkeys(
        ["business_driven", "community_spirit", "learning_sponge", "job_seeking"], "0"
    )
    _, pages["422"] = anonymous.post("/", **zeros, vanity_project="eleven")
    _, pages["422, too few"] = anonymous.post("/", **zeros, vanity_project="9")
    account = re.search(r"^email: (.+)\npassword: (.+)$", server.manage("demo"), re.MULTILINE)
    visitor.post("/accounts/login/", login=account[1], password=account[2])
    path, pages["an assessment"] = visitor.post("/", **zeros, vanity_project="10")
    _, pages["a goal"] = visitor.post("/goal/", **zeros, vanity_project="10", wanted_by="")
    _, pages["a goal set"] = visitor.post(
        "/goal/", **(zeros | {"business_driven": "10"}), vanity_project="0", wanted_by=""
    )
    _, pages["422, paper"] = visitor.post(
        "/history/add/", **zeros, vanity_project="10", taken_on="2001-01-01"
    )
    _, pages["422, reminder"] = visitor.post("/reminders/", rhythm="on_date", date="")
    pages["delete"] = visitor.get(f"{path}delete/")
    _, pages["422, note"] = visitor.post(path, note="x" * 3_000)
    return pages | {f"signed in {path}": visitor.get(path) for path in PRIVATE}


def validate(pages: dict[str, str]) -> bool:
    """Print whether each page is valid HTML, with its errors; return True if all are valid."""
    valid = True
    with tempfile.TemporaryDirectory() as folder:
        for name, page in pages.items():
            file = Path(folder) / "page.html"
            file.write_text(page)
            done = subprocess.run(
                [tool("html-validate"), "--preset", "standard", str(file)],
                cwd=FOLDER,
                capture_output=True,
                text=True,
            )
            print(f"  {'valid  ' if done.returncode == 0 else 'INVALID'}  {name}")
            if done.returncode:
                valid = False
                print(done.stdout)
    return valid


def main() -> int:
    install()
    with tempfile.TemporaryDirectory() as folder, running("bench", Path(folder)) as server:
        print("HTML, by html-validate:")
        good = validate(every_page(server))
        print("Lighthouse, mobile:")
        for path in MEASURED:
            scores = lighthouse(server.url + path)
            good &= set(scores.values()) == {100}
            print(f"  {path}  {scores}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
