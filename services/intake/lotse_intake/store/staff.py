"""Who works here, by pseudonym, and how much each carries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.staffing import Member, Roster
from lotse_intake.store.concerns import IS_OPEN
from lotse_intake.store.tables import concern
from lotse_intake.store.tables.desk import staff

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('intake-staff', 0))")


async def lock(tx: AsyncConnection) -> None:
    """Two changes of the roster come one after the other, so that nobody ends as a substitute of herself."""
    await tx.execute(_LOCK)


async def roster(tx: AsyncConnection, day: date, *, loads_of: Sequence[str] | None = ()) -> Roster:
    """All who work or worked here; the load of those named, or of all with None."""
    rows = (await tx.execute(select(staff))).all()
    loads = await _loads(tx, loads_of)
    return Roster({row.actor: _member(row, loads.get(row.actor, 0)) for row in rows}, day)


async def _loads(tx: AsyncConnection, actors: Sequence[str] | None) -> dict[str, int]:
    if actors is not None and not actors:
        return {}
    which = concern.c.assignee.is_not(None) if actors is None else concern.c.assignee.in_(actors)
    query = select(concern.c.assignee, func.count()).where(IS_OPEN, which).group_by(concern.c.assignee)
    return {str(actor): int(count) for actor, count in (await tx.execute(query)).all()}


async def enrol(tx: AsyncConnection, values: dict[str, Any], at: datetime) -> Row[Any]:
    """Write somebody down, or change what was written; returns the row."""
    new = insert(staff).values(version=1, active=True, enrolled_at=at, **values)
    known = {name: value for name, value in values.items() if name != "actor"}
    changed = {**known, "version": staff.c.version + 1, "active": True}
    step = new.on_conflict_do_update(index_elements=[staff.c.actor], set_=changed).returning(staff)
    row: Row[Any] = (await tx.execute(step)).one()
    return row


async def change(tx: AsyncConnection, actor: str, **values: Any) -> Row[Any] | None:
    """Change somebody who is enrolled; None if nobody is."""
    step = update(staff).where(staff.c.actor == actor).returning(staff)
    row: Row[Any] | None = (await tx.execute(step.values(version=staff.c.version + 1, **values))).one_or_none()
    return row


def _member(row: Row[Any], load: int) -> Member:
    return Member(
        actor=row.actor,
        languages=tuple(row.languages),
        teams=tuple(row.teams),
        load=load,
        load_max=row.load_max,
        absent_from=row.absent_from,
        absent_to=row.absent_to,
        substitute=row.substitute,
        active=row.active,
    )
