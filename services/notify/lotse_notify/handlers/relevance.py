"""Asks once more, right before it goes, whether a message about an appointment still makes sense."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.relevance import of_cancellation
from lotse_notify.domain.verdict import Verdict
from lotse_notify.store import heard, notices
from lotse_notify.store.notices import Notification


async def pointless(tx: AsyncConnection, due: Sequence[Notification], now: datetime) -> Mapping[UUID, Verdict]:
    """By id, those that are not to go now; only what says that an appointment is off can be among them."""
    found = {}
    for one in due:
        if one.appointment_id is None or one.arguments.get("change") != "cancelled":
            continue
        others = await notices.of_appointment(tx, one.appointment_id)
        states = [other.state for other in others if other.notification_id != one.notification_id]
        told = await heard.of_appointment(tx, one.appointment_id, besides=one.notification_id)
        if verdict := of_cancellation(states, now, told=told):
            found[one.notification_id] = verdict
    return found
