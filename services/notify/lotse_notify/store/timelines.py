"""What the desk asks of the store: how notifications stand, and everything that happened to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import access_log
from lotse_contracts.values import NoticeChannel
from lotse_notify.store.tables import attempt, decision, notification
from lotse_notify.store.tables.receipts import receipt

STEPS_MAX = 200  # of one kind, the newest of them
NOTIFICATION = "notification"
"""What the access log calls it."""


@dataclass(frozen=True)
class Happened:
    """Every row about one notification, each kind oldest first."""

    decisions: Sequence[Row[Any]]
    attempts: Sequence[Row[Any]]
    receipts: Sequence[Row[Any]]
    by_staff: Sequence[Row[Any]]


async def by_id(tx: AsyncConnection, notification_id: UUID, *, person_id: UUID | None = None) -> Row[Any] | None:
    """The notification; if a person is named, only if it is hers."""
    query = select(notification).where(notification.c.notification_id == notification_id)
    hers = query if person_id is None else query.where(notification.c.person_id == person_id)
    return (await tx.execute(hers)).one_or_none()


async def by_key(tx: AsyncConnection, dedupe_sha256: str) -> Row[Any] | None:
    """The notification that was asked for under this key."""
    return (await tx.execute(select(notification).where(notification.c.dedupe_sha256 == dedupe_sha256))).one_or_none()


async def of_person(tx: AsyncConnection, person_id: UUID, *, rows_max: int) -> Sequence[Row[Any]]:
    """Hers, newest first."""
    query = select(notification).where(notification.c.person_id == person_id)
    return (await tx.execute(query.order_by(notification.c.created_at.desc()).limit(rows_max))).all()


async def happened(tx: AsyncConnection, dedupe_sha256: str, notification_id: UUID | None) -> Happened:
    """Decisions are there under a key for which nothing was ever sent, too."""
    decided = select(decision).where(decision.c.dedupe_sha256 == dedupe_sha256).order_by(decision.c.decision_id.desc())
    decisions = (await tx.execute(decided.limit(STEPS_MAX))).all()[::-1]
    if notification_id is None:
        return Happened(decisions, (), (), ())
    tried = select(attempt).where(attempt.c.notification_id == notification_id)
    attempts = (await tx.execute(tried.order_by(attempt.c.started_at.desc()).limit(STEPS_MAX))).all()[::-1]
    said = select(receipt).where(receipt.c.attempt_id.in_([one.attempt_id for one in attempts]))
    receipts = (await tx.execute(said.order_by(receipt.c.receipt_id.desc()).limit(STEPS_MAX))).all()[::-1]
    acted = select(access_log).where(
        access_log.c.object_kind == NOTIFICATION,
        access_log.c.object_id == str(notification_id),
        access_log.c.action != "read",
    )
    by_staff = (await tx.execute(acted.order_by(access_log.c.id.desc()).limit(STEPS_MAX))).all()[::-1]
    return Happened(decisions, attempts, receipts, by_staff)


@dataclass(frozen=True)
class Doubted:
    """A try that may or may not have been taken, and the notification that it was for."""

    channel: NoticeChannel
    provider: str
    reason: str
    started_at: datetime
    notification: Row[Any]


async def doubted(tx: AsyncConnection, *, rows_max: int) -> list[Doubted]:
    """The oldest first."""
    found = (attempt.c.channel, attempt.c.provider, attempt.c.reason, attempt.c.started_at, attempt.c.notification_id)
    query = select(*found).where(attempt.c.state == "unknown").order_by(attempt.c.started_at).limit(rows_max)
    tries = (await tx.execute(query)).all()
    rows = await tx.execute(
        select(notification).where(notification.c.notification_id.in_([one.notification_id for one in tries]))
    )
    of = {row.notification_id: row for row in rows}
    return [
        Doubted(one.channel, one.provider, one.reason, one.started_at, of[one.notification_id])
        for one in tries
        if one.notification_id in of
    ]
