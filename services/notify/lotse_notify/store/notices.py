"""Notifications: one row is one intention for one person, told once and for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import ContactKind, RecipientLanguage, TemplateName
from lotse_notify.domain.verdict import PERHAPS_SEEN, UNSENT, Asked, State, Verdict
from lotse_notify.store.tables import decision, notification, person, told

KNOWN = notification.c.template.in_(get_args(TemplateName))
"""After a step back to older code, what only newer code can say is left for it."""
UNSENT_ROWS_MAX = 200  # of one person, looked at when her contact changes


@dataclass(frozen=True)
class Notification:
    """What is to be said to whom; arguments are codes and times, never a person's. Sending it continues its trace."""

    notification_id: UUID
    person_id: UUID
    dedupe_sha256: str
    template: TemplateName
    arguments: Mapping[str, str]
    asked: Asked
    state: State
    because: str = ""
    tries: int = 0
    channel: ContactKind = "none"
    language: RecipientLanguage | None = None
    appointment_id: UUID | None = None
    traceparent: str | None = None
    link: bytes | None = field(default=None, repr=False)  # her own page, encrypted with her key


@dataclass(frozen=True)
class Told:
    """What is remembered for ever: by which notification, or why it was closed before anybody asked for it."""

    notification_id: UUID | None
    closed_because: str | None


async def claim_key(tx: AsyncConnection, fresh: Notification) -> Told | None:
    """None if this key is told for the first time, now by this notification; else what is remembered of it."""
    row = upsert(told).values(
        dedupe_sha256=fresh.dedupe_sha256, person_id=fresh.person_id, notification_id=fresh.notification_id
    )
    if (await tx.execute(row.on_conflict_do_nothing().returning(told.c.dedupe_sha256))).first() is not None:
        return None
    mine = told.c.dedupe_sha256 == fresh.dedupe_sha256
    known = (await tx.execute(select(told).where(mine).with_for_update())).one()
    if known.notification_id is None:
        await tx.execute(update(told).where(mine).values(notification_id=fresh.notification_id))
    return Told(known.notification_id, known.closed_because)


async def close_key(tx: AsyncConnection, person_id: UUID, dedupe_sha256: str, because: str) -> None:
    """Nothing may be told under this key any more, also when the order to tell comes later."""
    row = upsert(told).values(dedupe_sha256=dedupe_sha256, person_id=person_id, closed_because=because)
    once = func.coalesce(told.c.closed_because, because)
    await tx.execute(row.on_conflict_do_update(index_elements=[told.c.dedupe_sha256], set_={"closed_because": once}))


async def add(tx: AsyncConnection, fresh: Notification, verdict: Verdict, now: datetime) -> None:
    """The notification in the state that was decided."""
    await tx.execute(
        insert(notification).values(
            notification_id=fresh.notification_id,
            person_id=fresh.person_id,
            dedupe_sha256=fresh.dedupe_sha256,
            template=fresh.template,
            arguments=dict(fresh.arguments),
            appointment_id=fresh.appointment_id,
            asked_at=fresh.asked.asked_at,
            useful_by=fresh.asked.useful_by,
            state=verdict.state,
            because=verdict.because,
            due_at=now,
            tries=0,
            channel=fresh.channel,
            language=fresh.language,
            created_at=now,
            ended_at=_ended(verdict.state, now),
            traceparent=fresh.traceparent,
            link=fresh.link if verdict.state in UNSENT else None,
        )
    )


async def move(
    tx: AsyncConnection, notification_id: UUID, verdict: Verdict, now: datetime, *, channel: ContactKind
) -> None:
    """To another state, due now if it waits to be sent; the link to her page goes with the last chance to send it."""
    row = update(notification).where(notification.c.notification_id == notification_id)
    changes: dict[str, Any] = {
        "state": verdict.state,
        "because": verdict.because,
        "channel": channel,
        "due_at": now,
    }
    if _ended(verdict.state, now) is not None:
        changes["link"] = None
    await tx.execute(row.values(changes | {"ended_at": _ended(verdict.state, now)}))


async def decide(tx: AsyncConnection, of: Notification, verdict: Verdict, now: datetime) -> None:
    """Write down what was decided and why."""
    row = {"person_id": of.person_id, "dedupe_sha256": of.dedupe_sha256, "at": now}
    await tx.execute(insert(decision).values(row | {"decision": verdict.state, "because": verdict.because}))


async def remark(tx: AsyncConnection, person_id: UUID, dedupe_sha256: str, because: str, now: datetime) -> None:
    """Write down that something was asked and nothing was done about it."""
    row = {"person_id": person_id, "dedupe_sha256": dedupe_sha256, "at": now}
    await tx.execute(insert(decision).values(row | {"decision": "ignored", "because": because}))


async def unsent_of(tx: AsyncConnection, person_id: UUID) -> list[Notification]:
    """Her notifications of which nothing has left the house, oldest first."""
    mine = notification.c.person_id == person_id
    query = select(notification).where(mine, notification.c.state.in_(UNSENT), KNOWN)
    rows = await tx.execute(query.order_by(notification.c.created_at).limit(UNSENT_ROWS_MAX).with_for_update())
    return [notification_of(row) for row in rows]


async def unsent_by_key(tx: AsyncConnection, dedupe_sha256: str) -> Notification | None:
    """The one under this key, if nothing of it has left the house."""
    mine = (notification.c.dedupe_sha256 == dedupe_sha256) & notification.c.state.in_(UNSENT)
    row = (await tx.execute(select(notification).where(mine).with_for_update())).one_or_none()
    return None if row is None else notification_of(row)


async def of_appointment(tx: AsyncConnection, appointment_id: UUID) -> Sequence[Notification]:
    """Everything ever told about an appointment."""
    rows = await tx.execute(select(notification).where(notification.c.appointment_id == appointment_id))
    return [notification_of(row) for row in rows]


async def overdue(tx: AsyncConnection, now: datetime, *, rows_max: int) -> list[Notification]:
    """Unsent ones that nobody needs any more; those that another transaction holds are passed over."""
    query = (
        select(notification)
        .join(person, person.c.person_id == notification.c.person_id)
        .where(notification.c.state.in_(UNSENT), notification.c.useful_by <= now, KNOWN)
        .limit(rows_max)
        .with_for_update(of=[person, notification], skip_locked=True)
    )
    rows = await tx.execute(query)
    return [notification_of(row) for row in rows]


def perhaps_seen(notifications: Sequence[Notification]) -> bool:
    """Whether she may have one of them already."""
    return any(one.state in PERHAPS_SEEN for one in notifications)


def notification_of(row: Row[tuple[object, ...]]) -> Notification:
    """The notification of a whole row."""
    return Notification(
        notification_id=row.notification_id,
        person_id=row.person_id,
        dedupe_sha256=row.dedupe_sha256,
        template=row.template,
        arguments=row.arguments,
        asked=Asked(row.asked_at, row.useful_by),
        state=row.state,
        because=row.because,
        tries=row.tries,
        channel=row.channel,
        language=row.language,
        appointment_id=row.appointment_id,
        traceparent=row.traceparent,
        link=row.link,
    )


def _ended(state: State, now: datetime) -> datetime | None:
    return None if state in UNSENT or state == "sending" else now
