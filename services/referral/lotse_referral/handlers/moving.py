"""A referral moves: the one place where a decided action is saved, timed and said, at home and to the partner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.timers import set_timer
from lotse_contracts import Message
from lotse_contracts.referral import ReferralAnswered, ReferralEscalated, ReferralWithdrawnNotice
from lotse_contracts.values import DeclineReason, FailureReason, FieldGroup, OutcomeCode
from lotse_referral.domain.answers import ANSWER_OF
from lotse_referral.domain.clocks import REMATCH, due_at
from lotse_referral.domain.machine import REMATCHED, Action, Forbidden, Role
from lotse_referral.domain.referral import NOTHING, Given, Referral, advance, end_told
from lotse_referral.handlers import clocking, ending
from lotse_referral.handlers.facts import Times, fact_of, refusal_of
from lotse_referral.handlers.news import told_of_answer
from lotse_referral.store import referrals


@dataclass(frozen=True)
class Move:
    """An action in somebody's role, with what comes with it.

    `quietly`: the partner is not told here, since it has said so itself, or is told otherwise.
    """

    action: Action
    role: Role
    given: Given = NOTHING
    times: Times | None = None
    quietly: bool = False


async def moved(tx: AsyncConnection, context: Context, held: Referral, move: Move) -> tuple[Referral, list[Message]]:
    """The referral one step on, saved, and all that follows. Raises Forbidden if the table says no."""
    after = advance(held, move.action, move.role, context.now, move.given)
    if after is held:
        return held, []
    return after, await settled(tx, context, held, after, move)


async def by_desk(tx: AsyncConnection, context: Context, held: Referral, move: Move, field: str) -> list[Message]:
    """The same for an order. Raises Refused, naming the field and what is missing."""
    try:
        _, said = await moved(tx, context, held, move)
    except Forbidden as fault:
        raise refusal_of(fault, field) from None
    return said


async def settled(
    tx: AsyncConnection, context: Context, before: Referral, after: Referral, move: Move
) -> list[Message]:
    """Save what it has become, set its clocks, and say so to everybody whom it concerns."""
    await referrals.save(tx, after)
    if after.state != before.state:
        await clocking.restart(tx, after)
    news = after.state != before.state or move.action == "schedule"
    if not news:
        return []
    said: list[Message] = [*fact_of(after, move.times)]
    if after.direction == "in" and move.role == "receiver":
        said += _answer(after, move)
    said += await told_of_answer(tx, before, after)
    if after.state != before.state:
        said += await _entered(tx, context, before, after, move)
    return said


async def _entered(
    tx: AsyncConnection, context: Context, before: Referral, after: Referral, move: Move
) -> Sequence[Message]:
    if after.open:
        return _call_at_once(after)
    if after.state in REMATCHED and after.direction == "out" and after.concern_id is not None:
        await set_timer(tx, kind=REMATCH, key=str(after.referral_id), due_at=context.now)
    told = () if move.quietly else _notice(before, after)
    return (*told, *await ending.ended(tx, context, after))


def _answer(after: Referral, move: Move) -> tuple[ReferralAnswered, ...]:
    """What the sender hears from us; the version tells it what is older."""
    answer = ANSWER_OF.get(after.state)
    if answer is None or after.partner is None or move.quietly:
        return ()
    reason = cast(DeclineReason | FailureReason | None, after.reason if answer in ("declined", "failed") else None)
    outcome = cast(OutcomeCode | None, after.outcome if answer == "completed" else None)
    asks = answer == "info_requested"
    return (
        ReferralAnswered(
            to=after.partner,
            referral_id=after.referral_id,
            answer=answer,
            reason=reason,
            outcome=outcome,
            version=after.version,
            question=after.question if asks else None,
            field_groups=cast(tuple[FieldGroup, ...], after.asked_groups if asks else ()),
            starts_at=move.times.starts_at if move.times else None,
            ends_at=move.times.ends_at if move.times else None,
        ),
    )


def _notice(before: Referral, after: Referral) -> tuple[ReferralWithdrawnNotice, ...]:
    """We ended what the partner has: it need do nothing more, and says that it stops."""
    reason = end_told(before, after)
    if reason is None or after.partner is None:
        return ()
    return (ReferralWithdrawnNotice(to=after.partner, referral_id=after.referral_id, reason=reason),)


def _call_at_once(after: Referral) -> tuple[ReferralEscalated, ...]:
    """An emergency that has left the house: somebody phones, without waiting for any clock."""
    whole = due_at(after)
    if after.state != "sent" or after.urgency != "emergency" or whole is None:
        return ()
    ids: dict[str, Any] = {"referral_id": after.referral_id, "version": after.version}
    return (ReferralEscalated(**ids, clock="acknowledge", due_at=whole, call_now=True),)
