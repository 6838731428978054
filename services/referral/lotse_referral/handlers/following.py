"""One referral follows another: to another service with a fresh match, to one more, or the same again.

What has ended stays as it is; an open one that another takes the place of ends as rerouted (ADR 8).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import ActOnReferral, ReferralFollowed, ReferralRerouted, SendReferral
from lotse_contracts.values import DeliveryMode, ReferralLink
from lotse_referral.domain.machine import Action
from lotse_referral.domain.referral import Given, Referral
from lotse_referral.handlers import moving, sending
from lotse_referral.handlers.moving import Move
from lotse_referral.handlers.releasing import Keys
from lotse_referral.store import concerns


async def follow(
    tx: AsyncConnection, context: Context, held: Referral, order: ActOnReferral, *, keys: Keys, as_of: date | None
) -> Sequence[Message]:
    """Both in one transaction: the new one is sent, and the old one ends where it was open and is replaced."""
    link = cast(ReferralLink, order.action)
    complete = order.following_id is not None and order.mode is not None and _service(held, order) is not None
    fresh = await _matched_since(tx, held)
    move = Move(cast(Action, link), held.desk_role, Given(follower=complete, fresh_match=fresh))
    said = await moving.by_desk(tx, context, held, move, "action")
    if link == "reroute" and order.service_id == held.service_id:
        raise Refused("same_service", fields=("service_id",))
    wanted = _wanted(held, order)
    begun = await sending.begin(tx, context, wanted, keys, as_of=as_of, follows=sending.Follows(held.referral_id, link))
    return (*said, *_fact(held, link, wanted.referral_id), *begun)


def _wanted(held: Referral, order: ActOnReferral) -> SendReferral:
    """What is sent now. Raises Refused where the person or the concern is not known here."""
    concern_id = order.concern_id or held.concern_id
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    if concern_id is None:
        raise Refused("unknown_concern", fields=("concern_id",))
    return SendReferral(
        referral_id=cast(UUID, order.following_id),
        concern_id=concern_id,
        person_id=held.person_id,
        service_id=cast(UUID, _service(held, order)),
        mode=cast(DeliveryMode, order.mode),
        consent_id=order.consent_id,
        field_groups=order.field_groups,
        overruled_rule=order.overruled_rule,
        overrule_reason=order.overrule_reason,
    )


def _service(held: Referral, order: ActOnReferral) -> UUID | None:
    return order.service_id or (held.service_id if order.action == "reopen" else None)


async def _matched_since(tx: AsyncConnection, held: Referral) -> bool:
    """Whether its concern was matched after the referral came to where it is now."""
    concern = None if held.concern_id is None else await concerns.load(tx, held.concern_id)
    return concern is not None and concern.matched_at >= held.since


def _fact(held: Referral, link: ReferralLink, followed_by: UUID) -> tuple[Message, ...]:
    if held.direction == "in" or held.person_id is None or held.concern_id is None:
        return ()
    ids: dict[str, Any] = {
        "referral_id": held.referral_id,
        "person_id": held.person_id,
        "concern_id": held.concern_id,
        "followed_by": followed_by,
    }
    if link == "reroute" and held.open:
        return (ReferralRerouted(**ids, version=held.version + 1),)
    return (ReferralFollowed(**ids, version=held.version, link=link),)
