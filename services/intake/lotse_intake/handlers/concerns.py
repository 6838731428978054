"""A counsellor takes a concern on; referrals carry it further, in whatever order that is heard."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import AcceptConcern, ConcernAccepted
from lotse_contracts.referral import ReferralCompleted, ReferralFact, ReferralSent
from lotse_intake.domain.machine import next_state, state_after_referrals
from lotse_intake.handlers import people
from lotse_intake.store import codelists, concerns, enquiries


async def accept_concern(order: AcceptConcern, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Accepting what is accepted under the same code changes nothing. Raises Refused if it is not allowed now."""
    if order.code is not None and not (await codelists.newest(tx, "concerns")).takes(order.code):
        raise Refused("unknown_code", fields=("code",))
    row = await people.open_concern(tx, order.concern_id)
    if row.state == "accepted" and order.code in {None, row.code}:
        return []
    state = next_state(row.state, "accept")
    if state is None:
        raise Refused("not_allowed_now", fields=("concern_id",))
    coded = {} if order.code is None else {"code": order.code, "unknown_code": False}
    moved = await concerns.move(tx, order.concern_id, state, **coded)
    await enquiries.touch(tx, row.enquiry_id, context.now)
    await accesslog.record(
        tx, context, action="write", object_kind="concern", object_id=str(order.concern_id), purpose="acceptance"
    )
    return [
        ConcernAccepted(
            concern_id=moved.concern_id,
            case_id=moved.case_id,
            person_id=moved.person_id,
            version=moved.version,
            code=moved.code,
            urgency=moved.urgency,
            language=moved.language,
        )
    ]


async def hear_sent(fact: ReferralSent, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The concern is on its way to a service."""
    return await _hear(fact, context, tx, completed=False)


async def hear_completed(fact: ReferralCompleted, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A referral has its outcome; the concern is closed when all of its referrals have."""
    return await _hear(fact, context, tx, completed=True)


async def _hear(fact: ReferralFact, context: Context, tx: AsyncConnection, *, completed: bool) -> Sequence[Message]:
    """A concern that is unknown here belongs to somebody erased, or to a referral that came to us: nothing changes."""
    row = await concerns.get(tx, fact.concern_id, lock=True)
    if row is None or row.frozen:
        return []
    state = state_after_referrals(
        await concerns.hear_referral(tx, fact.referral_id, fact.concern_id, completed=completed)
    )
    if state != row.state:
        await concerns.move(tx, fact.concern_id, state)
        await enquiries.touch(tx, row.enquiry_id, context.now)
    return []
