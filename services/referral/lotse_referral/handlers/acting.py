"""The desk acts on a referral: what `ask allowed-actions` names, by the one table, in the right role."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import ActOnReferral, SendReferral
from lotse_contracts.values import FieldGroup, ReferralAction
from lotse_referral.domain.machine import Action
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import following, informing, moving, sending
from lotse_referral.handlers.finding import ours_in_turn
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.releasing import Keys
from lotse_referral.handlers.roles import role_of

WITH_REASON: tuple[ReferralAction, ...] = ("decline", "fail", "withdraw")


async def act(
    order: ActOnReferral, context: Context, tx: AsyncConnection, *, keys: Keys, as_of: date | None = None
) -> Sequence[Message]:
    """Raises Refused if the table or a guard says no, naming the field that is missing."""
    held = await ours_in_turn(tx, order.referral_id)
    match order.action:
        case "send":
            return await _send_again(tx, context, held, order, keys=keys, as_of=as_of)
        case "answer_info":
            return await informing.answer(tx, context, held, order, keys)
        case "reroute" | "sub" | "reopen":
            return await following.follow(tx, context, held, order, keys=keys, as_of=as_of)
    action = cast(Action, order.action)
    move = Move(action, role_of(held, action, order.reason), given_of(order))
    return await moving.by_desk(tx, context, held, move, "action")


def given_of(order: ActOnReferral) -> Given:
    """What came with it, as far as the action takes it."""
    asks = order.action == "request_info"
    return Given(
        reason=order.reason if order.action in WITH_REASON else None,
        outcome=order.outcome if order.action == "complete" else None,
        question=order.question if asks else None,
        asked_groups=tuple(order.field_groups) if asks else (),
    )


async def _send_again(
    tx: AsyncConnection, context: Context, held: Referral, order: ActOnReferral, *, keys: Keys, as_of: date | None
) -> Sequence[Message]:
    """The same referral under another consent, as long as nothing has left."""
    if held.person_id is None or held.concern_id is None or held.service_id is None or held.state != "consent_pending":
        raise Refused("action_not_allowed", fields=("action",))
    again = SendReferral(
        referral_id=held.referral_id,
        concern_id=held.concern_id,
        person_id=held.person_id,
        service_id=held.service_id,
        mode=held.mode,
        consent_id=order.consent_id,
        field_groups=cast(tuple[FieldGroup, ...], held.field_groups),
    )
    return await sending.begin(tx, context, again, keys, as_of=as_of)
