"""What an administrator's command needs of notify: its database and its words for refusals, and nothing that runs."""

import argparse
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

from lotse_chassis import administration
from lotse_chassis.administration import NO_FACE
from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_notify.problems import PROBLEM_TEXTS
from lotse_notify.settings import NotifySettings

Run = Callable[[NotifySettings, argparse.Namespace], Coroutine[Any, Any, int]]


def command(run: Run) -> Callable[[Settings, argparse.Namespace], int]:
    """What the command line runs: whatever is refused becomes a sentence and the exit code 1."""
    return lambda settings, args: administration.ran(run, cast(NotifySettings, settings), args, PROBLEM_TEXTS)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Service]:
    """Only the database, no broker, no keys, no HTTP: what is said leaves when the service runs."""
    service = Service("notify", settings.model_copy(update={"http_port": NO_FACE}))
    try:
        yield service
    finally:
        await service.engine.dispose()
