"""The supervisor's side of the nursery: start a module as a forked child, and learn how it ended."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lotse_local import environment, process
from lotse_local.nursery import Job
from lotse_local.process import Command

FORK_SECONDS = 60.0  # the first one waits until everything is imported
STOP_SECONDS = 5.0
POLL_SECONDS = 0.02
LOST_CODE = -1  # how a child ended is unknown once the nursery is gone


class CannotFork(RuntimeError):
    """The nursery did not start the child in time; its log says why."""


@dataclass
class Forked:
    """A child of the nursery, handled as a `subprocess.Popen` is."""

    pid: int
    nursery: "Nursery"
    parent: int | None  # the nursery may die and be another one later, which knows nothing of this child
    returncode: int | None = None
    _process: psutil.Process | None = None

    def __post_init__(self) -> None:
        with suppress(psutil.NoSuchProcess):
            self._process = psutil.Process(self.pid)

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self.nursery.code_of(self.pid)
        if self.returncode is None and self.nursery.pid != self.parent and not process.is_running(self._process):
            self.returncode = LOST_CODE
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        deadline = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass
class Nursery:
    """Started with the first child, and again when it died."""

    folder: Path
    _running: subprocess.Popen[bytes] | None = None
    _ours: socket.socket | None = None
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)
    _pids: dict[int, int] = field(default_factory=dict)
    _codes: dict[int, int] = field(default_factory=dict)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def pid(self) -> int | None:
        """None while it does not live."""
        return self._running.pid if self._running is not None and self._running.poll() is None else None

    def start(self) -> None:
        """Import everything in the background; children may be asked for at once."""
        with self._news:
            if self._ours is None:
                self._begin()

    def fork(self, command: Command) -> Forked:
        """Start `command.arguments`, a module and its arguments, with the command's log and pid file."""
        self.start()
        process.make_room(command)
        job = Job(next(self._ids), list(command.arguments), dict(command.environment), str(command.log_file))
        with self._news:
            if self._ours is None:
                raise CannotFork("the nursery is not there")
            asked = self._ours
            asked.sendall(json.dumps(asdict(job)).encode() + b"\n")
            self._news.wait_for(lambda: job.id in self._pids or self._ours is not asked, FORK_SECONDS)
            pid = self._pids.pop(job.id, None)
        if pid is None:
            raise CannotFork(f"{command.name} was not started; see {self._log}")
        process.remember(command.pid_file, pid)
        return Forked(pid, self, self.pid)

    def code_of(self, pid: int) -> int | None:
        """How a child ended, once the nursery has said so."""
        return self._codes.get(pid)

    def stop(self) -> None:
        """It ends when nobody speaks to it any more."""
        if (ours := self._ours) is not None:
            with suppress(OSError):
                ours.shutdown(socket.SHUT_RDWR)
            ours.close()
        if self._running is not None:
            try:
                self._running.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._running.kill()
                self._running.wait()

    @property
    def _log(self) -> Path:
        return self.folder / "nursery.log"

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with self._log.open("ab") as log, theirs:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "lotse_local.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment.plain_environment() | environment.MEMORY_VARIABLES,
                cwd="/",
                start_new_session=True,
            )
        self._ours = ours
        threading.Thread(target=self._listen, args=(ours,), daemon=True, name="nursery").start()

    def _listen(self, ours: socket.socket) -> None:
        with suppress(OSError, ValueError), ours.makefile("rb") as lines:
            for line in lines:
                self._note(json.loads(line))
        with self._news:
            if self._ours is ours:
                self._ours = None
            self._news.notify_all()

    def _note(self, said: dict[str, Any]) -> None:
        with self._news:
            if "ended" in said:
                self._codes[int(said["ended"])] = int(said["code"])
            else:
                self._codes.pop(int(said["pid"]), None)  # a number that was used before
                self._pids[int(said["id"])] = int(said["pid"])
            self._news.notify_all()
