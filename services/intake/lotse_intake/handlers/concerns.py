"""A counsellor takes a concern on; referrals carry it further, in whatever order that is heard."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AcceptConcern, Act
from lotse_contracts.referral import (
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFact,
    ReferralFailed,
    ReferralMistaken,
    ReferralRerouted,
    ReferralSent,
    ReferralUnconfirmed,
    ReferralWithdrawn,
)
from lotse_contracts.values import OutcomeCode
from lotse_intake.domain.machine import after_referrals
from lotse_intake.domain.moves import Given
from lotse_intake.handlers import acting, moving, people
from lotse_intake.store import concerns

ENDS_WITHOUT_OUTCOME: tuple[type[ReferralFact], ...] = (
    ReferralDeclined,
    ReferralWithdrawn,
    ReferralFailed,
    ReferralExpired,
    ReferralUnconfirmed,
    ReferralRerouted,
    ReferralMistaken,
)


async def accept_concern(order: AcceptConcern, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Accepting what is accepted under the same code changes nothing. Raises Refused if it is not allowed now."""
    row = await people.open_concern(tx, order.concern_id)
    if row.state == "accepted" and order.code in {None, row.code}:
        return []
    return await acting.done(tx, context, row, Act(action="accept", code=order.code))


async def hear_sent(fact: ReferralSent, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The concern is on its way to a service."""
    return await _hear(fact, context, tx, ended=False)


async def hear_completed(fact: ReferralCompleted, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A referral has its outcome; the concern is resolved when all of its referrals have ended."""
    return await _hear(fact, context, tx, ended=True, outcome=fact.outcome)


async def hear_ended(fact: ReferralFact, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """It ended without an outcome: when all of its referrals have ended so, somebody here must think again.

    One whose place another takes ends so too; that one is heard of itself once it is sent.
    """
    return await _hear(fact, context, tx, ended=True)


async def _hear(
    fact: ReferralFact, context: Context, tx: AsyncConnection, *, ended: bool, outcome: OutcomeCode | None = None
) -> Sequence[Message]:
    """A concern that is unknown here belongs to somebody erased, or to a referral that came to us: nothing changes."""
    row = await concerns.get(tx, fact.concern_id, lock=True)
    if row is None or row.frozen:
        return []
    heard = await concerns.hear_referral(
        tx, fact.referral_id, fact.concern_id, ended=ended, completed=outcome is not None
    )
    if heard is None:
        return []
    action = after_referrals(heard, carried=row.assignee is not None)
    given = Given(outcome=outcome) if action == "complete" and row.state != "resolved" else Given()
    return await moving.by_itself(tx, context, row, action, given=given)
