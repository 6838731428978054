"""What every command of intake's administrators needs: the service as it is built, and sentences for refusals."""

import argparse
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from lotse_chassis import administration
from lotse_chassis.administration import EXIT_DONE, EXIT_REFUSED, Told, actor_of, add_actor, add_language
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_intake.app import assembled, build
from lotse_intake.problems import PROBLEM_TEXTS
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings

__all__ = [
    "EXIT_DONE",
    "EXIT_REFUSED",
    "Told",
    "actor_of",
    "add_actor",
    "add_language",
    "command",
    "opened",
    "opened_office",
]

Run = Callable[[IntakeSettings, argparse.Namespace], Coroutine[Any, Any, int]]


def command(run: Run) -> Callable[[Settings, argparse.Namespace], int]:
    """What the command line runs: whatever is refused becomes a sentence and the exit code 1."""
    return lambda settings, args: administration.ran(run, cast(IntakeSettings, settings), args, PROBLEM_TEXTS)


def opened(settings: IntakeSettings) -> AbstractAsyncContextManager[Service]:
    """Intake without its loops and its face: what is said leaves when the service runs."""
    return administration.opened(build, settings)


@asynccontextmanager
async def opened_office(settings: IntakeSettings) -> AsyncIterator[tuple[Service, Office]]:
    """The same, with what its handlers stand on."""
    service, office = assembled(settings.model_copy(update={"http_port": administration.NO_FACE}))
    try:
        yield service, office
    finally:
        await service.engine.dispose()
