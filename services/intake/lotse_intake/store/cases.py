"""Cases: who carries them how far, what became of them, and for whom a conflict is marked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.cursors import Place
from lotse_intake.domain.machine import OPEN
from lotse_intake.domain.sight import Carried, Viewer
from lotse_intake.store.concerns import IS_OPEN
from lotse_intake.store.tables import case_file, concern, person
from lotse_intake.store.tables.casework import case_conflict, case_event, task

NOTHING_PROPOSED: dict[str, Any] = {"proposed_owner": None, "proposed_team": None, "proposed_by": None}
_WORKED_ON = text(
    """SELECT EXISTS (SELECT FROM case_event JOIN case_file USING (case_id) WHERE case_file.person_id = :person_id)
       OR EXISTS (SELECT FROM note WHERE person_id = :person_id)
       OR EXISTS (SELECT FROM goal WHERE person_id = :person_id)
       OR EXISTS (SELECT FROM task WHERE person_id = :person_id)
       OR EXISTS (SELECT FROM document WHERE person_id = :person_id)
       OR EXISTS (SELECT FROM person_link WHERE :person_id IN (person_id, other_id))
       OR EXISTS (SELECT FROM deadline WHERE person_id = :person_id AND confirmed_by IS NOT NULL)"""
)
EVENTS_MAX = 200  # of one case in one answer, the newest


async def get(tx: AsyncConnection, case_id: UUID, *, lock: bool = False) -> Row[Any] | None:
    """One case, with whether its person is being erased or her record read-only; locked, the case alone is."""
    query = select(case_file, person.c.frozen, person.c.restricted).join(
        person, person.c.person_id == case_file.c.person_id
    )
    query = query.where(case_file.c.case_id == case_id)
    return (await tx.execute(query.with_for_update(of=case_file, key_share=True) if lock else query)).one_or_none()


async def add(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """A new case; False if this id is known."""
    new = insert(case_file).values(version=1, **row).on_conflict_do_nothing().returning(case_file.c.case_id)
    return (await tx.execute(new)).first() is not None


async def change(tx: AsyncConnection, case_id: UUID, **values: Any) -> Row[Any]:
    """Change some columns; the version rises. Returns the row."""
    step = update(case_file).where(case_file.c.case_id == case_id).returning(case_file)
    row: Row[Any] = (await tx.execute(step.values(version=case_file.c.version + 1, **values))).one()
    return row


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The cases of a person, oldest first."""
    query = select(case_file).where(case_file.c.person_id == person_id)
    return (await tx.execute(query.order_by(case_file.c.opened_at, case_file.c.case_id))).all()


async def owned_by(tx: AsyncConnection, actor: str) -> Sequence[Row[Any]]:
    """The open cases that somebody owns, locked in one order, but for those of persons who are being erased."""
    query = select(case_file).join(person, person.c.person_id == case_file.c.person_id)
    query = query.where(case_file.c.owner == actor, case_file.c.closed_at.is_(None), person.c.frozen.is_(False))
    query = query.order_by(case_file.c.case_id).with_for_update(of=case_file, key_share=True)
    return (await tx.execute(query)).all()


async def concerns_of(tx: AsyncConnection, case_id: UUID) -> Sequence[Row[Any]]:
    """The concerns of a case, oldest first."""
    query = select(concern).where(concern.c.case_id == case_id)
    return (await tx.execute(query.order_by(concern.c.received_at, concern.c.concern_id))).all()


async def hold_concerns(tx: AsyncConnection, case_id: UUID) -> int:
    """Lock the concerns of a case, so that none is reopened meanwhile; returns how many wait for somebody."""
    query = select(concern.c.state).where(concern.c.case_id == case_id).order_by(concern.c.concern_id)
    return sum(state in OPEN for state in (await tx.execute(query.with_for_update(key_share=True))).scalars())


# What happened


async def tell(
    tx: AsyncConnection,
    case_id: UUID,
    *,
    at: datetime,
    by: str,
    event: str,
    code: str | None = None,
    code_after: str | None = None,
    actor: str | None = None,
) -> None:
    """Keep what happened to a case: codes, and the pseudonym of whom it is about."""
    row = {"at": at, "by": by, "event": event, "code": code, "code_after": code_after, "actor": actor}
    await tx.execute(insert(case_event).values(case_id=case_id, **row))


