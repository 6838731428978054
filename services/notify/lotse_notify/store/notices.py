"""Notifications: one row is one intention for one person, told once and for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeChannel, RecipientLanguage, TemplateName
from lotse_notify.domain.machine import ENDS, PERHAPS_SEEN, UNSENT, State
from lotse_notify.domain.timeline import WAITING
from lotse_notify.domain.verdict import Asked, Verdict
from lotse_notify.store.conditions import one_of
from lotse_notify.store.tables import decision, notification, person, told

KNOWN = one_of(notification.c.template, get_args(TemplateName))
"""After a step back to older code, what only newer code can say is left for it."""
WAITS = one_of(notification.c.state, UNSENT)
"""Nothing of it has left the house; the index of what is due has these."""
UNSENT_ROWS_MAX = 200  # of one person, looked at when her contact changes


@dataclass(frozen=True)
class Notification:
    """What is to be said to whom; arguments are codes and times, never a person's. Sending it continues its trace.

    `due_at`: when it is looked at next, whatever its state. `plan`: the channels it may still go by, in this order.
    `withdrawn_because`: it was ended while a try was under way, so that only that try may still tell it.
    `rendered`: the very content of a try, encrypted with her key, as long as that may have to go again.
    """

    notification_id: UUID
    person_id: UUID
    dedupe_sha256: str
    template: TemplateName
    arguments: Mapping[str, str]
    asked: Asked
    state: State
    because: str = ""
    tries: int = 0
    channel: NoticeChannel | Literal["none"] = "none"
    language: RecipientLanguage | None = None
    appointment_id: UUID | None = None
    traceparent: str | None = None
    link: bytes | None = field(default=None, repr=False)  # her own page, encrypted with her key
    due_at: datetime | None = None
    plan: tuple[NoticeChannel, ...] = ()
    withdrawn_because: str | None = None
    replayed_at: datetime | None = None
    rendered: bytes | None = field(default=None, repr=False)


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
    """The notification in the state that was decided, and why, in one statement."""
    added = insert(notification).values(
        notification_id=fresh.notification_id,
        person_id=fresh.person_id,
        dedupe_sha256=fresh.dedupe_sha256,
        template=fresh.template,
        arguments=dict(fresh.arguments),
        appointment_id=fresh.appointment_id,
        asked_at=fresh.asked.asked_at,
        useful_by=fresh.asked.useful_by,
        not_before=fresh.asked.not_before,
        wanted_by=fresh.asked.wanted_by,
        state=verdict.state,
        because=verdict.because,
        due_at=_due_at(verdict, fresh.asked, now),
        plan=list(verdict.plan),
        tries=0,
        segments=0,
        channel=fresh.channel,
        language=fresh.language,
        created_at=now,
        ended_at=_ended(verdict.state, now),
        traceparent=fresh.traceparent,
        link=fresh.link if verdict.state in UNSENT else None,
    )
    decided = insert(decision).values(_decided(fresh, verdict, now))
    await tx.execute(decided.add_cte(added.cte("added")))


async def move(tx: AsyncConnection, of: Notification, verdict: Verdict, now: datetime, *, channel: str) -> None:
    """To another state. What can only be used to send it goes with the last chance to send it."""
    row = update(notification).where(notification.c.notification_id == of.notification_id)
    changes: dict[str, Any] = {
        "state": verdict.state,
        "because": verdict.because,
        "channel": channel,
        "due_at": _due_at(verdict, of.asked, now),
        "plan": list(verdict.plan),
        "ended_at": _ended(verdict.state, now),
    }
    if verdict.state in ENDS:
        changes |= {"link": None, "rendered": None}
    await tx.execute(row.values(changes))


def row_of(verdict: Verdict | None, channel: NoticeChannel, now: datetime) -> dict[str, Any]:
    """What a notification becomes, for a statement that moves many; without a verdict it stays as it is."""
    if verdict is None:
        return {"moves": False}
    return {
        "moves": True,
        "state": verdict.state,
        "because": verdict.because,
        "plan": list(verdict.plan),
        "channel": channel,
        "due_at": (verdict.due_at or now).isoformat(),
        "ends": verdict.state in ENDS,
    }


async def look_again(tx: AsyncConnection, of: Notification, at: datetime) -> None:
    """Nothing but when it is looked at next."""
    row = update(notification).where(notification.c.notification_id == of.notification_id)
    await tx.execute(row.values(due_at=at))


async def record_cancel(tx: AsyncConnection, of: Notification, because: str) -> None:
    """It is with a provider: nothing calls it back, but it is not tried again."""
    first = func.coalesce(notification.c.withdrawn_because, because)
    row = update(notification).where(notification.c.notification_id == of.notification_id)
    await tx.execute(row.values(withdrawn_because=first))


async def replay(tx: AsyncConnection, of: Notification, now: datetime) -> None:
    """It starts again at the policy; what said no before does not count any more, what may have arrived does."""
    row = update(notification).where(notification.c.notification_id == of.notification_id)
    await tx.execute(row.values(state="scheduled", because="replayed", due_at=now, ended_at=None, replayed_at=now))


async def by_id(tx: AsyncConnection, notification_id: UUID) -> Notification | None:
    """The notification, with its person locked."""
    mine = notification.c.notification_id == notification_id
    joined = select(notification).join(person, person.c.person_id == notification.c.person_id)
    row = (await tx.execute(joined.where(mine, KNOWN).with_for_update(of=[person, notification]))).one_or_none()
    return None if row is None else notification_of(row)


async def decide(tx: AsyncConnection, of: Notification, verdict: Verdict, now: datetime) -> None:
    """Write down what was decided and why, and until when it waits."""
    await tx.execute(insert(decision).values(_decided(of, verdict, now)))


async def note(tx: AsyncConnection, of: Notification, decided: str, because: str, now: datetime) -> None:
    """One line of its history."""
    row = {"person_id": of.person_id, "dedupe_sha256": of.dedupe_sha256, "at": now}
    await tx.execute(insert(decision).values(row | {"decision": decided, "because": because}))


async def remark(tx: AsyncConnection, person_id: UUID, dedupe_sha256: str, because: str, now: datetime) -> None:
    """Write down that something was asked and nothing was done about it."""
    row = {"person_id": person_id, "dedupe_sha256": dedupe_sha256, "at": now}
    await tx.execute(insert(decision).values(row | {"decision": "ignored", "because": because}))


async def unsent_of(tx: AsyncConnection, person_id: UUID) -> list[Notification]:
    """Her notifications of which nothing has left the house, oldest first."""
    mine = notification.c.person_id == person_id
    query = select(notification).where(mine, WAITS, KNOWN)
    rows = await tx.execute(query.order_by(notification.c.created_at).limit(UNSENT_ROWS_MAX).with_for_update())
    return [notification_of(row) for row in rows]


async def by_key(tx: AsyncConnection, dedupe_sha256: str) -> Notification | None:
    """The one under this key, locked; its person must be locked."""
    mine = notification.c.dedupe_sha256 == dedupe_sha256
    row = (await tx.execute(select(notification).where(mine).with_for_update())).one_or_none()
    return None if row is None else notification_of(row)


async def of_appointment(tx: AsyncConnection, appointment_id: UUID) -> Sequence[Notification]:
    """Everything ever told about an appointment."""
    rows = await tx.execute(select(notification).where(notification.c.appointment_id == appointment_id))
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
        asked=Asked(row.asked_at, row.useful_by, row.not_before, row.wanted_by),
        state=row.state,
        because=row.because,
        tries=row.tries,
        channel=row.channel,
        language=row.language,
        appointment_id=row.appointment_id,
        traceparent=row.traceparent,
        link=row.link,
        due_at=row.due_at,
        plan=tuple(row.plan),
        withdrawn_because=row.withdrawn_because,
        replayed_at=row.replayed_at,
        rendered=row.rendered,
    )


def _decided(of: Notification, verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "person_id": of.person_id,
        "dedupe_sha256": of.dedupe_sha256,
        "at": now,
        "decision": verdict.state,
        "because": verdict.because,
        "until": _due_at(verdict, of.asked, now) if verdict.state in WAITING else None,
    }


def _due_at(verdict: Verdict, asked: Asked, now: datetime) -> datetime:
    """When it is looked at next, at the latest when its use is over."""
    if verdict.state not in UNSENT:
        return verdict.due_at or now
    return min(verdict.due_at or (asked.useful_by if verdict.state == "held" else now), max(now, asked.useful_by))


def _ended(state: State, now: datetime) -> datetime | None:
    return now if state in ENDS else None
