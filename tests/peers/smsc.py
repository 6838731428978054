"""An SMSC of somebody else's making (npm smpp) behind Kannel, told what to do line by line."""

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests import kit
from tests.peers import needed

Does = Literal["take", "undelivered", "expire", "no_receipt", "refuse", "throttle", "silent", "drop"]
LINE_BYTES_MAX = 64 * 1024
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Submitted:
    """One `submit_sm` that arrived, whatever became of it; `validity` is a time in ISO 8601, or empty."""

    id: str
    number: str
    source: str
    coding: int
    text: str
    part: int
    parts: int
    doing: Does
    validity: str


class Smsc:
    """A process of Node; ended when its standard input is."""

    def __init__(self) -> None:
        (self.port,) = kit.free_ports(1)
        self.submitted: list[Submitted] = []
        self.receipts = 0
        self.bound = 0
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._obeyed: set[int] = set()
        self._orders = 0
        self._listening = False

    async def start(self) -> None:
        """On the same port again after a stop. Raises Missing."""
        needed.module("smpp")
        script = str(needed.HERE / "smsc.cjs")
        self._process = await asyncio.create_subprocess_exec(
            str(needed.NODE), script, str(self.port), stdin=PIPE, stdout=PIPE, limit=LINE_BYTES_MAX
        )
        self._listening = False
        self._reading = asyncio.create_task(self._read())
        await kit.eventually(lambda: self._listening)

    async def stop(self) -> None:
        """End it, and every line to it."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        if self._reading is not None:
            await self._reading

    async def does(self, what: Does, numbers: Mapping[str, Does] | None = None) -> None:
        """From now on, for all or, where `numbers` names some, for these differently."""
        await self._order(does=what, numbers=dict(numbers or {}))

    async def hold_receipts(self) -> None:
        """Keep receipts back until they are released."""
        await self._order(hold=True)

    async def release_receipts(self) -> None:
        """Send what was kept back, and keep nothing back any more."""
        await self._order(hold=False, release=True)

    async def cut(self) -> None:
        """Close every line, as a centre that is restarted does."""
        await self._order(cut=True)

    async def says(self, number: str, text: str) -> None:
        """Somebody writes from this number."""
        await self._order(says={"number": number, "text": text})

    def forget(self) -> None:
        """Begin a new list of what arrived."""
        self.submitted.clear()
        self.receipts = 0

    def copies(self) -> Counter[str]:
        """How often each number was sent a message; of a message in parts the first counts."""
        return Counter(one.number for one in self.submitted if one.part == 1)

    def taken(self, number: str) -> list[Submitted]:
        """What arrived for this number, in order."""
        return [one for one in self.submitted if one.number == number]

    async def _order(self, **order: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._orders += 1
        tag = self._orders
        self._process.stdin.write(json.dumps({**order, "tag": tag}).encode() + b"\n")
        await kit.eventually(lambda: tag in self._obeyed)

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self._heard(json.loads(line))

    def _heard(self, said: dict[str, Any]) -> None:
        match said.pop("event"):
            case "submit":
                self.submitted.append(Submitted(**said))
            case "receipt":
                self.receipts += 1
            case "bound":
                self.bound += 1
            case "obeyed":
                self._obeyed.add(said["tag"])
            case "listening":
                self._listening = True
