"""Gunicorn's settings, the same in a container and on a laptop."""

import ctypes
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.environment import count_of_workers, make_secret_key

_host = os.environ.get("HOST") or "127.0.0.1"

wsgi_app = "config.wsgi"
bind = f"{f'[{_host}]' if ':' in _host else _host}:{os.environ.get('PORT') or 8000}"

# Threads, so that a client on a slow connection does not block a whole process. Each thread keeps
# one connection to PostgreSQL.
worker_class = "config.gunicorn_worker.Worker"
try:
    workers = count_of_workers()
except ImproperlyConfigured as error:
    print(error, file=sys.stderr)
    sys.exit(4)  # as for the other settings, see Worker.load_wsgi
threads = 4
# Longer than a load balancer's idle timeout, so that the balancer is the side that closes.
keepalive = 75
timeout = 30
graceful_timeout = 10
# More fields than any browser sends us.
limit_request_fields = 50
# The kernel's sendfile() has no timeout.
sendfile = False

# Keep the worker heartbeat files in memory where there is a tmpfs.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108
# The control socket would be created in the home directory, which a container may not have.
control_socket_disable = True
# Gunicorn trusts no forwarded header; TRUSTED_PROXIES tells Django which ones to trust.
forwarded_allow_ips = ""
loglevel = "warning"

# A reload (SIGHUP) reads this file again and keeps the folder.
if os.environ.get("METRICS_TOKEN") and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # Each worker writes its metrics to its own files there; the one that is scraped adds them up.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


PR_SET_PDEATHSIG = 1  # linux/prctl.h

# PostgreSQL's timeouts for requests: waiting for a lock, running one statement, idling in a
# transaction. A request that exceeds one ends as a 503 that can be retried. They are set here
# because they apply to requests only: migrations and commands take the time that they need.
DATABASE_LIMITS = {
    "lock_timeout": "2s",
    "statement_timeout": "10s",
    # Makes a statement end soon after a thread has abandoned it by closing its connection.
    "client_connection_check_interval": "1s",
    "idle_in_transaction_session_timeout": "30s",
}
# A PostgreSQL that no longer responds enforces no timeouts, so each worker enforces its own: no
# thread waits longer than WAIT_LIMIT_S, and one thread always stays free for probes and for
# pages that need no database.
WAIT_LIMIT_S = 12
LONG_WAITS = threads - 2  # a further thread may be connecting


def post_worker_init(worker) -> None:
    """Apply the timeouts to this worker's connections; options in DATABASE_URL take precedence.

    Then import every view: a worker that imported them at its first request could mix the code
    that it started with and the code of an upgrade. Finally wake the outbox, to send the mails
    that an earlier worker left in it.
    """
    from django.conf import settings
    from django.db import connections
    from django.urls import get_resolver

    from purposeapp.web import outbox
    from purposeapp.web.postgresql.circuit_breaker import circuit_breaker

    get_resolver().url_patterns  # noqa: B018 (it imports them)
    circuit_breaker.limit(long_waits=LONG_WAITS, limit_s=WAIT_LIMIT_S)
    options = connections.settings["default"]["OPTIONS"]
    limits = [f"-c {name}={value}" for name, value in DATABASE_LIMITS.items()]
    options["options"] = " ".join([*limits, options.get("options", "")]).strip()
    if settings.EMAIL_BACKEND == outbox.BACKEND:
        outbox.outbox_worker.wake()


def post_fork(server, worker) -> None:
    """Have the kernel send a worker SIGTERM when its master is killed (Linux).

    The worker finishes its requests and stops. It would notice by itself too, but then hold the
    port for up to `graceful_timeout`, during which a new master can't start.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != server.pid:  # the master was killed before that took effect
            sys.exit(1)


def on_starting(server) -> None:
    """Create the secret key before the workers start, so that all of them use the same one."""
    if os.environ.get("APP_ENV") != "production":
        make_secret_key()


def when_ready(server) -> None:
    """Print START_MESSAGE once the site answers, not before."""
    if message := os.environ.get("START_MESSAGE"):
        print(message, flush=True)


def on_exit(server) -> None:
    """Delete the metrics files of this run; the next run creates its own folder."""
    if folder := os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None):
        for counts in Path(folder).glob("*.db"):
            counts.unlink()
        with suppress(OSError):  # the folder holds other files too
            Path(folder).rmdir()
