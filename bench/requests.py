"""Benchmark of requests in one process: CPU, as a multiple of an empty Django view's.

`make bench` runs it. The requests go straight into the WSGI application, so the numbers include
neither network nor server. They don't include PostgreSQL either, which runs in its own processes.
Rounds of each kind of request alternate with rounds of the empty view, and the median of their
ratios is printed: a machine that is slow for a while slows both.
"""

import os
import statistics
import time
from datetime import timedelta
from io import BytesIO
from typing import Any

ROUNDS, REQUESTS = 15, 60
TIPS = (23, 100, 2_000)
"""Numbers of tips: as many as there are at first, enough to fill every page, and far more."""


def set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    if not os.environ.get("DATABASE_URL"):
        from config import local_postgres

        local_postgres.ensure_running()
    import django

    django.setup()


def ask(application, path: str, **headers: str):
    """Send a GET to a WSGI application; return the status code."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **headers,
    }
    status = []
    response = application(environ, lambda line, *_: status.append(line))
    for _part in response:
        pass
    response.close()
    return int(status[0].split()[0])


def cpu_of(
    application, path: str, expected: int, *, from_memory: bool = True, **headers: str
) -> float:
    """Return the CPU seconds that a round of requests takes in this process.

    Unless `from_memory`, each request finds the cache of public pages empty.
    """
    from purposeapp.web.page_cache import page_cache

    started = time.process_time()
    for _ in range(REQUESTS):
        if not from_memory:
            page_cache.clear()
        status = ask(application, path, **headers)
        assert status == expected, f"{path} answered {status}"
    return time.process_time() - started


def main() -> None:
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpResponse
    from django.test.utils import override_settings
    from django.urls import path

    from purposeapp.split import Split

    class EmptyUrls:
        urlpatterns = [path("", lambda request: HttpResponse("ok"))]

    with override_settings(ROOT_URLCONF=EmptyUrls, MIDDLEWARE=[]):
        empty = WSGIHandler()

        def empty_view() -> float:
            with override_settings(ROOT_URLCONF=EmptyUrls):
                return cpu_of(empty, "/", 200)

        empty_view()

    site = WSGIHandler()
    split = Split.parse("6-2-2-0-0")
    result = f"/splits/{split}/"
    etag = etag_of(site, result)
    with some_people() as (one, many):
        kinds: dict[str, tuple[str, int, dict[str, Any]]] = {
            "a result page, from memory": (result, 200, {}),
            "the same, not modified (304)": (result, 304, {"HTTP_IF_NONE_MATCH": etag}),
            "a result page, rendered": (result, 200, {"from_memory": False}),
            "its card, from the disk": (f"/splits/{split}.png", 200, {}),
            "the questionnaire, signed out": ("/", 200, {}),
            "a history of 1 entry": ("/history/", 200, {"HTTP_COOKIE": one}),
            "a history of 500 entries": ("/history/", 200, {"HTTP_COOKIE": many}),
        }
        ratios: dict[str, list[float]] = {name: [] for name in kinds}
        for name, (address, status, headers) in kinds.items():
            cpu_of(site, address, status, **headers)  # warm up
            for _ in range(ROUNDS):
                beside = empty_view()
                ratios[name].append(cpu_of(site, address, status, **headers) / beside)
    print("CPU of a request, as a multiple of an empty Django view:")
    for name, found in ratios.items():
        low, middle, high = min(found), statistics.median(found), max(found)
        print(f"  {name:32} {middle:6.1f}   ({low:.1f} to {high:.1f})")
    print(
        f"Time of a request with {TIPS[1]:,} and with {TIPS[2]:,} tips, as a multiple of {TIPS[0]}:"
    )
    for name, (full, many) in with_many_tips().items():
        print(f"  {name:32} {full:6.1f} {many:6.1f}")


def with_many_tips() -> dict[str, list[float]]:
    """Return the slowdown by many tips, of five versions each, of pages that show some of them.

    This measures wall-clock time, not CPU, since PostgreSQL does the choosing. It takes the best
    of several rounds, since these can't alternate. Everything is rolled back.
    """
    from django.db import transaction
    from django.test import Client, override_settings

    from purposeapp.models import Assessment, Tip, User
    from purposeapp.split import Split
    from purposeapp.web.latest_version import latest_version
    from purposeapp.web.page_cache import page_cache

    def seconds(client, address: str) -> float:
        started = time.perf_counter()
        for _ in range(10):
            page_cache.clear()
            status = client.get(address).status_code
            assert status == 200, f"{address} answered {status}"
        return time.perf_counter() - started

    # Don't measure the lookup of the latest version, which happens only once a second.
    with transaction.atomic(), override_settings(PUBLIC_PAGE_SECONDS=3_600):
        user = User.objects.create_user(f"bench-{os.getpid()}-tips@example.org")
        later = timezone_now() + timedelta(minutes=1)
        # The latest one shows the tips as published now, the one before as of when it was recorded.
        assessment, _latest = (
            Assessment.objects.create(
                user=user,
                taken_at=timezone_now() - timedelta(days=days),
                recorded_at=later,
                **Split(2, 2, 2, 2, 2).as_dict(),
            )
            for days in (1, 0)
        )
        kinds = {
            "a result page, rendered": "/splits/2-2-2-2-2/",
            "a purpose's page, rendered": "/purposes/job-seeking/",
            "an earlier assessment": assessment.get_absolute_url(),
        }
        # Unlike the requests above, the test client leaves the connection and transaction open.
        client = Client(headers={"host": "localhost"})
        client.force_login(user)
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for tips in TIPS:
            Tip.history.update(state=Tip.State.ARCHIVED)
            Tip.objects.update(state=Tip.State.ARCHIVED)
            make_tips(tips)
            latest_version.clear()
            for name, address in kinds.items():
                seconds(client, address)  # warm up
                found[name].append(min(seconds(client, address) for _ in range(15)))
        transaction.set_rollback(True)
    return {name: [time / times[0] for time in times[1:]] for name, times in found.items()}


def make_tips(number: int) -> None:
    """Create `number` published tips, on all purposes in turn, each with five versions."""
    from django.db import connection

    from purposeapp.models import Tip
    from purposeapp.split import Purpose

    purposes = list(Purpose)
    Tip.objects.bulk_create(
        Tip(
            key=f"bench-{number}-{i}",
            purpose=purposes[i % 5],
            text=f"Number {i} is about as *long* as the tips are that people read here every day.",
            state=Tip.State.PUBLISHED,
        )
        for i in range(number)
    )
    for version in range(5):
        Tip.history.bulk_history_create(
            Tip.objects.filter(key__startswith=f"bench-{number}-"),
            update=version > 0,
            default_date=timezone_now() - timedelta(days=5 - version),
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE purposeapp_tip, purposeapp_historicaltip")


def etag_of(application, address: str) -> str:
    """Return the ETag that a browser would send for a page it has cached."""
    from django.test import Client

    return Client(headers={"host": "localhost"}).get(address)["ETag"]


def timezone_now():
    from django.utils import timezone

    return timezone.now()


class some_people:
    """Context manager for two signed-in users, with histories of 1 and 500; deleted afterwards."""

    def __enter__(self) -> tuple[str, str]:
        from django.test import Client

        from purposeapp.management.demo import Chapter, record_chapters
        from purposeapp.models import User
        from purposeapp.split import Split

        splits, cookies = list(Split.all()), []
        self.users = []
        for assessments in (1, 500):
            user = User.objects.create_user(f"bench-{os.getpid()}-{assessments}@example.org")
            self.users.append(user)
            begin = timezone_now() - timedelta(days=assessments)
            days = range(assessments)
            record_chapters(user, begin, [Chapter(day, str(splits[day])) for day in days])
            client = Client()
            client.force_login(user)
            cookies.append(f"sessionid={client.cookies['sessionid'].value}")
        return cookies[0], cookies[1]

    def __exit__(self, *_exception) -> None:
        for user in self.users:
            user.delete()


def prepare() -> None:
    """Migrate and collect the static files, as `make run` does."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    set_up()
    prepare()
    main()
