"""What goes with a referral that ends early: its check-backs and the appointments still to come."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.timers import cancel_timer
from lotse_contracts.referral import AppointmentCancelled
from lotse_referral.domain.checkbacks import CHECKBACK
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.facts import cancelled
from lotse_referral.store import appointments


async def call_off(tx: AsyncConnection, held: Referral, now: datetime) -> tuple[AppointmentCancelled, ...]:
    """Cancel what lies ahead; returns what the person has to be told."""
    await cancel_timer(tx, kind=CHECKBACK, key=str(held.referral_id))
    said = []
    for ahead in await appointments.ahead_of_referral(tx, held.referral_id, now):
        off = replace(ahead, cancelled=True, version=ahead.version + 1)
        await appointments.save(tx, off)
        said.append(cancelled(off))
    return tuple(said)
