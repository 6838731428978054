"""What she may have heard of an appointment: by a try that may have reached her, or by somebody who was to call."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.calls import TOLD
from lotse_notify.domain.consequences import PERHAPS
from lotse_notify.domain.machine import PERHAPS_SEEN
from lotse_notify.store.tables import attempt, notification
from lotse_notify.store.tables.when import call

BY_NOW = sorted(PERHAPS - {"submitting"})
"""What became of one that is under way nobody knows yet."""


async def of_appointment(tx: AsyncConnection, appointment_id: UUID, *, besides: UUID | None = None) -> bool:
    """By any message about it, whatever became of the message since, but this one."""
    tried = exists().where(
        notification.c.appointment_id == appointment_id,
        notification.c.notification_id.is_distinct_from(besides),
        attempt.c.notification_id == notification.c.notification_id,
        attempt.c.state.in_(BY_NOW),
    )
    asked = exists().where(call.c.appointment_id == appointment_id)
    return bool(await tx.scalar(select(or_(tried, asked))))


async def times_of(tx: AsyncConnection, appointment_id: UUID) -> frozenset[datetime]:
    """The times that she may go by: what she was told last, and before it whatever may have reached her since."""
    tried = exists().where(attempt.c.notification_id == notification.c.notification_id, attempt.c.state.in_(BY_NOW))
    called = exists().where(call.c.notification_id == notification.c.notification_id)
    said = [notification.c.arguments[name].astext.label(name) for name in ("change", "starts_at")]
    query = (
        select(notification.c.state, *said)
        .where(notification.c.appointment_id == appointment_id)
        .where(or_(notification.c.state.in_(PERHAPS_SEEN), tried, called))
        .order_by(notification.c.created_at.desc())
    )
    times = set[datetime]()
    for row in await tx.execute(query):
        if row.starts_at is not None and row.change != "cancelled":
            times.add(datetime.fromisoformat(row.starts_at))
        if row.state in TOLD:
            break
    return frozenset(times)
