"""The timers of a referral as they stand in the database: what it has entered says which."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_referral.domain.clocks import KINDS, timers_of
from lotse_referral.domain.referral import Referral


async def restart(tx: AsyncConnection, held: Referral) -> None:
    """The clocks of what it was are over, those of what it is run."""
    key = str(held.referral_id)
    await timers.cancel_timers_of(tx, key=key, kinds=KINDS)
    for one in timers_of(held):
        await timers.set_timer(tx, kind=one.kind, key=key, due_at=one.at, payload=payload(held))


def payload(held: Referral) -> dict[str, Any]:
    """What a timer was set for."""
    return {"entered": entered(held)}


def entered(held: Referral) -> str:
    """Names one stay in one state: a timer of an earlier one has nothing to say."""
    return f"{held.state}@{held.since.isoformat()}"
