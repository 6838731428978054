"""The parent of all services of a data folder: imports their code once, then forks each, so that they start at once
and share what they read alone. `python -m lotse_local.nursery DESCRIPTOR` speaks JSON lines with the supervisor.

It runs one thread and opens nothing before a fork. When the supervisor dies it ends too; its children go on working.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lotse_contracts.catalogue import SERVICES

SHARED_MODULES = (
    *(f"lotse_{service}.{part}" for service in SERVICES for part in ("app", "migrations")),
    *("lotse_chassis.command", "lotse_chassis.erasures", "lotse_chassis.streams"),
    *("lotse_local.databases", "lotse_local.plan"),
)
LINE_BYTES_MAX = 262_144
COMM_CHARACTERS_MAX = 15


@dataclass(frozen=True)
class Job:
    """What a child becomes: a module run as `python -m` would, with its arguments, environment and log."""

    id: int
    arguments: list[str]
    environment: dict[str, str]
    log: str


def main() -> None:
    """Serve the supervisor; a child leaves the loop and runs its module to the end."""
    job = _tend(socket.socket(fileno=int(sys.argv[1])))
    if job is not None:
        _become(job)


def _tend(supervisor: socket.socket) -> Job | None:
    """The job in a child; None in the nursery itself, when the supervisor is gone."""
    for module in SHARED_MODULES:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # what was imported is never looked at again, so that its pages stay shared
    woken, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    say = _speaker(supervisor)
    pending = b""
    while True:
        readable, _, _ = select.select([supervisor.fileno(), woken], [], [])
        if woken in readable:
            os.read(woken, LINE_BYTES_MAX)
            _tell_ends(say)
        if supervisor.fileno() in readable:
            pending += (received := supervisor.recv(LINE_BYTES_MAX))
            if not received:
                return None
            *lines, pending = pending.split(b"\n")
            for line in lines:
                job = Job(**json.loads(line))
                if (pid := os.fork()) == 0:
                    signal.set_wakeup_fd(-1)
                    for descriptor in (supervisor.detach(), woken, waker):
                        os.close(descriptor)
                    return job
                say({"id": job.id, "pid": pid})


def _speaker(supervisor: socket.socket) -> Callable[[dict[str, Any]], None]:
    def say(what: dict[str, Any]) -> None:
        supervisor.sendall(json.dumps(what).encode() + b"\n")

    return say


def _tell_ends(say: Callable[[dict[str, Any]], None]) -> None:
    """Collect every child that ended, whatever the number of signals was."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        say({"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _become(job: Job) -> None:
    """A session, a log, an environment and arguments of its own; then what `python -m` does."""
    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(job.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(job.environment)
    os.chdir("/")
    with suppress(OSError):  # what `ps` and `top` show
        Path("/proc/self/comm").write_text(f"{job.arguments[0]}"[:COMM_CHARACTERS_MAX])
    module, *arguments = job.arguments
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
