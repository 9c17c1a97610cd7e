"""What a request costs, as CPU against that of an empty Django view, side by side in one run.

`make bench` runs it. The requests go straight into the WSGI application, so that neither a
network nor a server's own work is in the numbers; PostgreSQL works in processes of its own and
is not in them either. Rounds of each kind take turns, and the median ratio of a round to the
empty view's round beside it is printed: a machine that is slow for a while slows both.
"""

import os
import statistics
import time
from datetime import timedelta
from io import BytesIO

ROUNDS, REQUESTS = 15, 60


def set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["LOG_LEVEL"] = "ERROR"
    if not os.environ.get("DATABASE_URL"):
        from config import local_postgres

        local_postgres.hold()
    import django

    django.setup()


def ask(application, path: str, **headers: str):
    """Put one GET to a WSGI application; returns the status."""
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


def cpu_of(application, path: str, expected: int, **headers: str) -> float:
    """CPU seconds that a round of requests takes in this process."""
    started = time.process_time()
    for _ in range(REQUESTS):
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
        kinds = {
            "a result page, from memory": (result, 200, {}),
            "the same, unchanged (304)": (result, 304, {"HTTP_IF_NONE_MATCH": etag}),
            "a result page, made": (result, 200, {"QUERY_STRING": "made"}),
            "its card, from the disk": (f"/splits/{split}.png", 200, {}),
            "the questionnaire, anonymous": ("/", 200, {}),
            "a history of 1": ("/history/", 200, {"HTTP_COOKIE": one}),
            "a history of 500": ("/history/", 200, {"HTTP_COOKIE": many}),
        }
        ratios: dict[str, list[float]] = {name: [] for name in kinds}
        for name, (address, status, headers) in kinds.items():
            cpu_of(site, address, status, **headers)  # warm
            for _ in range(ROUNDS):
                beside = empty_view()
                ratios[name].append(cpu_of(site, address, status, **headers) / beside)
    print("CPU of a request, as a multiple of an empty Django view:")
    for name, found in ratios.items():
        low, middle, high = min(found), statistics.median(found), max(found)
        print(f"  {name:32} {middle:6.1f}   ({low:.1f} to {high:.1f})")


def etag_of(application, address: str) -> str:
    """The fingerprint that a browser would send with a page it has."""
    from django.test import Client

    return Client(headers={"host": "localhost"}).get(address)["ETag"]


class some_people:
    """Two people with a history, one short and one long, signed in; gone afterwards."""

    def __enter__(self) -> tuple[str, str]:
        from django.test import Client
        from django.utils import timezone

        from purposeapp.models import Assessment, User
        from purposeapp.split import Split

        now, splits, cookies = timezone.now(), list(Split.all()), []
        self.users = []
        for assessments in (1, 500):
            user = User.objects.create_user(f"bench-{os.getpid()}-{assessments}@example.org")
            self.users.append(user)
            Assessment.objects.bulk_create(
                Assessment(user=user, taken_at=now - timedelta(days=day), **splits[day].as_dict())
                for day in range(assessments)
            )
            client = Client()
            client.force_login(user)
            cookies.append(f"sessionid={client.cookies['sessionid'].value}")
        return cookies[0], cookies[1]

    def __exit__(self, *_exception) -> None:
        for user in self.users:
            user.delete()


if __name__ == "__main__":
    set_up()
    main()
