"""Runs `lotse-intake handover …` at a time of the test's, and SIGKILLs itself at the nth step of its work.

Usage: python -m tests.intake.doomed_handover NOW COUNT handover ACTION …    COUNT 0: it lives. A step is a statement, a
commit, a file that is synced or gets its name, or a piece of a package that is encrypted.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.service import Service
from lotse_intake.__main__ import run
from lotse_intake.providers import handover_files


def doom(count: int) -> None:
    """Die at the nth step, whichever it is."""
    left = [count]

    def reached(*_: Any, **__: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", reached)
    event.listen(Engine, "commit", reached)
    for owner, name in (
        (os, "fsync"),
        (Path, "replace"),
        (PersonKeys, "decrypt"),
        (handover_files._Pieces, "taken"),
        (handover_files._Hashed, "write"),
    ):
        setattr(owner, name, _after(reached, getattr(owner, name)))


def _after(reached: Callable[..., None], wrapped: Callable[..., Any]) -> Callable[..., Any]:
    def around(*args: Any, **named: Any) -> Any:
        reached()
        return wrapped(*args, **named)

    return around


def main(now: str, count: str, *words: str) -> None:
    at = datetime.fromisoformat(now)
    Service.now = lambda self: at  # type: ignore[method-assign]
    doom(int(count))
    sys.argv = ["lotse-intake", *words]
    run()


if __name__ == "__main__":
    main(*sys.argv[1:])
