"""Which services somebody should look at again, and which of them people are sent to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.directory.policy import CLOSED
from lotse_referral.store.tables import referral, service, service_extension

PORTION_ROWS = 500


@dataclass(frozen=True)
class Check:
    """A service whose day has come."""

    service_id: UUID
    version: int
    due: date


async def due(tx: AsyncConnection, today: date, *, limit: int) -> Sequence[Check]:
    """Those whose check has come and was not said yet, the oldest first."""
    own = service_extension.c
    open_ = service.c.status.not_in(sorted(CLOSED))
    waiting = select(own.service_id, own.version, own.next_check_due).join(service, service.c.id == own.service_id)
    chosen = waiting.where(
        own.next_check_due <= today, own.check_said_for.is_distinct_from(own.next_check_due), open_
    ).order_by(own.next_check_due, own.service_id)
    return [Check(row.service_id, row.version, row.next_check_due) for row in await tx.execute(chosen.limit(limit))]


async def said(tx: AsyncConnection, services: Sequence[UUID]) -> None:
    """These were said; a new date is said again."""
    if services:
        own = service_extension
        told = update(own).where(own.c.service_id.in_(services))
        await tx.execute(told.values(check_said_for=own.c.next_check_due))


async def sent_to(tx: AsyncConnection) -> dict[str, int]:
    """How many were sent to each service, by id: for an order, never to be shown."""
    counted = select(referral.c.service_id, func.count()).where(referral.c.direction == "out")
    rows = await tx.execute(counted.where(referral.c.service_id.is_not(None)).group_by(referral.c.service_id))
    return {str(service_id): number for service_id, number in rows}


async def listed(tx: AsyncConnection, directory: str) -> frozenset[str]:
    """The services of one list that are open."""
    own = service_extension.c
    query = select(own.service_id).join(service, service.c.id == own.service_id).where(own.directory == directory)
    return frozenset(map(str, (await tx.execute(query.where(service.c.status.not_in(sorted(CLOSED))))).scalars()))


async def stale(tx: AsyncConnection, today: date) -> list[list[str]]:
    """The ids of the services whose day of checking has come, in portions."""
    own = service_extension.c
    query = select(own.service_id).where(own.next_check_due <= today).order_by(own.service_id)
    ids = [str(one) for one in (await tx.execute(query)).scalars()]
    return [ids[start : start + PORTION_ROWS] for start in range(0, len(ids), PORTION_ROWS)]
