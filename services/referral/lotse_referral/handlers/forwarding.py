"""Intake released a person's fields: the referral leaves the house, or the receiver gets what it asked back."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import ForwardFields
from lotse_referral.domain.consents import covers
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import moving, ways
from lotse_referral.handlers.finding import known_or_erased
from lotse_referral.handlers.moving import Move
from lotse_referral.store import alive, consents

LEAVES = Move("send", "system", Given(consent_covers=True))
WITHDRAWN = Move("withdraw", "person", Given(reason="consent_withdrawn"))


async def forward(order: ForwardFields, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Fields whose consent ended on their way here are dropped, and the referral ends: intake releases only once."""
    if await alive.erased(tx, order.person_id):
        return ()
    held = await known_or_erased(tx, order.referral_id)
    if held is None:
        return ()
    if held.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    if held.state == "info_requested" and held.more_groups:
        return await _supplement(order, context, tx, held)
    if held.state != "consent_pending":
        return ()
    if not await _covered(tx, held):
        _, said = await moving.moved(tx, context, held, WITHDRAWN)
        return said
    sent, said = await moving.moved(tx, context, _leaving(held), LEAVES)
    return (*said, *await ways.left(tx, context, sent, order.fields))


async def _supplement(order: ForwardFields, context: Context, tx: AsyncConnection, held: Referral) -> Sequence[Message]:
    """More fields under a fresh consent; without it the receiver still waits, and the desk sees why."""
    if held.asked_consent_id is None:
        return ()
    if not await _covered(tx, held):
        lost = replace(held, reason="consent_withdrawn", asked_consent_id=None, wanted_consent_id=None)
        await moving.moved(tx, context, lost, Move("lose_consent", "system", Given(more_fields=True)))
        return ()
    answered = replace(_leaving(held), field_groups=tuple(dict.fromkeys((*held.field_groups, *held.more_groups))))
    delivered, said = await moving.moved(
        tx, context, answered, Move("send", "system", Given(consent_covers=True, more_fields=True))
    )
    more = await ways.supplemented(tx, context, delivered, order.fields, held.heard_version)
    return (*more, *said)


async def _covered(tx: AsyncConnection, held: Referral) -> bool:
    consent = None if held.asked_consent_id is None else await consents.load(tx, held.asked_consent_id)
    return consent is not None and covers(consent, held)


def _leaving(held: Referral) -> Referral:
    """What is about to leave, and under which consent, for good."""
    used = () if held.asked_consent_id is None else (held.asked_consent_id,)
    return replace(held, fields_left=True, reason=None, left_consent_ids=(*held.left_consent_ids, *used))
