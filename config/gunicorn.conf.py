"""How gunicorn serves, in a container as on a laptop."""

import ctypes
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from config.environment import make_secret_key

_host = os.environ.get("HOST") or "127.0.0.1"

wsgi_app = "config.wsgi"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT') or 8000}"

# Threads, so that a visitor on a slow line does not hold up a whole process; each keeps one
# connection to PostgreSQL.
worker_class = "config.gunicorn_worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
# Longer than a load balancer keeps its connections, so that it is the one to close them.
keepalive = 75
timeout = 30
graceful_timeout = 10
# What no browser sends of us is refused. The kernel sends files without a limit of time.
limit_request_fields = 50
sendfile = False

# A file that is touched to show that a worker lives belongs in memory, where there is one.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# The control socket would open in the home folder, which a container need not have.
control_socket_disable = True
# Nothing that a proxy claims is believed here; TRUSTED_PROXIES tells Django what to believe.
forwarded_allow_ips = ""
loglevel = "warning"

# A reload reads this file again, and keeps the folder.
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Each worker writes its counts into a file of its own there; whichever is asked adds them up.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


PR_SET_PDEATHSIG = 1  # linux/prctl.h

# How long a request may wait for a lock, let PostgreSQL work on one statement, and be idle within a
# transaction. What takes longer ends as a 503 that can be tried again. Set here since they are for
# requests alone: migrations and commands take the time that they need.
DATABASE_LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    # A statement that a thread has given up ends soon after.
    "client_connection_check_interval": "1s",
    "idle_in_transaction_session_timeout": "30s",
}
# A PostgreSQL that has fallen silent keeps no limits, so each thread keeps some too: none waits
# longer than this, and one is always free for probes and for pages that need no database.
LONGEST_WAIT_S = 12
LONG_WAITS = threads - 2  # one more may be connecting


def post_worker_init(worker) -> None:
    """Have each connection of this worker begin with the limits; options of DATABASE_URL win.

    Import every view now: a worker that did it at its first request would mix the code that it
    began with and that of an upgrade. Then send what an earlier worker has left in the outbox.
    """
    from django.conf import settings
    from django.db import connections
    from django.urls import get_resolver

    from purposeapp.web import outbox
    from purposeapp.web.postgresql.circuit_breaker import circuit_breaker

    get_resolver().url_patterns  # noqa: B018 (it imports them)
    circuit_breaker.limit(long_waits=LONG_WAITS, limit_s=LONGEST_WAIT_S)
    options = connections.settings["default"]["OPTIONS"]
    limits = [f"-c {name}={value}" for name, value in DATABASE_LIMITS.items()]
    options["options"] = " ".join([*limits, options.get("options", "")]).strip()
    if settings.EMAIL_BACKEND == outbox.BACKEND:
        outbox.outbox_worker.wake()


def child_exit(server, worker) -> None:
    """Forget what only a living worker counts."""
    if os.environ.get("METRICS_TOKEN"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def post_fork(server, worker) -> None:
    """Have a worker stop, once its requests are done, when its master is killed (Linux).

    It notices by itself too, but then holds the port for up to `graceful_timeout`, and a new master
    can't begin meanwhile.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != server.pid:  # killed before that took effect
            sys.exit(1)


def on_starting(server) -> None:
    """Make the secret key before the workers start, so that all of them use the same."""
    if os.environ.get("APP_ENV") != "production":
        make_secret_key()


def when_ready(server) -> None:
    """Say where the site is once it answers, not before."""
    if message := os.environ.get("START_MESSAGE"):
        print(message, flush=True)


def on_exit(server) -> None:
    """Delete the counts of this start: the next one has a folder of its own."""
    if folder := os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None):
        for counts in Path(folder).glob("*.db"):
            counts.unlink()
        with suppress(OSError):  # somebody keeps something else there
            Path(folder).rmdir()
