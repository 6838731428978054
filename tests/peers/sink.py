"""Postfix's smtp-sink: takes mail as fast as C can, or refuses on command, and forgets it."""

import subprocess
from dataclasses import dataclass

from tests import kit
from tests.peers import needed, tethered


@dataclass
class Sink:
    """`options` as smtp-sink(1) has them, such as `-f rcpt` (550) and `-r data` (450)."""

    options: tuple[str, ...] = ()
    running: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        (self.port,) = kit.free_ports(1)

    async def start(self) -> None:
        """Raises Missing."""
        program = str(needed.postfix("smtp-sink"))
        command = [program, "-u", "nobody", "-h", "mx.example.org", *self.options, f"127.0.0.1:{self.port}", "1024"]
        self.running = tethered.start(command, ends_by="KILL", environment=needed.libraries())
        await kit.eventually(lambda: needed.listens(self.port))

    def stop(self) -> None:
        if self.running is not None:
            tethered.stop(self.running)
            self.running = None
