"""Benchmark of the community's picture: its refresh, and a view of its page.

`make bench` runs it. Two and a half million people have ten million results, or as many as
BENCH_ASSESSMENTS says. `manage.py refresh_community` counts the latest result of each person, so
its cost depends on the number of people. Then rounds of `/community/`, served by gunicorn,
alternate with rounds of the empty view.
"""

import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.crowd import ASSESSMENTS, fill
from bench.served import Site, beside, gunicorn, show
from tests.support.server import running

EACH = 4  # assessments per person
MAX_REFRESH_S = 60
GOALS = (1.05, 0.95)
"""What a page view may cost, as a multiple of the empty view: within reach, and ideally."""

FIRST_PERSON = """
from purposeapp.models import User
User.objects.create_user("bench-0@example.org")
"""


def main() -> None:
    with ExitStack() as scratch:
        folder = Path(scratch.enter_context(tempfile.TemporaryDirectory()))
        server = scratch.enter_context(running("bench_community", folder, LOG_LEVEL="WARNING"))
        server.run(FIRST_PERSON)
        fill(server.database, ASSESSMENTS, EACH)
        for which in ("first", "second"):
            started = time.monotonic()
            said = server.manage("refresh_community").strip()
            took = time.monotonic() - started
            verdict = "reached" if took <= MAX_REFRESH_S else "missed"
            print(
                f"The {which} refresh, of {ASSESSMENTS:,} results of {ASSESSMENTS // EACH:,} "
                f"people: {took:.0f} s (aim: {MAX_REFRESH_S}, {verdict}). {said}",
                flush=True,
            )
        site = Site(server.port, server.process.pid, server.database)
        page = site.ask("/community/")
        assert page.status == 200
        assert "Average share" in page.body, "the page shows no picture"
        print("A view of the community page, as a multiple of an empty Django view:")
        for threads, name in ((0, "/community/"), (4, "the same, both with threads")):
            empty = Site(*gunicorn("bench.empty", scratch, threads=threads))
            look = partial(site.ask, "/community/")
            show(name, beside(empty, partial(empty.ask, "/"), site, look), GOALS)


if __name__ == "__main__":
    main()
