"""The receiver asked back: the desk answers, with more fields only under a fresh consent."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import ReceiveMoreFields
from lotse_contracts.referral import ActOnReferral, ReferralInfoAnswered
from lotse_contracts.values import InfoAnswer
from lotse_referral.domain.consents import covers
from lotse_referral.domain.machine import Forbidden
from lotse_referral.domain.referral import Given, Referral, advance
from lotse_referral.handlers import moving, pending
from lotse_referral.handlers.facts import refusal_of
from lotse_referral.handlers.finding import known_or_erased
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.releasing import Keys
from lotse_referral.store import consents


async def answer(
    tx: AsyncConnection, context: Context, held: Referral, order: ActOnReferral, keys: Keys
) -> Sequence[Message]:
    """Word that there is no more, or that it was told by phone, goes at once; fields wait for their consent."""
    if order.field_groups:
        return await _with_fields(tx, context, held, order, keys)
    if order.answer in (None, "given"):
        raise Refused("info_answer_needed", fields=("answer", "field_groups"))
    said = await moving.by_desk(tx, context, held, Move("answer_info", "sender"), "action")
    return (*said, *_answered(held, order.answer))


async def informed(transfer: ReferralInfoAnswered, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What we asked back is answered; our intake alone can open the fields. Late ones are hers all the same."""
    held = await known_or_erased(tx, transfer.referral_id)
    if held is None:
        return ()
    if held.direction != "in" or held.partner != context.sender_association:
        raise Refused("not_the_sender", fields=("referral_id",))
    said: list[Message] = []
    if held.state == "info_requested":
        _, said = await moving.moved(tx, context, held, Move("answer_info", "sender", quietly=True))
    if transfer.fields is None or not held.open:
        return said
    more = ReceiveMoreFields(referral_id=held.referral_id, sender=context.sender_association, fields=transfer.fields)
    return (*said, more)


async def _with_fields(
    tx: AsyncConnection, context: Context, held: Referral, order: ActOnReferral, keys: Keys
) -> Sequence[Message]:
    """Intake is asked as soon as a consent covers what was not given before."""
    more = tuple(group for group in order.field_groups if group not in held.field_groups)
    if not more:
        raise Refused("fields_given_before", fields=("field_groups",))
    try:
        asking = advance(held, "ask_consent", "sender", context.now, Given(more_fields=True))
    except Forbidden as fault:
        raise refusal_of(fault, "action") from None
    asking = replace(
        asking, more_groups=more, wanted_consent_id=order.consent_id, asked_consent_id=None, refused_consent_id=None
    )
    known = await consents.of_person(tx, held.person_id) if held.person_id is not None else ()
    if any(consent.consent_id == order.consent_id and not covers(consent, asking) for consent in known):
        raise Refused("consent_does_not_cover", fields=("consent_id",))
    said = await moving.settled(tx, context, held, asking, Move("ask_consent", "sender"))
    return (*said, *await pending.resumed(tx, context, asking, known, keys))


def _answered(held: Referral, answer: InfoAnswer | None) -> tuple[ReferralInfoAnswered, ...]:
    if held.mode != "connected" or held.partner is None or answer is None:
        return ()
    return (
        ReferralInfoAnswered(
            to=held.partner, referral_id=held.referral_id, answer=answer, answers_version=held.heard_version
        ),
    )
