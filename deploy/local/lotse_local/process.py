"""A process of ours: started with a log and a pid file, found again after our own death, ended with a bound."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from lotse_local.engines import Account

START_TOLERANCE_SECONDS = 1.0  # the same process reads the same start time up to rounding
STOP_SECONDS = 15.0
KILL_SECONDS = 5.0
POLL_SECONDS = 0.02
LOG_BYTES_MAX = 5_000_000  # twice as much is kept
TAIL_LINES = 15
OURSELVES = Account()


class Running(Protocol):
    """A started process: our own child, or one of the nursery's."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | Any | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, number: signal.Signals, /) -> None: ...
    def kill(self) -> None: ...


@dataclass(frozen=True)
class Command:
    """What to run; `folder` holds `<name>.pid` and `<name>.log`."""

    name: str
    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    account: Account = OURSELVES
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def log_file(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"


def start(command: Command) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, so that Ctrl-C reaches us alone and we end it in order."""
    make_room(command)
    descriptor = os.open(command.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        running: subprocess.Popen[bytes] = subprocess.Popen(
            list(command.arguments),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(command.environment),
            cwd="/",
            start_new_session=True,
            **command.account.arguments(),  # type: ignore[call-overload]
        )
    remember(command.pid_file, running.pid)
    return running


def stop(command: Command, running: Running, seconds: float = STOP_SECONDS) -> None:
    """Ask it to end, and insist after the bound."""
    if running.poll() is None:
        running.send_signal(command.stop_signal)
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(KILL_SECONDS)
    command.pid_file.unlink(missing_ok=True)


def end_orphan(pid_file: Path, stop_signal: signal.Signals = signal.SIGTERM, seconds: float = STOP_SECONDS) -> bool:
    """End what an earlier supervisor left running. A process that merely got its number is left alone."""
    orphan = _remembered(pid_file)
    if orphan is not None:
        end(orphan, stop_signal, seconds)
    pid_file.unlink(missing_ok=True)
    return orphan is not None


def end(orphan: psutil.Process, stop_signal: signal.Signals, seconds: float) -> None:
    """Ask a process that is not our child to end, and insist after the bound."""
    with suppress(psutil.NoSuchProcess):
        orphan.send_signal(stop_signal)
        if not _gone(orphan, seconds):
            orphan.kill()
            _gone(orphan, KILL_SECONDS)


def is_running(found: psutil.Process | None) -> bool:
    """Whether it works still: one that nobody has collected does not."""
    try:
        return found is not None and found.is_running() and found.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def make_room(command: Command) -> None:
    """The folder is there, and a long log is put aside."""
    command.folder.mkdir(parents=True, exist_ok=True)
    put_aside(command.log_file)


def put_aside(log_file: Path) -> None:
    """Keep a long log as `.old` and begin it anew while it is written: whoever floods us fills no disk.

    Its writers append, so they go on at the new beginning; a line that comes between copy and cut is lost.
    """
    if log_file.is_file() and log_file.stat().st_size > LOG_BYTES_MAX:
        shutil.copyfile(log_file, log_file.with_suffix(".log.old"))
        os.truncate(log_file, 0)


def last_lines(log_file: Path) -> str:
    """The end of a log, for a message about a failed start."""
    if not log_file.is_file():
        return "(no log)"
    return "\n".join(log_file.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def remember(pid_file: Path, pid: int) -> None:
    """Note which process this is, in a way that survives the reuse of its number."""
    with suppress(psutil.NoSuchProcess):
        seen = {"pid": pid, "started": psutil.Process(pid).create_time()}
        part = pid_file.with_suffix(".pid.part")
        part.write_text(json.dumps(seen))
        part.replace(pid_file)


def _remembered(pid_file: Path) -> psutil.Process | None:
    try:
        seen = json.loads(pid_file.read_text())
        found = psutil.Process(int(seen["pid"]))
        same = abs(found.create_time() - float(seen["started"])) < START_TOLERANCE_SECONDS
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return found if same and is_running(found) else None


def _gone(found: psutil.Process, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while is_running(found):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
