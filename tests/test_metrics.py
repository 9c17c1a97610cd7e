"""The metrics for Prometheus, from two workers of the real server."""

import re
import signal
import time

import pytest
import requests

from tests.support.server import CHECKOUT, running

pytestmark = pytest.mark.processes
TOKEN = "a token for Prometheus"


@pytest.fixture(scope="module")
def server(tmp_path_factory, prepared):
    folder = tmp_path_factory.mktemp("metrics")
    settings = {"METRICS_TOKEN": TOKEN, "WEB_CONCURRENCY": "2"}
    with running("metrics", folder, prepared, **settings) as server:
        yield server


def scrape(server) -> dict[str, float]:
    answer = requests.get(
        f"{server.url}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in answer.headers["Cache-Control"]
    families = [line for line in answer.text.splitlines() if line.startswith("# TYPE")]
    assert len(families) == len(set(families))
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def count(method: str, route: str, status: int) -> str:
    labels = f'method="{method}",route="{route}",status="{status}"'
    return f"five_purposes_requests_total{{{labels}}}"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer no"}, {"Authorization": TOKEN}])
def test_nobody_else_finds_it(server, header):
    assert requests.get(f"{server.url}/metrics", headers=header, timeout=10).status_code == 404


def test_each_answer_is_counted_by_its_route_from_whichever_worker(server):
    before = scrape(server)
    for path in (*["/purposes/job-seeking/"] * 8, *["/history/"] * 3, "/nothing/of/that/name"):
        requests.get(server.url + path, timeout=10, allow_redirects=False)
    requests.request("BREW", f"{server.url}/history/", timeout=10)
    after = scrape(server)

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    page = "/purposes/<purpose:purpose>/"
    from_memory = more(count("GET", "(memory)", 200))
    assert more(count("GET", page, 200)) + from_memory == 8
    assert from_memory >= 6  # all but the first render in each of two workers
    assert more(count("GET", "/history/", 302)) == 3
    assert more(count("other", "/history/", 403)) == 1
    assert more(count("GET", "(none)", 404)) == 1
    assert more(f'five_purposes_request_seconds_count{{route="{page}"}}') == 8 - from_memory
    assert more(f'five_purposes_queries_total{{route="{page}"}}') > 0
    assert more(f'five_purposes_query_seconds_total{{route="{page}"}}') > 0
    assert after["five_purposes_database_up"] == 1
    assert after["five_purposes_reminders_due"] == after["five_purposes_sessions_over"] == 0
    assert after["five_purposes_rooms_over"] == after["five_purposes_mails_waiting"] == 0
    assert not [name for name in after if "pid=" in name]  # no gauge outlives its worker


def test_an_outage_of_the_database_is_a_number_and_not_the_end_of_all_numbers(server):
    before = scrape(server)
    with server.database.refusing_connections():
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 503
        during = scrape(server)
    assert during["five_purposes_database_up"] == 0
    assert "five_purposes_mails_waiting" in before
    assert "five_purposes_mails_waiting" not in during
    refused = count("GET", "/readyz", 503)
    assert during[refused] - before.get(refused, 0) == 1
    assert scrape(server)["five_purposes_database_up"] == 1


PEOPLE_DUE = """
from datetime import date
from tests.support.make import make_reminder, make_user, make_verified_user
for user in (make_verified_user("a@example.org"), make_user("b@example.org"),
             make_verified_user("c@example.org", is_active=False)):
    make_reminder(user, due_on=date(2026, 1, 1))
make_reminder(make_verified_user("d@example.org"), due_on=date(9999, 1, 1))
"""


def test_a_reminder_waits_only_where_somebody_may_be_sent_mail(server):
    server.run(PEOPLE_DUE)
    waiting = scrape(server)["five_purposes_reminders_due"]
    server.run("from purposeapp.models import User; User.objects.all().delete()")
    assert waiting == 1


def test_no_address_ever_becomes_a_label(server):
    for path in ("/talk/akeyakeyakeyakeyakey/", "/invitations/akeyakeyakey/", "/akeyakey?akey"):
        requests.get(server.url + path, timeout=10)
    assert not [name for name in scrape(server) if "akey" in name]


def test_what_the_dashboard_and_the_alerts_ask_for_is_there(server):
    names = {name.partition("{")[0] for name in scrape(server)}
    for file in ("grafana.json", "alerts.yaml"):
        text = (CHECKOUT / "deploy" / file).read_text()
        asked = set(re.findall(r"\bfive_purposes_\w+", text))
        assert len(asked) > 1
        assert asked <= names, file


def test_a_server_that_stops_leaves_no_counts_and_one_that_reloads_keeps_them(tmp_path, prepared):
    (tmp_path / "tmp").mkdir()
    settings = {"METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path / "tmp")}
    with running("counts", tmp_path, prepared, **settings) as server:
        (folder,) = (tmp_path / "tmp").glob("metrics-*")
        before = {file.name for file in folder.iterdir()}
        assert before
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while {file.name for file in folder.iterdir()} <= before:
            requests.get(f"{server.url}/purposes/", timeout=60)
            assert time.monotonic() < deadline, "no new worker"
        assert list((tmp_path / "tmp").glob("metrics-*")) == [folder]
    assert not folder.exists()
