"""A counsellor sends a person on her way: with a card in her hand, to an office, or to the other association."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import SendReferral
from lotse_contracts.values import ReferralLink, Urgency
from lotse_referral.domain.consents import covers
from lotse_referral.domain.machine import Forbidden
from lotse_referral.domain.offers import local_day
from lotse_referral.domain.referral import Referral, advance
from lotse_referral.handlers import moving, pending, ways
from lotse_referral.handlers.facts import refusal_of
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.releasing import Keys
from lotse_referral.store import alive, concerns, consents, directory, referrals
from lotse_referral.store.concerns import Concern
from lotse_referral.store.directory import NamedService

TO_A_SECRET_PLACE = ("self", "call")


@dataclass(frozen=True)
class Follows:
    """The referral that a new one follows, and why."""

    parent_id: UUID
    link: ReferralLink


async def send(
    order: SendReferral, context: Context, tx: AsyncConnection, *, keys: Keys, as_of: date | None = None
) -> Sequence[Message]:
    """A referral under the id that the desk chose; again with another consent as long as nothing has left."""
    return await begin(tx, context, order, keys, as_of=as_of)


async def begin(
    tx: AsyncConnection,
    context: Context,
    order: SendReferral,
    keys: Keys,
    *,
    as_of: date | None = None,
    follows: Follows | None = None,
) -> Sequence[Message]:
    """The same, also for a referral that follows another. Raises Refused where it cannot be sent."""
    if await alive.erased(tx, order.person_id) or await alive.erased(tx, order.referral_id):
        raise Refused("person_erased", fields=("person_id",))
    concern = await _concern(tx, order)
    service = await _service(tx, order, as_of or local_day(context.now))
    held = await referrals.load(tx, order.referral_id)
    if held is not None and not _same(held, order, follows):
        raise Refused("referral_exists", fields=("referral_id",))
    if (order.overruled_rule is None) != (order.overrule_reason is None):
        raise Refused("overrule_incomplete", fields=("overruled_rule", "overrule_reason"))
    started = held or _draft(order, concern, service, context, follows)
    _must_be_possible(order, started, keys, service)
    try:
        if started.needs_consent:
            return await _wait_for_consent(tx, context, order, started, keys)
        return await _hand_over(tx, context, started)
    except Forbidden as fault:
        raise refusal_of(fault, "referral_id") from None


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


def _same(held: Referral, order: SendReferral, follows: Follows | None) -> bool:
    """Only the consent may change; for other fields, or another service, there is another referral."""
    asked_before = (held.direction, held.person_id, held.concern_id, held.service_id, held.mode, held.field_groups)
    groups = tuple(order.field_groups)
    wanted = ("out", order.person_id, order.concern_id, order.service_id, order.mode, groups)
    return asked_before == wanted and (follows is None or held.parent_id == follows.parent_id)


def _must_be_possible(order: SendReferral, started: Referral, keys: Keys, service: NamedService) -> None:
    """A partner that we cannot reach, or fields for whoever gets none, are mistakes to be told at once.

    To a secret place nobody writes and nobody goes along.
    """
    if service.confidential and order.mode not in TO_A_SECRET_PLACE:
        raise Refused("mode_not_possible", fields=("mode",), allowed=", ".join(TO_A_SECRET_PLACE))
    if order.mode == "connected" and started.partner not in keys.partners:
        raise Refused("mode_not_possible", fields=("mode",))
    if order.mode == "connected" and not order.field_groups:
        raise Refused("field_groups_needed", fields=("field_groups",))
    if order.mode in ("self", "accompanied") and order.field_groups:
        raise Refused("fields_not_for_this_way", fields=("field_groups", "mode"))


def _draft(
    order: SendReferral, concern: Concern, service: NamedService, context: Context, follows: Follows | None
) -> Referral:
    return Referral(
        referral_id=order.referral_id,
        direction="out",
        mode=order.mode,
        service_id=order.service_id,
        language=concern.language,
        urgency=cast(Urgency, concern.urgency),
        created_at=context.now,
        changed_at=context.now,
        codes=(concern.code,),
        partner=service.association if order.mode == "connected" else None,
        person_id=order.person_id,
        concern_id=order.concern_id,
        field_groups=tuple(order.field_groups),
        entered_at=context.now,
        parent_id=follows.parent_id if follows else None,
        link=follows.link if follows else None,
        overruled_rule=order.overruled_rule,
        overrule_reason=order.overrule_reason,
        counsellor=context.actor,
    )


async def _hand_over(tx: AsyncConnection, context: Context, started: Referral) -> Sequence[Message]:
    """No office learns who she is. A card is in her hand at once; what is brought or opened is delivered later."""
    sent, said = await moving.moved(tx, context, started, Move("hand_over", "sender"))
    if sent.mode != "self":
        return (*said, *await ways.left(tx, context, sent))
    delivered, more = await moving.moved(tx, context, sent, Move("deliver", "system"))
    return (*said, *more, *await ways.left(tx, context, delivered))


async def _wait_for_consent(
    tx: AsyncConnection, context: Context, order: SendReferral, started: Referral, keys: Keys
) -> Sequence[Message]:
    waiting = advance(started, "ask_consent", "sender", context.now)
    waiting = replace(waiting, wanted_consent_id=order.consent_id, refused_consent_id=None)
    known = await consents.of_person(tx, order.person_id)
    if any(consent.consent_id == order.consent_id and not covers(consent, waiting) for consent in known):
        raise Refused("consent_does_not_cover", fields=("consent_id",))
    said = await moving.settled(tx, context, started, waiting, Move("ask_consent", "sender"))
    return (*said, *await pending.resumed(tx, context, waiting, known, keys))
