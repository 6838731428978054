"""Asks providers that keep a journal about messages that nobody can be sure of; asking sends nothing."""

import asyncio
import logging
from uuid import UUID

from lotse_notify.domain.asking import Agenda
from lotse_notify.domain.machine import AttemptEvent
from lotse_notify.handlers import evidence
from lotse_notify.providers.provider import Seen, Sighting
from lotse_notify.providers.routes import Routes
from lotse_notify.store import lookups
from lotse_notify.store.lookups import Doubt
from lotse_notify.workers.databaseaway import DATABASE_AWAY
from lotse_notify.workers.post import Units

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
ROWS_MAX = 200

SETTLES: dict[Seen, tuple[AttemptEvent, str]] = {
    "found": ("accept", "found_in_journal"),
    "absent": ("find_absent", "not_in_journal"),
}


async def run(stopping: asyncio.Event, *, units: Units, routes: Routes) -> None:
    """Until stopped."""
    agenda: Agenda[UUID] = Agenda()
    while not stopping.is_set():
        await look(units, routes, agenda)
        await _rest(stopping, LOOK_SECONDS)


async def look(units: Units, routes: Routes, agenda: Agenda[UUID]) -> int:
    """One round; returns how many were settled. No transaction is open while a provider is asked."""
    if not (providers := routes.with_journal):
        return 0
    async with units() as unit:
        found, now = await lookups.doubts(unit.tx, providers, rows_max=ROWS_MAX), unit.context.now
    due = set(agenda.due([one.attempt_id for one in found], now))
    settled = 0
    for provider in providers:
        ours = [one for one in found if one.provider == provider and one.attempt_id in due]
        if not ours:
            continue
        sightings = await routes.lookup(provider, {one.reference: one.started_at for one in ours}, now)
        for one in ours:
            if await _settled(units, one, sightings[one.reference]):
                settled += 1
            else:
                agenda.asked(one.attempt_id, now)
    return settled


async def _settled(units: Units, doubt: Doubt, sighting: Sighting) -> bool:
    """False: it is asked about again. What cannot be settled holds up no other; its deadline comes all the same."""
    if sighting.seen not in SETTLES:
        return False
    try:
        await _settle(units, doubt, sighting, *SETTLES[sighting.seen])
    except DATABASE_AWAY:
        raise
    except Exception as fault:  # noqa: BLE001 - one doubt is left open, not all that follow
        log.error("a doubtful message cannot be settled: %s", type(fault).__name__)
        return False
    log.info("a doubtful message was looked up: %s", sighting.seen)
    return True


async def _settle(units: Units, doubt: Doubt, sighting: Sighting, event: AttemptEvent, because: str) -> None:
    """What came meanwhile, a receipt or somebody who found out, comes before the journal."""
    async with units() as unit:
        changed = await evidence.became(unit, doubt.attempt_id, event, because, receipt_follows=True)
        if changed and sighting.provider_id:
            await lookups.note_provider_id(unit.tx, doubt.attempt_id, sighting.provider_id)


async def _rest(stopping: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
