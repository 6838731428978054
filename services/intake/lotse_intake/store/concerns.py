"""Concerns, what was done with them, and the referrals that were heard about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.machine import OPEN, WAITING
from lotse_intake.store.tables import concern, heard_referral, person
from lotse_intake.store.tables.desk import concern_move

IS_OPEN = concern.c.state.in_([literal(state, literal_execute=True) for state in OPEN])
IS_WAITING = concern.c.state.in_([literal(state, literal_execute=True) for state in WAITING])
"""Written into the statement, so that the planner sees that the partial indexes fit."""

_SIGNS = text(
    """
    SELECT c.concern_id,
      EXISTS (SELECT FROM entry e WHERE e.enquiry_id = c.enquiry_id AND e.said_by = 'association')
        OR EXISTS (SELECT FROM contact k WHERE k.person_id = c.person_id AND k.at >= c.received_at
          AND k.superseded_by IS NULL AND NOT k.void) AS contacted,
      COALESCE((SELECT e.said_by = 'association' FROM entry e WHERE e.enquiry_id = c.enquiry_id
          ORDER BY e.entry_id DESC LIMIT 1), false)
        OR EXISTS (SELECT FROM contact k WHERE k.person_id = c.person_id AND k.at >= c.moved_at
          AND k.superseded_by IS NULL AND NOT k.void) AS asked,
      (SELECT count(*) FROM heard_referral h WHERE h.concern_id = c.concern_id AND NOT h.settled AND NOT h.ended)
        AS referrals_open,
      (SELECT COALESCE(array_agg(DISTINCT f.actor), '{}') FROM case_conflict f JOIN case_file USING (case_id)
        WHERE case_file.person_id = c.person_id) AS conflicted
    FROM concern c WHERE c.concern_id = ANY(CAST(:ids AS uuid[]))
    """
)


@dataclass(frozen=True)
class Signs:
    """What else is known about a concern that an action may depend on."""

    contacted: bool
    asked: bool
    referrals_open: int
    conflicted: frozenset[str]


async def get(tx: AsyncConnection, concern_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One concern, with whether its person is being erased."""
    query = select(concern, person.c.frozen, person.c.restricted).join(
        person, person.c.person_id == concern.c.person_id
    )
    query = query.where(concern.c.concern_id == concern_id)
    return (await tx.execute(query.with_for_update(of=concern) if lock else query)).one_or_none()


async def of_enquiry(tx: AsyncConnection, enquiry_id: UUID, *, lock: bool = False) -> Sequence[Row[Any]]:
    """The concerns of an enquiry, always in the same order, so that two writers do not lock each other out."""
    query = select(concern).where(concern.c.enquiry_id == enquiry_id).order_by(concern.c.concern_id)
    return (await tx.execute(query.with_for_update() if lock else query)).all()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The concerns of a person."""
    query = select(concern).where(concern.c.person_id == person_id).order_by(concern.c.received_at)
    return (await tx.execute(query)).all()


async def some(tx: AsyncConnection, concern_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, Row[Any]]:
    """Several concerns as `get` has them, locked always in the same order."""
    query = select(concern, person.c.frozen, person.c.restricted).join(
        person, person.c.person_id == concern.c.person_id
    )
    query = query.where(concern.c.concern_id.in_(concern_ids)).order_by(concern.c.concern_id)
    rows = (await tx.execute(query.with_for_update(of=concern) if lock else query)).all()
    return {row.concern_id: row for row in rows}


async def free(tx: AsyncConnection, concern_id: UUID) -> Row[Any] | None:
    """The concern, locked; None if it is gone or somebody else holds it at this moment."""
    query = select(concern, person.c.frozen, person.c.restricted).join(
        person, person.c.person_id == concern.c.person_id
    )
    query = query.where(concern.c.concern_id == concern_id).with_for_update(of=concern, skip_locked=True)
    return (await tx.execute(query)).one_or_none()


async def carried_by(tx: AsyncConnection, actor: str) -> Sequence[Row[Any]]:
    """The open concerns that somebody carries, locked."""
    query = select(concern).where(IS_OPEN, concern.c.assignee == actor).order_by(concern.c.concern_id)
    return (await tx.execute(query.with_for_update())).all()


async def signs(tx: AsyncConnection, concern_ids: Sequence[UUID]) -> dict[UUID, Signs]:
    """What an action may depend on, for several concerns in one question."""
    rows = await tx.execute(_SIGNS, {"ids": [str(concern_id) for concern_id in concern_ids]})
    return {
        row.concern_id: Signs(row.contacted, row.asked, int(row.referrals_open), frozenset(row.conflicted))
        for row in rows
    }


async def move(tx: AsyncConnection, concern_id: UUID, **changed: Any) -> Row[Any]:
    """The concern with other values; its version rises."""
    step = update(concern).where(concern.c.concern_id == concern_id).returning(concern)
    row: Row[Any] = (await tx.execute(step.values(version=concern.c.version + 1, **changed))).one()
    return row


async def note_move(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Keep what was done, by whom, and who agreed."""
    await tx.execute(insert(concern_move).values(dict(row)))


async def moves_of(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """What was done with a person's concerns, in its order."""
    query = select(concern_move).join(concern).where(concern.c.person_id == person_id)
    return (await tx.execute(query.order_by(concern_move.c.at, concern_move.c.version))).all()


async def hear_referral(
    tx: AsyncConnection, referral_id: UUID, concern_id: UUID, *, ended: bool, completed: bool
) -> list[bool | None] | None:
    """Note a referral of a concern; an end is for good. None if this is no news.

    Else for each referral since the concern was last reopened: None while open, then whether it had an outcome.
    """
    row = insert(heard_referral).values(
        referral_id=referral_id, concern_id=concern_id, ended=ended, completed=completed, settled=False
    )
    news = (heard_referral.c.ended < row.excluded.ended) | (heard_referral.c.completed < row.excluded.completed)
    again = row.on_conflict_do_update(
        index_elements=[heard_referral.c.referral_id],
        set_={
            "ended": heard_referral.c.ended | row.excluded.ended,
            "completed": heard_referral.c.completed | row.excluded.completed,
        },
        where=news,
    ).returning(heard_referral.c.settled)
    heard = (await tx.execute(again)).one_or_none()
    if heard is None or heard.settled:
        return None
    query = select(heard_referral.c.ended, heard_referral.c.completed).where(
        heard_referral.c.concern_id == concern_id, heard_referral.c.settled.is_(False)
    )
    return [one.completed if one.ended else None for one in (await tx.execute(query)).all()]


async def settle_referrals(tx: AsyncConnection, concern_id: UUID) -> None:
    """The referrals so far belong to what has ended: a reopened concern begins without them."""
    await tx.execute(update(heard_referral).where(heard_referral.c.concern_id == concern_id).values(settled=True))
