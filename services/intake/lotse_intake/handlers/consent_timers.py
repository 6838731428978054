"""A consent comes to its end by itself: the timer says it, while whether it is valid never waits for the timer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConsentExpired
from lotse_contracts.values import ConsentStateName
from lotse_intake.domain.consents import CHANNEL
from lotse_intake.handlers import channel
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, persons

EXPIRY_TIMER = "consent-end"
REASONS: dict[ConsentStateName, Literal["valid_to", "unproved"]] = {"expired": "valid_to", "unproved": "unproved"}


async def set_end(tx: AsyncConnection, row: Row[Any] | None, now: datetime) -> None:
    """Set, move or cancel the one timer of a consent: for the day its scan is due, then for its end."""
    if row is None:
        return
    end = consents.as_consent(row).next_end(now) if row.withdrawn_at is None else None
    if end is None:
        await cancel(tx, row.consent_id)
        return
    payload = {"person_id": str(row.person_id)}
    await timers.set_timer(tx, kind=EXPIRY_TIMER, key=str(row.consent_id), due_at=end, payload=payload)


async def cancel(tx: AsyncConnection, consent_id: UUID) -> int:
    """Whether it was set, as a number that can be counted."""
    return int(await timers.cancel_timer(tx, kind=EXPIRY_TIMER, key=str(consent_id)))


async def cancel_all(tx: AsyncConnection, person_id: UUID) -> int:
    """How many timers of a person's consents are gone now."""
    return sum([await cancel(tx, row.consent_id) for row in await consents.of_person(tx, person_id)])


async def consent_due(office: Office, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Say that it ended, each way of ending once; what was withdrawn or proved meanwhile has not."""
    person = await persons.get(tx, UUID(timer.payload["person_id"]), lock=True)
    row = await consents.get(tx, UUID(timer.key))
    if person is None or person.frozen or row is None:
        return []
    await set_end(tx, row, context.now)
    reason = REASONS.get(consents.as_consent(row).state(context.now))
    if reason is None or not await consents.expire(tx, row.consent_id, reason, context.now):
        return []
    expired = ConsentExpired(
        consent_id=row.consent_id,
        person_id=row.person_id,
        version=row.version + 1,
        kind=row.kind,
        recipient=row.recipient,
        reason=reason,
    )
    return [expired, *(await channel.ended(office, context, tx, row) if row.kind == CHANNEL else [])]
