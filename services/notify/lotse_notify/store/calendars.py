"""Calendar files that wait for their mail: which are missing, which are there, and when they go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import RecipientLanguage
from lotse_notify.store.conditions import among
from lotse_notify.store.tables import contact, notification
from lotse_notify.store.tables.calendar import calendar_file

NOT_YET = "not_yet"  # why it waits, as the policy calls it


@dataclass(frozen=True)
class Wanted:
    """A mail about an appointment that waits for its calendar file."""

    notification_id: UUID
    person_id: UUID
    appointment_id: UUID
    languages: tuple[RecipientLanguage, ...]


@dataclass(frozen=True)
class Kept:
    """A file as it is kept; `content` is encrypted with her key."""

    content: bytes = field(repr=False)
    method: str
    name: str


async def wanted(tx: AsyncConnection, *, rows_max: int) -> list[Wanted]:
    """Those that nobody has asked for yet, the most urgent first."""
    asked = exists().where(calendar_file.c.notification_id == notification.c.notification_id)
    query = (
        select(
            notification.c.notification_id,
            notification.c.person_id,
            notification.c.appointment_id,
            contact.c.languages,
        )
        .join(contact, contact.c.person_id == notification.c.person_id)
        .where(
            notification.c.state == "scheduled",
            notification.c.because == NOT_YET,
            notification.c.appointment_id.is_not(None),
            ~asked,
        )
        .order_by(notification.c.due_at)
        .limit(rows_max)
    )
    rows = await tx.execute(query)
    return [
        Wanted(
            row.notification_id,
            row.person_id,
            row.appointment_id,
            cast("tuple[RecipientLanguage, ...]", tuple(row.languages)),
        )
        for row in rows
    ]


async def keep(tx: AsyncConnection, of: Wanted, kept: Kept | None, now: datetime) -> None:
    """What was answered, once; the mail has nothing more to wait for. Her row must be locked."""
    values = {"content": kept.content, "method": kept.method, "name": kept.name} if kept else {}
    row = insert(calendar_file).values(
        notification_id=of.notification_id, person_id=of.person_id, asked_at=now, **values
    )
    await tx.execute(row.on_conflict_do_nothing())
    mine = update(notification).where(
        notification.c.notification_id == of.notification_id,
        notification.c.state == "scheduled",
        notification.c.because == NOT_YET,
    )
    await tx.execute(mine.values(not_before=now, due_at=func.least(notification.c.due_at, now)))


async def of(tx: AsyncConnection, notification_ids: Sequence[UUID]) -> dict[UUID, Kept]:
    """The files of these notifications, as far as there are any."""
    query = select(calendar_file).where(
        among(calendar_file.c.notification_id, notification_ids), calendar_file.c.content.is_not(None)
    )
    rows = await tx.execute(query)
    return {row.notification_id: Kept(row.content, row.method, row.name) for row in rows}


async def forget_ended(tx: AsyncConnection) -> int:
    """Those whose notification has ended go; returns how many."""
    ended = select(notification.c.notification_id).where(notification.c.ended_at.is_not(None))
    gone = delete(calendar_file).where(calendar_file.c.notification_id.in_(ended))
    return (await tx.execute(gone)).rowcount
