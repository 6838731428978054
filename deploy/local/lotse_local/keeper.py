"""Keeps one process running: restarts it when it dies, with growing pauses, and gives up visibly."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from lotse_local import process
from lotse_local.process import Command, Running

State = Literal["waiting", "starting", "running", "restarting", "given up", "stopped"]
Launch = Callable[[], tuple[Command, Running]]
Say = Callable[[str], None]

RESTARTS_MAX = 5  # within the window; then somebody must look
RESTARTS_WINDOW_SECONDS = 120.0
PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
POLL_SECONDS = 0.1


@dataclass
class Kept:
    """One process. `launch` blocks until it is started; `after_restart` does what others need then."""

    name: str
    launch: Launch
    say: Say
    after_restart: Callable[[], Awaitable[None]] | None = None
    state: State = "waiting"
    restarts: int = 0
    exit_code: int | None = None
    command: Command | None = None
    running: Running | None = None
    _ends: deque[float] = field(default_factory=deque)
    _held: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(self) -> None:
        """Raises what `launch` raises."""
        self.state = "starting"
        launching = asyncio.ensure_future(asyncio.to_thread(self.launch))
        try:
            self.command, self.running = await asyncio.shield(launching)
        except asyncio.CancelledError:
            # The thread goes on; what it started must be known, or nobody would ever end it.
            self.command, self.running = await launching
            raise
        self.state = "running"

    async def watch(self, stopping: asyncio.Event) -> None:
        """Until stopping: notice the end of the process and start it again."""
        while not stopping.is_set() and self.state != "given up":
            async with self._held:
                if self.running is not None and self.running.poll() is not None:
                    await self._again(stopping)
            await _pause(stopping, POLL_SECONDS)

    async def restart(self) -> None:
        """Stop and start on purpose, as after new settings; this counts as no failure."""
        async with self._held:
            await self._stop()
            await self.start()

    async def stop(self) -> None:
        """End it for good."""
        async with self._held:
            await self._stop()
            self.state = "stopped"

    def summary(self) -> dict[str, object]:
        """What `lotse status` shows."""
        pid = self.running.pid if self.running is not None and self.state == "running" else None
        log = str(self.command.log_file) if self.command else None
        return {"state": self.state, "pid": pid, "restarts": self.restarts, "exit_code": self.exit_code, "log": log}

    def log_tail(self) -> str:
        """The end of its log."""
        return process.last_lines(self.command.log_file) if self.command else ""

    async def _stop(self) -> None:
        if self.command is not None and self.running is not None:
            await asyncio.to_thread(process.stop, self.command, self.running)
            self.running = None

    async def _again(self, stopping: asyncio.Event) -> None:
        assert self.running is not None  # noqa: S101 - the caller looked
        self.exit_code = self.running.returncode
        now = time.monotonic()
        self._ends.append(now)
        while self._ends and now - self._ends[0] > RESTARTS_WINDOW_SECONDS:
            self._ends.popleft()
        if len(self._ends) > RESTARTS_MAX:
            self._give_up()
            return
        self.state = "restarting"
        self.say(f"{self.name} ended with {self.exit_code}, starting it again ({len(self._ends)} of {RESTARTS_MAX})")
        await _pause(stopping, PAUSES_SECONDS[min(len(self._ends), len(PAUSES_SECONDS)) - 1])
        if not stopping.is_set():
            await self._launch_again()

    async def _launch_again(self) -> None:
        self.restarts += 1
        try:
            await self.start()
        except Exception as fault:  # noqa: BLE001 - whatever it was, it counts as an end and has its bound
            self.state = "restarting"
            self.say(f"{self.name} did not start: {type(fault).__name__}: {fault}")
            return
        if self.after_restart is not None:
            await self.after_restart()

    def _give_up(self) -> None:
        self.state, self.running = "given up", None
        log = self.command.log_file if self.command else "its log"
        self.say(f"{self.name} ended {RESTARTS_MAX + 1} times within two minutes and is given up; see {log}")


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
