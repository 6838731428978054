"""A running `lotse up` for tests: the real command in a process of its own."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from lotse_local import cli, process
from lotse_local.layout import DataFolder
from tests import kit

START_SECONDS = 150.0  # longer than the supervisor waits, which says what is missing
STOP_SECONDS = 120.0  # longer than the supervisor gives to all that it ends
COMMAND_SECONDS = 120.0


@dataclass
class House:
    """One data folder and the command on it."""

    folder: Path
    arguments: Sequence[str] = ()
    running: subprocess.Popen[str] | None = None
    account: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> DataFolder:
        return DataFolder(self.folder)

    def lotse(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same folder."""
        command, rest = arguments[0], arguments[1:]
        return subprocess.run(
            [sys.executable, "-m", "lotse_local", command, *rest, "--data", str(self.folder)],
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
            **self.account,
        )

    def quickly(self, *arguments: str) -> tuple[int, str]:
        """The same in this process, which has imported everything: exit code and standard output."""
        command, rest = arguments[0], arguments[1:]
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            try:
                code = cli.main([command, *rest, "--data", str(self.folder)])
            except SystemExit as fault:
                code = int(fault.code or 0)
        return code, out.getvalue()

    def begin(self) -> None:
        """Start, without waiting."""
        log = (self.folder / "up.log").open("a")
        self.running = subprocess.Popen(
            [sys.executable, "-m", "lotse_local", "up", "--data", str(self.folder), *self.arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            **self.account,
        )

    async def start(self) -> dict[str, Any]:
        """Start, and wait until everything is ready; returns what endpoints.json says."""
        self.begin()
        await kit.eventually(self._is_up, START_SECONDS)
        return self.endpoints()

    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.data.endpoints.read_text())
        return found

    def processes(self) -> dict[str, dict[str, Any]]:
        """What the supervisor last said of each process."""
        found: dict[str, dict[str, Any]] = json.loads(self.data.state.read_text())["processes"]
        return found

    def pid(self, name: str) -> int:
        """0 while it is starting again."""
        return int(self.processes()[name]["pid"] or 0)

    def nursery(self) -> int:
        """The parent of the services; 0 while there is none."""
        return int(json.loads(self.data.state.read_text())["nursery_pid"] or 0)

    def pids(self) -> set[int]:
        return {int(one["pid"]) for one in self.processes().values() if one["pid"]}

    def stop(self) -> int:
        """Stop as Ctrl-C does; returns the exit code."""
        assert self.running is not None
        self.running.send_signal(signal.SIGINT)
        return self.running.wait(STOP_SECONDS)

    @contextlib.contextmanager
    def unattended(self) -> Iterator[None]:
        """The supervisor sleeps, and mends nothing."""
        assert self.running is not None
        self.running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.running.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def said(self) -> str:
        return (self.folder / "up.log").read_text()

    def _is_up(self) -> bool:
        assert self.running is not None
        if self.running.poll() is not None:
            raise RuntimeError(f"lotse up ended with {self.running.returncode}:\n{self.said()}")
        return self.data.endpoints.is_file() and self.endpoints()["pid"] == self.running.pid


def alive(pids: set[int]) -> set[int]:
    """Those of the processes that still run."""
    return {one.pid for one in psutil.process_iter() if one.pid in pids and process.is_running(one)}


def postmasters(folder: Path) -> list[int]:
    """All PostgreSQL servers on this folder's data. A child has its parent's command line until it names itself."""
    found = {}
    for one in psutil.process_iter(["cmdline", "pid", "ppid"]):
        arguments = one.info["cmdline"] or []
        if any(part.startswith(str(folder)) for part in arguments) and arguments[0].endswith("/postgres"):
            found[one.info["pid"]] = one.info["ppid"]
    return [pid for pid, parent in found.items() if parent not in found]


def kill(pid: int) -> None:
    assert pid > 0, "0 is everybody in our own group"
    os.kill(pid, signal.SIGKILL)
