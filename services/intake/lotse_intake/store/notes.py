"""Notes in the file of a case; who may read one is decided in `domain.sight`, and asked of the database as well."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.cursors import Place
from lotse_intake.store.tables.casework import note

SELF = "self"


async def add(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """False if this id is known."""
    new = insert(note).values(version=1, **row).on_conflict_do_nothing().returning(note.c.note_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, note_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One note, of whatever visibility; whoever calls asks the rules of sight before anything of it is told."""
    query = select(note).where(note.c.note_id == note_id)
    return (await tx.execute(query.with_for_update() if lock else query)).one_or_none()


async def change(tx: AsyncConnection, note_id: UUID, **values: Any) -> Row[Any]:
    """Who may read it, or that it was used; its version rises."""
    step = update(note).where(note.c.note_id == note_id).values(version=note.c.version + 1, **values)
    row: Row[Any] = (await tx.execute(step.returning(note))).one()
    return row


async def count(tx: AsyncConnection, case_id: UUID) -> int:
    """How many notes a case has."""
    query = select(func.count()).select_from(note).where(note.c.case_id == case_id)
    return int((await tx.execute(query)).scalar_one())


async def readable(
    tx: AsyncConnection, case_id: UUID, actor: str, *, limit: int, before: Place | None = None
) -> Sequence[Row[Any]]:
    """The newest notes of a case that this actor may read; those of others for themselves never leave the database."""
    mine = or_(note.c.visibility != SELF, note.c.author == actor)
    query = select(note).where(note.c.case_id == case_id, mine)
    if before is not None:
        query = query.where(tuple_(note.c.written_at, note.c.note_id) < tuple_(before.at, before.id))
    return (await tx.execute(query.order_by(note.c.written_at.desc(), note.c.note_id.desc()).limit(limit))).all()


async def about(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """Every note about a person, of whatever visibility: for the person herself, and for nobody else."""
    return (await tx.execute(select(note).where(note.c.person_id == person_id).order_by(note.c.written_at))).all()
