"""What becomes of a referral: our desk decides about one that came to us, or hears about one of ours."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import (
    AnswerReferral,
    ConsentWithdrawalAcknowledged,
    ReferralAnswered,
    ReferralWithdrawalAcknowledged,
)
from lotse_contracts.values import ReferralAnswerName
from lotse_referral.domain.answers import states_passed
from lotse_referral.domain.machine import Action, State
from lotse_referral.domain.referral import Given, Referral, told
from lotse_referral.handlers import moving
from lotse_referral.handlers.facts import Times, fact_of
from lotse_referral.handlers.finding import known_or_erased, ours
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.roles import role_of
from lotse_referral.store import referrals

ACTION_OF: dict[ReferralAnswerName, Action] = {
    "accepted": "accept",
    "waitlisted": "waitlist",
    "declined": "decline",
    "service_started": "start_service",
    "completed": "complete",
    "failed": "fail",
}
"""A receipt is given by itself, a question has its own order, and a time is an appointment."""


async def answer(order: AnswerReferral, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The receiving desk decides; ours records what an office said on the phone, or what became of a card."""
    held = await ours(tx, order.referral_id)
    action = ACTION_OF.get(order.answer)
    if action is None:
        raise Refused("action_not_allowed", fields=("answer",))
    given = Given(
        reason=order.reason if action in ("decline", "fail") else None,
        outcome=order.outcome if action == "complete" else None,
    )
    move = Move(action, role_of(held, action, order.reason), given)
    return await moving.by_desk(tx, context, held, move, "answer")


async def answered(transfer: ReferralAnswered, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The other association's answers in any order, each as often as it likes; old news changes nothing."""
    held = await known_or_erased(tx, transfer.referral_id)
    if held is None:
        return ()
    _must_be_the_receiver(held, context)
    passed = states_passed(held.state, transfer.answer, version=transfer.version, heard_version=held.heard_version)
    said: list[Message] = []
    for state in passed:
        after = _told(held, state, transfer, context)
        said += await moving.settled(tx, context, held, after, _heard(transfer, last=state == passed[-1]))
        held = after
    if transfer.version > held.heard_version:
        await referrals.save(tx, replace(held, heard_version=transfer.version))
        said += _moved_again(held, transfer, passed)
    return said


async def withdrawal_acknowledged(
    transfer: ConsentWithdrawalAcknowledged | ReferralWithdrawalAcknowledged, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """They have stopped."""
    held = await known_or_erased(tx, transfer.referral_id)
    if held is None:
        return ()
    _must_be_the_receiver(held, context)
    if held.withdrawal_acknowledged_at is None:
        await referrals.save(tx, replace(held, withdrawal_acknowledged_at=context.now))
    return ()


def _told(held: Referral, state: State, transfer: ReferralAnswered, context: Context) -> Referral:
    after = told(held, state, context.now, reason=transfer.reason or "other", outcome=transfer.outcome or "unknown")
    if state == "info_requested":
        return replace(after, question=transfer.question or "other", asked_groups=transfer.field_groups)
    return replace(after, question=None, asked_groups=(), more_groups=())


def _heard(transfer: ReferralAnswered, *, last: bool) -> Move:
    """As the receiver said it; what it passed on the way has no time."""
    timed = last and transfer.starts_at is not None and transfer.ends_at is not None
    times = Times(transfer.starts_at, transfer.ends_at) if timed else None  # type: ignore[arg-type]
    return Move("schedule" if timed else "accept", "receiver", times=times, quietly=True)


def _moved_again(held: Referral, transfer: ReferralAnswered, passed: Sequence[State]) -> Sequence[Message]:
    """Another time for what was fixed before."""
    if passed or transfer.answer != "scheduled" or held.state != "scheduled":
        return ()
    return fact_of(held, _heard(transfer, last=True).times)


def _must_be_the_receiver(held: Referral, context: Context) -> None:
    if held.direction != "out" or held.partner != context.sender_association:
        raise Refused("not_the_receiver", fields=("referral_id",))
