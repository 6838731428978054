"""What goes with a referral that has ended: its check-backs, the appointments still to come, what waited to be told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_referral.domain.machine import State
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers import asking_back, ways
from lotse_referral.handlers.appointments import call_off_all
from lotse_referral.handlers.facts import stop_telling

POINTLESS: frozenset[State] = frozenset({"withdrawn", "expired", "rerouted", "error", "unconfirmed"})
"""After these she need not be told any more that she was referred."""
KEEPS_APPOINTMENTS: frozenset[State] = frozenset({"completed", "unconfirmed"})
"""What was achieved may well have a next date; what nobody knows of may still take place."""


async def ended(tx: AsyncConnection, context: Context, held: Referral) -> Sequence[Message]:
    """Nobody is asked or reminded any more, and what lies ahead is called off where nothing comes of it."""
    untold = stop_telling(held) if held.state in POINTLESS and held.direction == "out" else ()
    off = () if held.state in KEEPS_APPOINTMENTS else await call_off_all(tx, held, context.now)
    return (*untold, *off, *await ways.ended(tx, context, held))


async def call_off(tx: AsyncConnection, held: Referral, now: datetime) -> Sequence[Message]:
    """Take back what lies ahead, interpreters included; returns what has to be told."""
    await asking_back.stop(tx, held.referral_id)
    return await call_off_all(tx, held, now)
