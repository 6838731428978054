"""Tries: one row is one hand-over of one notification to one provider; the sender's own statements are in `sending`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.machine import AttemptState
from lotse_notify.domain.outcome import Stage
from lotse_notify.store.conditions import among
from lotse_notify.store.notices import KNOWN, Notification, look_again, notification_of
from lotse_notify.store.tables import attempt, notification, person

WAITED_FOR: tuple[AttemptState, ...] = ("accepted", "buffered", "unknown")
"""A receipt may still come, or somebody who finds out."""


@dataclass(frozen=True)
class Attempt:
    """A try, by whom and how far. Whoever writes its outcome must hold its `fence`: a lease that ran out changes it.

    `point_id`: by which of her ways it goes; None: begun by code that wrote none down.
    """

    attempt_id: UUID
    notification: Notification
    channel: NoticeChannel
    provider: str
    contact_version: int
    started_at: datetime
    stage: Stage = "envelope"
    state: AttemptState = "submitting"
    reason: str = ""
    fence: int = 1
    point_id: UUID | None = None

    @property
    def reference(self) -> str:
        """What the provider is given, and brings back with its receipts."""
        return self.attempt_id.hex


async def move(tx: AsyncConnection, of: Attempt, to: AttemptState, reason: str, now: datetime) -> bool:
    """From the state that it was seen in to another; whoever held it before cannot write any more.

    False if somebody else moved it first. The person must be locked.
    """
    mine = update(attempt).where(attempt.c.attempt_id == of.attempt_id, attempt.c.state == of.state)
    values = {"state": to, "reason": reason, "ended_at": now, "fence": attempt.c.fence + 1}
    return (await tx.execute(mine.values(values))).rowcount == 1


async def abandoned(tx: AsyncConnection, now: datetime, *, rows_max: int) -> list[Attempt]:
    """Tries whose lease has run out; those that another transaction holds are passed over."""
    query = whole().where(attempt.c.state == "submitting", attempt.c.lease_until <= now, KNOWN).limit(rows_max)
    rows = await tx.execute(query.with_for_update(of=[person, attempt, notification], skip_locked=True))
    return [attempt_of(row) for row in rows]


async def end_doubts(tx: AsyncConnection, notification_ids: Collection[UUID], now: datetime) -> list[UUID]:
    """Of messages that have ended by another try nobody need find out any more whether this one arrived.

    A mail may go again; any other way stays occupied, and counts as sent. Returns those that count.
    """
    mine = attempt.c.notification_id.in_(notification_ids)
    to = case((attempt.c.channel == "email", "abandoned"), else_="presumed_sent")
    values = {"state": to, "reason": "other_way_ended_it", "ended_at": now, "fence": attempt.c.fence + 1}
    doubts = update(attempt).where(mine, attempt.c.state == "unknown").values(values)
    rows = await tx.execute(doubts.returning(attempt.c.attempt_id, attempt.c.state))
    return [row.attempt_id for row in rows if row.state == "presumed_sent"]


async def note_answer(tx: AsyncConnection, attempt_id: UUID, provider_id: str | None, cost_e4: int | None) -> None:
    """What a provider has said of it that was not known before; its price is better than what was expected."""
    named = func.coalesce(attempt.c.provider_id, provider_id)
    cost = func.coalesce(cost_e4, attempt.c.cost_e4)
    mine = update(attempt).where(attempt.c.attempt_id == attempt_id)
    await tx.execute(mine.values(provider_id=named, cost_e4=cost))


async def put_off(tx: AsyncConnection, of: Attempt, at: datetime) -> None:
    """Neither its lease nor the wait of its notification is over before; nothing else of them changes."""
    mine = update(attempt).where(attempt.c.attempt_id == of.attempt_id, attempt.c.state == "submitting")
    if (await tx.execute(mine.values(lease_until=at, worker=None))).rowcount == 0:
        await look_again(tx, of.notification, at)


async def past_deadline(tx: AsyncConnection, now: datetime, *, rows_max: int) -> list[Attempt]:
    """The doubtful and the unreceipted whose time to wait is over, each by the try that it waits for, whatever its way;
    where a better one is gone meanwhile, by any that is left."""
    waits = notification.c.state.in_(("awaiting_receipt", "unresolved"))
    live = whole().where(waits, notification.c.due_at <= now, attempt.c.state.in_(WAITED_FOR), KNOWN)
    fits = (attempt.c.state == "unknown") == (notification.c.state == "unresolved")
    query = live.order_by(notification.c.due_at, fits.desc(), attempt.c.started_at.desc()).limit(rows_max)
    rows = await tx.execute(query.with_for_update(of=[person, attempt, notification], skip_locked=True))
    return [attempt_of(row) for row in rows]


async def taken_over(tx: AsyncConnection, of: Attempt) -> bool:
    """Whether somebody else has settled this try meanwhile, so that whoever began it may not go on."""
    fence = await tx.scalar(select(attempt.c.fence).where(attempt.c.attempt_id == of.attempt_id))
    return fence is not None and fence != of.fence


async def doubtful(tx: AsyncConnection, *, rows_max: int, notification_id: UUID | None = None) -> list[Attempt]:
    """All of them, oldest first, or that of one notification; locked, with its person."""
    one = [] if notification_id is None else [notification.c.notification_id == notification_id]
    query = whole().where(attempt.c.state == "unknown", *one).order_by(attempt.c.started_at).limit(rows_max)
    rows = await tx.execute(query.with_for_update(of=[person, attempt, notification]))
    return [attempt_of(row) for row in rows]


async def locked(tx: AsyncConnection, attempt_id: UUID) -> Attempt | None:
    """The try of a receipt's reference, with its notification and person; None if it is unknown or erased."""
    query = whole().where(attempt.c.attempt_id == attempt_id, KNOWN)
    row = (await tx.execute(query.with_for_update(of=[person, attempt, notification]))).one_or_none()
    return None if row is None else attempt_of(row)


