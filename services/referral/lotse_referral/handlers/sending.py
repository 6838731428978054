"""A counsellor sends a person on her way: with a card in her hand, or to the other association."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.timers import set_timer
from lotse_contracts import Message
from lotse_contracts.referral import ForwardFields, ReferralOffered, SendReferral
from lotse_contracts.values import Urgency
from lotse_referral.domain.checkbacks import CHECKBACK, due_at, may_be_told
from lotse_referral.domain.consents import covers
from lotse_referral.domain.machine import Forbidden
from lotse_referral.domain.offers import local_day
from lotse_referral.domain.referral import Referral, advance
from lotse_referral.handlers.facts import fact_of, refusal_of, tell_made
from lotse_referral.handlers.finding import known_or_erased
from lotse_referral.handlers.releasing import IntakeKeys, asked
from lotse_referral.store import alive, concerns, consents, directory, referrals
from lotse_referral.store.concerns import Concern
from lotse_referral.store.directory import NamedService


async def send(
    order: SendReferral, context: Context, tx: AsyncConnection, *, keys: IntakeKeys, as_of: date | None = None
) -> Sequence[Message]:
    """A referral under the id that the desk chose; again with another consent as long as nothing has left."""
    if await alive.erased(tx, order.person_id) or await alive.erased(tx, order.referral_id):
        raise Refused("person_erased", fields=("person_id",))
    concern = await _concern(tx, order)
    service = await _service(tx, order, as_of or local_day(context.now))
    held = await referrals.load(tx, order.referral_id)
    if held is not None and not _same(held, order):
        raise Refused("referral_exists", fields=("referral_id",))
    started = held or _draft(order, concern, service, context)
    try:
        if order.mode == "connected":
            return await _wait_for_fields(order, context, tx, started, keys)
        return await _hand_over(context, tx, started, service)
    except Forbidden as fault:
        raise refusal_of(fault, "referral_id") from None


async def forward(order: ForwardFields, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Intake released the fields: the referral leaves the house.

    Fields whose consent ended on their way here are dropped, and the referral ends, since intake releases only once.
    """
    if await alive.erased(tx, order.person_id):
        return ()
    held = await known_or_erased(tx, order.referral_id)
    if held is None:
        return ()
    if held.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    if held.state != "consent_pending":
        return ()
    consent = None if held.asked_consent_id is None else await consents.load(tx, held.asked_consent_id)
    if consent is None or not covers(consent, held):
        dropped = advance(held, "withdraw", "person", context.now, reason="consent_withdrawn")
        await referrals.save(tx, dropped)
        return fact_of(dropped)
    sent = replace(advance(held, "send", "system", context.now, consent_covers=True), fields_left=True, reason=None)
    await referrals.save(tx, sent)
    told = tell_made(sent) if may_be_told(sent, confidential=False) else ()
    return (_offer(sent, order), *fact_of(sent), *told)


def _offer(sent: Referral, order: ForwardFields) -> ReferralOffered:
    return ReferralOffered(
        to=cast(str, sent.partner),
        referral_id=sent.referral_id,
        service_id=cast(UUID, sent.service_id),
        codes=sent.codes,
        language=sent.language,
        urgency=cast(Urgency, sent.urgency),
        fields=order.fields,
    )


async def _concern(tx: AsyncConnection, order: SendReferral) -> Concern:
    concern = await concerns.load(tx, order.concern_id)
    if concern is None:
        raise Refused("unknown_concern", fields=("concern_id",))
    if concern.person_id != order.person_id:
        raise Refused("wrong_person", fields=("person_id",))
    return concern


async def _service(tx: AsyncConnection, order: SendReferral, today: date) -> NamedService:
    service = await directory.one(tx, order.service_id)
    if service is None:
        raise Refused("unknown_service", fields=("service_id",))
    if not service.active or (service.valid_to is not None and service.valid_to < today):
        raise Refused("service_ended", fields=("service_id",))
    return service


def _same(held: Referral, order: SendReferral) -> bool:
    """Only the consent may change; for other fields, or another service, there is another referral."""
    asked_before = (held.direction, held.person_id, held.concern_id, held.service_id, held.mode, held.field_groups)
    groups = tuple(order.field_groups)
    return asked_before == ("out", order.person_id, order.concern_id, order.service_id, order.mode, groups)


def _draft(order: SendReferral, concern: Concern, service: NamedService, context: Context) -> Referral:
    return Referral(
        referral_id=order.referral_id,
        direction="out",
        mode=order.mode,
        service_id=order.service_id,
        language=concern.language,
        urgency=concern.urgency,
        created_at=context.now,
        changed_at=context.now,
        codes=(concern.code,),
        partner=service.association if order.mode == "connected" else None,
        person_id=order.person_id,
        concern_id=order.concern_id,
        field_groups=tuple(order.field_groups),
    )


async def _hand_over(
    context: Context, tx: AsyncConnection, started: Referral, service: NamedService
) -> Sequence[Message]:
    """Nothing goes to the office. The person has her card, and is asked later what became of it, where that is safe."""
    sent = advance(started, "hand_over", "sender", context.now)
    delivered = advance(sent, "deliver", "system", context.now)
    await referrals.save(tx, delivered)
    facts = (*fact_of(sent), *fact_of(delivered))
    first = due_at(context.now, 1)
    if first is None or not may_be_told(delivered, confidential=service.confidential):
        return facts
    payload = {"round": 1, "handed_over_at": context.now.isoformat()}
    await set_timer(tx, kind=CHECKBACK, key=str(delivered.referral_id), due_at=first, payload=payload)
    return (*facts, *tell_made(delivered))


async def _wait_for_fields(
    order: SendReferral, context: Context, tx: AsyncConnection, started: Referral, keys: IntakeKeys
) -> Sequence[Message]:
    if started.partner not in keys:
        raise Refused("mode_not_possible", fields=("mode",))
    if not order.field_groups:
        raise Refused("field_groups_needed", fields=("field_groups",))
    pending = advance(started, "ask_consent", "sender", context.now)
    pending = replace(pending, wanted_consent_id=order.consent_id, refused_consent_id=None)
    known = await consents.of_person(tx, order.person_id)
    if any(consent.consent_id == order.consent_id and not covers(consent, pending) for consent in known):
        raise Refused("consent_does_not_cover", fields=("consent_id",))
    waiting, orders = asked(pending, known, keys)
    await referrals.save(tx, waiting)
    return orders
