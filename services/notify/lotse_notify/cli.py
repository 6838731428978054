"""What an administrator does about messages that may or may not have left; ids and codes only, never an address."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import get_args
from uuid import UUID

from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_notify.handlers.resolving import Found, resolve
from lotse_notify.store import submissions

LISTED_MAX = 1_000
EXIT_NOT_ALL = 1


def list_unresolved(settings: Settings) -> int:
    """One line each: notification, template, provider, since when, why. Needs `LOTSE_DATABASE_URL`."""
    return asyncio.run(_list(settings))


def resolve_unresolved(settings: Settings) -> int:
    """Reads `<notification id> arrived|absent` lines; what the running service says of it leaves by its outbox."""
    return asyncio.run(_resolve(settings, sys.stdin))


async def _list(settings: Settings) -> int:
    async with _service(settings) as service, service.unit() as unit:
        for one in await submissions.doubtful(unit.tx, rows_max=LISTED_MAX):
            since = one.started_at.isoformat(timespec="seconds")
            print(one.notification.notification_id, one.notification.template, one.provider, since, one.reason)
    return 0


async def _resolve(settings: Settings, lines: Iterable[str]) -> int:
    refused = 0
    async with _service(settings) as service:
        for number, line in enumerate(lines, 1):
            if line.strip() and not await _resolved(service, line):
                refused += 1
                print(f"line {number}: not `<notification id> arrived|absent`, or nothing is in doubt there")
    return EXIT_NOT_ALL if refused else 0


async def _resolved(service: Service, line: str) -> bool:
    name, _, word = line.strip().partition(" ")
    try:
        notification_id = UUID(name)
    except ValueError:
        return False
    for found in get_args(Found):
        if word.strip() == found:
            async with service.unit(actor="administrator", role="administrator") as unit:
                return await resolve(unit, notification_id, found)
    return False


@asynccontextmanager
async def _service(settings: Settings) -> AsyncIterator[Service]:
    """Only its database: no broker, no HTTP."""
    service = Service("notify", settings.model_copy(update={"http_port": -1}))
    try:
        yield service
    finally:
        await service.engine.dispose()
