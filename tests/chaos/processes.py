"""Services as processes of their own, so that they can be killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from lotse_local import environment
from tests import kit

ROOT = Path(__file__).resolve().parents[2]
STARTS_MAX = 40


@dataclass
class Running:
    """One service on one broker and one database; `keep` starts it again when it has died."""

    service: str
    database: kit.ServiceDatabase
    broker: kit.Broker
    changed: dict[str, str] = field(default_factory=dict)
    log: Path = field(default_factory=lambda: kit.new_folder() / "service.log")
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    port: int = field(default_factory=lambda: kit.free_ports(1)[0])
    starts_max: int = STARTS_MAX
    clock: Path | None = None

    def start(self, *step: str) -> None:
        """Start, doomed or not."""
        self.starts += 1
        assert self.starts <= self.starts_max, f"{self.service} was started too often; see its log"
        command = [sys.executable, "-m", "tests.chaos.doomed", self.service, *step]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)

    def keep(self, *step: str) -> bool:
        """Start again if it died; returns whether it had."""
        if self.process is not None and self.process.poll() is None:
            return False
        self.start(*step)
        return True

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(kit.EVENTUALLY_SECONDS)

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def ready(self, seconds: float = kit.EVENTUALLY_SECONDS) -> None:
        await kit.eventually(self.says_ready, seconds)

    async def says_ready(self) -> bool:
        async with httpx.AsyncClient(timeout=2.0) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{self.port}/health/ready")).status_code == httpx.codes.OK
            except httpx.HTTPError:
                return False

    def _environment(self) -> dict[str, str]:
        at = environment.Addresses(
            0, self.broker.plan.port, self.broker.plan.monitor_port, {self.service: self.port}, 0, 0
        )
        given = environment.service_environment(self.broker.place, self.service, at)
        given |= {"LOTSE_DATABASE_URL": self.database.url, "LOTSE_FED_SEED_FILE": "", "LOTSE_TRACES_FILE": ""}
        clock = {"CHAOS_CLOCK_FILE": str(self.clock)} if self.clock is not None else {}
        return {**given, **self.changed, **clock, "PYTHONPATH": str(ROOT)}


@contextmanager
def running(service: str, database: kit.ServiceDatabase, broker: kit.Broker, **changed: str) -> Iterator[Running]:
    """Not started yet; killed at the end. On a failure the end of its log is printed."""
    one = Running(service, database, broker, {f"LOTSE_{name.upper()}": value for name, value in changed.items()})
    try:
        yield one
    except BaseException:
        print(f"--- {service} ---\n" + "\n".join(one.text().splitlines()[-30:]))
        raise
    finally:
        one.kill()
