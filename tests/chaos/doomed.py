"""Runs a real service that SIGKILLs itself at a named step of a message's way; without a step it just runs.

Usage: python -m tests.chaos.doomed SERVICE [STEP COUNT]    dies when it comes to the step for the COUNTth time
       python -m tests.chaos.doomed SERVICE poison KEY      dies whenever it handles a message with this key

Where CHAOS_CLOCK_FILE names a file, the service's clock is ahead, or behind, by as many seconds as it says.
"""

import asyncio
import importlib
import os
import signal
import sys
import typing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from lotse_chassis import inbox, outbox, telemetry
from lotse_chassis.delivery import Delivery
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.publishing import Publisher
from lotse_chassis.service import Service

STEPS = ("before_claim", "before_commit", "after_commit", "after_publish")
KEY_DESTROYED = "key_destroyed"
"""Between the end of a person's key and the commit that says so."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def doom(step: str, count: int) -> None:
    """Wrap the function that stands at this step; nothing else changes."""
    left = [count]

    def reached() -> None:
        left[0] -= 1
        if left[0] <= 0:
            die()

    if step == "before_claim":
        _wrap(inbox, "claim", before=reached)
    elif step == "before_commit":
        _wrap(outbox, "stage", after=reached)
    elif step == "after_commit":
        _wrap(Delivery, "_acknowledge", before=reached)
    elif step == "after_publish":
        _wrap(Publisher, "publish", after=reached)
    elif step == KEY_DESTROYED:
        _die_after_destroying(reached)
    else:
        raise SystemExit(f"unknown step {step}")


def _die_after_destroying(reached: Callable[[], None]) -> None:
    destroy = PersonKeys.destroy

    def destroyed(self: PersonKeys, person_id: UUID) -> None:
        destroy(self, person_id)
        reached()

    PersonKeys.destroy = destroyed  # type: ignore[method-assign]


def poison(key: str) -> None:
    """A message that ends the process, as one that eats all memory would."""
    handled = Delivery._handled

    async def handled_or_dead(self: Delivery, batch: Any, tx: Any) -> Any:
        if any(one.message.key == key for one in batch):
            die()
        return await handled(self, batch, tx)

    Delivery._handled = handled_or_dead  # type: ignore[method-assign]


def _wrap(
    owner: Any, name: str, *, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None
) -> None:
    wrapped = getattr(owner, name)

    async def around(*args: Any, **named: Any) -> Any:
        if before is not None:
            before()
        result = await wrapped(*args, **named)
        if after is not None:
            after()
        return result

    setattr(owner, name, around)


def shift_clock(file: Path) -> None:
    """Days pass by writing them into a file; a service that runs sees it at once."""

    def now(self: Service) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    Service.now = now  # type: ignore[method-assign]


def main(service: str, *step: str) -> int:
    if clock := os.environ.get("CHAOS_CLOCK_FILE"):
        shift_clock(Path(clock))
    if step[:1] == ("poison",):
        poison(step[1])
    elif step:
        doom(step[0], int(step[1]))
    build = importlib.import_module(f"lotse_{service}.app").build
    settings = typing.get_type_hints(build)["settings"].from_env()
    telemetry.configure(service, settings.association, traces_file=settings.traces_file, log_level=settings.log_level)
    return asyncio.run(build(settings).run())  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