async def events_of(tx: AsyncConnection, case_id: UUID) -> Sequence[Row[Any]]:
    """What happened to a case, newest first."""
    query = select(case_event).where(case_event.c.case_id == case_id)
    return (await tx.execute(query.order_by(case_event.c.event_id.desc()).limit(EVENTS_MAX))).all()


# Conflicts


async def conflicts_of(tx: AsyncConnection, case_id: UUID) -> Sequence[Row[Any]]:
    """For whom a conflict is marked."""
    query = select(case_conflict).where(case_conflict.c.case_id == case_id).order_by(case_conflict.c.actor)
    return (await tx.execute(query)).all()


async def mark_conflict(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """False if it was marked."""
    new = insert(case_conflict).values(row).on_conflict_do_nothing().returning(case_conflict.c.actor)
    return (await tx.execute(new)).first() is not None


async def lift_conflict(tx: AsyncConnection, case_id: UUID, actor: str) -> bool:
    """False if there was none."""
    mark = delete(case_conflict).where(case_conflict.c.case_id == case_id, case_conflict.c.actor == actor)
    return (await tx.execute(mark)).rowcount > 0


async def carried(tx: AsyncConnection, row: Row[Any]) -> Carried:
    """Who carries a case, for the rules of sight."""
    doing = select(task.c.assignee).where(task.c.case_id == row.case_id, task.c.result.is_(None)).distinct()
    marks = await conflicts_of(tx, row.case_id)
    return Carried(
        owner=row.owner,
        team=row.team,
        assignees=frozenset((await tx.execute(doing)).scalars()),
        conflicted=frozenset(mark.actor for mark in marks),
    )


async def is_closed_to(tx: AsyncConnection, person_ids: Sequence[UUID], actor: str) -> bool:
    """Whether a conflict with this person is marked for somebody who owns none of the cases that it is marked in."""
    marked = select(func.bool_or(func.coalesce(case_file.c.owner == actor, False))).select_from(case_conflict)
    marked = marked.join(case_file, case_file.c.case_id == case_conflict.c.case_id)
    hers = case_file.c.person_id.in_(person_ids), case_conflict.c.actor == actor
    return (await tx.execute(marked.where(*hers))).scalar_one() is False


async def are_worked_on(tx: AsyncConnection, person_id: UUID) -> bool:
    """Whether anything in a person's cases is somebody's work: a step, a note, a plan, a file, a link, a day named."""
    return bool((await tx.execute(_WORKED_ON, {"person_id": person_id})).scalar_one())


# Lists

Which = Literal["mine", "team", "open", "waiting"]

_CONCERNS_OPEN = select(func.count()).where(concern.c.case_id == case_file.c.case_id, IS_OPEN).scalar_subquery()
_TASKS_OPEN = select(func.count()).where(task.c.case_id == case_file.c.case_id, task.c.result.is_(None))
_NEXT_DUE = select(func.min(task.c.due)).where(task.c.case_id == case_file.c.case_id, task.c.result.is_(None))


async def page(
    tx: AsyncConnection, which: Which, viewer: Viewer, *, size: int, after: Place | None
) -> Sequence[Row[Any]]:
    """Up to `size` open cases after a place, the longest open first."""
    rows: Sequence[Row[Any]] = (await tx.execute(page_query(which, viewer, size=size, after=after))).all()
    return rows


def page_query(which: Which, viewer: Viewer, *, size: int, after: Place | None) -> Select[Any]:
    """A walk along one of the partial indexes of open cases, from a place on."""
    query = select(
        case_file,
        _CONCERNS_OPEN.label("concerns_open"),
        _TASKS_OPEN.scalar_subquery().label("tasks_open"),
        _NEXT_DUE.scalar_subquery().label("next_task_due"),
    )
    query = _narrowed(query.where(case_file.c.closed_at.is_(None)), which, viewer)
    if after is not None:
        here, there = tuple_(case_file.c.opened_at, case_file.c.case_id), tuple_(literal(after.at), literal(after.id))
        query = query.where(here > there)
    return query.order_by(case_file.c.opened_at, case_file.c.case_id).limit(size)


def _narrowed(query: Select[Any], which: Which, viewer: Viewer) -> Select[Any]:
    if which == "mine":
        return query.where(case_file.c.owner.in_(sorted({viewer.actor, *viewer.stands_in_for})))
    if which == "team":
        return query.where(case_file.c.team.in_(sorted(viewer.teams)))
    return query.where(case_file.c.owner.is_(None)) if which == "waiting" else query
