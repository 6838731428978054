"""What becomes of a referral: our desk decides about one that came to us, or hears about one of ours."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import cancel_timer
from lotse_contracts import Message
from lotse_contracts.referral import AnswerReferral, ConsentWithdrawalAcknowledged, ReferralAnswered
from lotse_referral.domain.checkbacks import CHECKBACK
from lotse_referral.domain.answers import states_passed
from lotse_referral.domain.machine import Action, Forbidden
from lotse_referral.domain.referral import Referral, advance, told
from lotse_referral.handlers.facts import fact_of, refusal_of
from lotse_referral.handlers.finding import known_or_erased, ours
from lotse_referral.store import referrals

ACTION_OF: dict[str, Action] = {"accepted": "accept", "declined": "decline", "completed": "complete"}


async def answer(order: AnswerReferral, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The receiving desk accepts, declines with a reason, completes with an outcome; ours completes a self-referral."""
    held = await ours(tx, order.referral_id)
    action = ACTION_OF.get(order.answer)
    if action is None:
        raise Refused("action_not_allowed", fields=("answer",))
    reason = order.reason if action == "decline" else None
    outcome = order.outcome if action == "complete" else None
    try:
        changed = advance(held, action, held.desk_role, context.now, reason=reason, outcome=outcome)
    except Forbidden as fault:
        raise refusal_of(fault, "answer") from None
    await referrals.save(tx, changed)
    if not changed.open:
        await cancel_timer(tx, kind=CHECKBACK, key=str(changed.referral_id))
    if changed.direction == "out":
        return fact_of(changed)
    to = cast(str, changed.partner)
    return (
        ReferralAnswered(
            to=to, referral_id=changed.referral_id, answer=order.answer, reason=order.reason, outcome=order.outcome
        ),
    )


async def answered(transfer: ReferralAnswered, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The other association's answers in any order, each as often as it likes; old news changes nothing."""
    held = await known_or_erased(tx, transfer.referral_id)
    if held is None:
        return ()
    _must_be_the_receiver(held, context)
    facts: list[Message] = []
    for state in states_passed(held.state, transfer.answer):
        held = told(held, state, context.now, reason=transfer.reason or "other", outcome=transfer.outcome or "unknown")
        facts += fact_of(held)
    if facts:
        await referrals.save(tx, held)
    return facts


async def withdrawal_acknowledged(
    transfer: ConsentWithdrawalAcknowledged, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """They have stopped."""
    held = await known_or_erased(tx, transfer.referral_id)
    if held is None:
        return ()
    _must_be_the_receiver(held, context)
    if held.withdrawal_acknowledged_at is None:
        await referrals.save(tx, replace(held, withdrawal_acknowledged_at=context.now))
    return ()


def _must_be_the_receiver(held: Referral, context: Context) -> None:
    if held.direction != "out" or held.partner != context.sender_association:
        raise Refused("not_the_receiver", fields=("referral_id",))
