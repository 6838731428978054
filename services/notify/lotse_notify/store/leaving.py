"""A person who is being forgotten: nothing more is sent to her but a farewell, and what is on its way is waited for."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.machine import UNSENT, State
from lotse_notify.store.tables import attempt, notification, person

BECAUSE = "erased"

_CANCEL = text(
    """
    UPDATE notification SET
      state = CASE WHEN state = ANY(:unsent) THEN 'cancelled' ELSE state END,
      because = CASE WHEN state = ANY(:unsent) THEN :because ELSE because END,
      ended_at = CASE WHEN state = ANY(:unsent) THEN CAST(:now AS timestamptz) END,
      rendered = CASE WHEN state = ANY(:unsent) THEN NULL ELSE rendered END,
      link = CASE WHEN state = ANY(:unsent) THEN NULL ELSE link END,
      withdrawn_because = :because
    WHERE person_id = :person_id
    """
)


@dataclass(frozen=True)
class Left:
    """What is still on its way: tries that run, tries of which nobody knows, and the state of the farewell.

    `running_until`: when the last lease of those that run is over; None: none runs.
    """

    running: int
    unknown: int
    farewell: State | None
    running_until: datetime | None = None


async def freeze(tx: AsyncConnection, person_id: UUID, now: datetime, *, until: datetime) -> None:
    """From now on every message about her changes nothing; what is unsent ends, and nothing is tried again, also of
    what has ended and may still come back."""
    frozen = update(person).where(person.c.person_id == person_id)
    await tx.execute(frozen.values(leaving_at=now, leaving_until=until))
    values = {"unsent": list(UNSENT), "because": BECAUSE, "now": now, "person_id": person_id}
    await tx.execute(_CANCEL, values)


async def until_of(tx: AsyncConnection, person_id: UUID) -> datetime | None:
    """Until when is waited; None: she is not being forgotten, or is gone."""
    query = select(person.c.leaving_until).where(person.c.person_id == person_id)
    found: datetime | None = (await tx.execute(query)).scalar_one_or_none()
    return found


async def left_of(tx: AsyncConnection, person_id: UUID, farewell_sha256: str) -> Left:
    """How far it is."""
    many, until = func.count().label("tries"), func.max(attempt.c.lease_until).label("lease_until")
    tries = select(attempt.c.state, many, until).where(attempt.c.person_id == person_id)
    of = {row.state: row for row in await tx.execute(tries.group_by(attempt.c.state))}
    query = select(notification.c.state).where(notification.c.dedupe_sha256 == farewell_sha256)
    state: State | None = (await tx.execute(query)).scalar_one_or_none()
    running, unknown = of.get("submitting"), of.get("unknown")
    return Left(
        running=running.tries if running else 0,
        unknown=unknown.tries if unknown else 0,
        farewell=state,
        running_until=running.lease_until if running else None,
    )