@dataclass(frozen=True)
class Before:
    """An earlier or other try of the same notification."""

    attempt_id: UUID
    channel: NoticeChannel
    provider: str
    state: AttemptState
    contact_version: int
    started_at: datetime


async def tries_of(tx: AsyncConnection, notification_ids: Collection[UUID]) -> Mapping[UUID, Sequence[Before]]:
    """Every try of these notifications, oldest first."""
    query = select(attempt).where(among(attempt.c.notification_id, notification_ids)).order_by(attempt.c.started_at)
    found: dict[UUID, list[Before]] = {notification_id: [] for notification_id in notification_ids}
    for row in await tx.execute(query):
        found[row.notification_id].append(
            Before(row.attempt_id, row.channel, row.provider, row.state, row.contact_version, row.started_at)
        )
    return found


async def unresolved_count(tx: AsyncConnection) -> int:
    """How many may or may not have been taken."""
    return await tx.scalar(select(func.count()).select_from(attempt).where(attempt.c.state == "unknown")) or 0


_ITS_OWN = ("attempt_id", "provider", "contact_version", "stage", "reason", "fence", "started_at", "point_id")


def whole() -> Select[tuple[object, ...]]:
    """A try with its notification; two columns have the same name in both."""
    own = [attempt.c[name] for name in _ITS_OWN]
    doubled = [attempt.c.state.label("attempt_state"), attempt.c.channel.label("attempt_channel")]
    return (
        select(*own, *doubled, *notification.c)
        .join(notification, notification.c.notification_id == attempt.c.notification_id)
        .join(person, person.c.person_id == attempt.c.person_id)
    )


def attempt_of(row: Row[tuple[object, ...]]) -> Attempt:
    return Attempt(
        attempt_id=row.attempt_id,
        notification=notification_of(row),
        channel=row.attempt_channel,
        provider=row.provider,
        contact_version=row.contact_version,
        stage=row.stage,
        state=row.attempt_state,
        reason=row.reason or "",
        fence=row.fence,
        point_id=row.point_id,
        started_at=row.started_at,
    )
