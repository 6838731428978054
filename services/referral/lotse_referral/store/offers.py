"""The directory as matching sees it, kept in memory and read again when it has changed."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.index import Index
from lotse_referral.domain.knowledge import Knowledge
from lotse_referral.domain.offering import offers_of
from lotse_referral.store.tables.directory import directory_version

OUTCOMES_READ_AGAIN = timedelta(hours=1)
"""How old the counts of closed referrals may be; they move slowly, and the directory has a version of its own."""

_READ: Mapping[str, str] = {
    "service": "SELECT id, status, minimum_age, maximum_age, assured_date FROM service",
    "service_extension": "SELECT service_id, valid_to, assurance, capacity, interpreter, appointment_only,"
    " for_institutions, confidential_location FROM service_extension",
    "taxonomy_term": "SELECT id, code, taxonomy FROM taxonomy_term WHERE code IS NOT NULL",
    "attribute": "SELECT link_id, taxonomy_term_id, main FROM attribute WHERE link_entity = 'service'",
    "language": "SELECT service_id, code, doubtful FROM language WHERE service_id IS NOT NULL",
    "language_slot": "SELECT service_id, language, byday, opens_at, closes_at, kind, valid_from, valid_to"
    " FROM language_slot ORDER BY id",
    "schedule": "SELECT service_id, service_at_location_id, freq, byday, opens_at, closes_at, valid_from, valid_to,"
    " interval FROM schedule WHERE service_id IS NOT NULL OR service_at_location_id IS NOT NULL ORDER BY id",
    "service_area": "SELECT service_id, name FROM service_area WHERE service_id IS NOT NULL",
    "service_rule": "SELECT service_id, rule FROM service_rule",
    "service_capacity": "SELECT service_id, available FROM service_capacity",
    "phone": "SELECT service_id FROM phone WHERE service_id IS NOT NULL",
    "service_at_location": "SELECT id, service_id, location_id FROM service_at_location",
    "location": "SELECT id, latitude, longitude FROM location",
    "address": "SELECT location_id, city, postal_code FROM address ORDER BY id DESC",
}
_OUTCOMES = text("""
SELECT service_id, count(*) AS closed, count(*) FILTER (WHERE outcome IN ('need_met', 'partly_met', 'application_filed',
       'approved', 'enrolled', 'work_started', 'training_started', 'course_completed')) AS helped
FROM referral
WHERE direction = 'out' AND service_id IS NOT NULL AND outcome IS NOT NULL AND outcome <> 'unknown'
GROUP BY service_id
""")


class Catalogue:
    """One index for a process. Two that ask at once wait for the same reading."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self._index = Index((), known)
        self._version: int | None = None
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()

    async def index(self, tx: AsyncConnection, now: datetime) -> Index:
        """The index of the directory as this transaction sees it."""
        version = (await tx.execute(select(directory_version.c.version))).scalar_one()
        async with self._reading:
            if version != self._version or self._read_at is None or now - self._read_at >= OUTCOMES_READ_AGAIN:
                tables, outcomes = await _tables(tx), await _outcomes(tx)
                known = self.known
                self._index = await asyncio.to_thread(lambda: Index(offers_of(tables, outcomes), known))
                self._version, self._read_at = version, now
            return self._index


async def _tables(tx: AsyncConnection) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for table, statement in _READ.items():
        found[table] = [{str(k): v for k, v in row.items()} for row in (await tx.execute(text(statement))).mappings()]
    return found


async def _outcomes(tx: AsyncConnection) -> dict[UUID, tuple[int, int]]:
    return {row.service_id: (row.helped, row.closed) for row in await tx.execute(_OUTCOMES)}
