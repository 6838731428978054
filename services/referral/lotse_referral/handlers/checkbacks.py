"""Closes the loop without the office: the person is asked what became of it, and her answer counts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_contracts.referral import AnswerCheckback, CheckbackAnswered, CheckbackAsked
from lotse_referral.domain.checkbacks import CHECKBACK, MEANING, Meaning, due_at
from lotse_referral.domain.machine import Forbidden, allowed_actions
from lotse_referral.domain.referral import Referral, advance
from lotse_referral.handlers.facts import fact_of, refusal_of
from lotse_referral.handlers.finding import ours
from lotse_referral.handlers.stopping import call_off
from lotse_referral.store import referrals


async def due(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Ask, and set the next round; nothing once the loop is closed or the person is gone."""
    held = await referrals.load(tx, UUID(timer.key))
    if held is None or not held.under_way or held.person_id is None:
        return ()
    number = int(timer.payload["round"])
    handed_over_at = datetime.fromisoformat(timer.payload["handed_over_at"])
    following = due_at(handed_over_at, number + 1)
    if following is not None:
        payload = {"round": number + 1, "handed_over_at": timer.payload["handed_over_at"]}
        await set_timer(tx, kind=CHECKBACK, key=timer.key, due_at=following, payload=payload)
    return (CheckbackAsked(referral_id=held.referral_id, person_id=held.person_id, round=number),)


async def answer(order: AnswerCheckback, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Her answer completes the referral, ends it, or leaves it open until she is asked again."""
    held = await ours(tx, order.referral_id)
    if held.person_id is None or "complete" not in allowed_actions(held.state, "person", held.mode):
        raise Refused("action_not_allowed", fields=("answer",))
    answered = CheckbackAnswered(referral_id=held.referral_id, person_id=held.person_id, answer=order.answer)
    meaning = MEANING[order.answer]
    if meaning is None:
        return (answered,)
    closed = _closed(held, meaning, context)
    await referrals.save(tx, closed)
    return (answered, *fact_of(closed), *await call_off(tx, closed, context.now))


def _closed(held: Referral, meaning: Meaning, context: Context) -> Referral:
    try:
        return advance(held, meaning.action, "person", context.now, reason=meaning.reason, outcome=meaning.outcome)
    except Forbidden as fault:
        raise refusal_of(fault, "answer") from None
