"""A referral came to nothing: its concern is matched afresh, so that somebody can think again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts import Message
from lotse_referral.handlers import matching
from lotse_referral.store import referrals


async def due(timer: Timer, context: Context, tx: AsyncConnection, *, matcher: matching.Matcher) -> Sequence[Message]:
    """The match of today; nothing where she was erased meanwhile."""
    held = await referrals.load(tx, UUID(timer.key))
    return () if held is None else await matching.again(tx, context, held.concern_id, matcher)
