"""What she is told when an office has answered: that there is news, never which office and never what it said."""

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.notify import Tell
from lotse_contracts.referral import RemindOfDocuments
from lotse_contracts.values import TemplateName
from lotse_referral.domain.checkbacks import may_be_told
from lotse_referral.domain.notices import DOCUMENTS_USEFUL_FOR, USEFUL_FOR, documents_key, made_key, news_key
from lotse_referral.domain.referral import Referral
from lotse_referral.handlers.finding import ours_in_turn
from lotse_referral.store import directory

TOLD_OF: dict[str, TemplateName] = {"accepted": "referral_accepted", "declined": "referral_declined"}
UNANSWERED = frozenset({"sent", "delivered", "info_requested", "waitlisted"})
"""Whoever was accepted before is told of her appointments, and not once more that she is."""


async def told_of_answer(tx: AsyncConnection, before: Referral, after: Referral) -> tuple[Tell, ...]:
    """Once for each answer, where it is safe to push anything; the older notice of the referral is pointless then."""
    template = TOLD_OF.get(after.state)
    if template is None or before.state not in UNANSWERED or after.direction != "out" or after.person_id is None:
        return ()
    if not await _may_be_told(tx, after):
        return ()
    return (
        Tell(
            person_id=after.person_id,
            template=template,
            useful_by=after.changed_at + USEFUL_FOR,
            dedupe_key=news_key(after.referral_id, after.state, after.version),
            supersedes=made_key(after.referral_id),
        ),
    )


async def remind_of_documents(order: RemindOfDocuments, context: Context, tx: AsyncConnection) -> tuple[Tell, ...]:
    """Once a day, as long as it is open. Raises Refused where nothing may be pushed to her: then somebody calls."""
    held = await ours_in_turn(tx, order.referral_id)
    if not held.open or held.person_id is None or held.direction != "out":
        raise Refused("action_not_allowed", fields=("referral_id",))
    if not await _may_be_told(tx, held):
        raise Refused("not_by_message", fields=("referral_id",))
    return (
        Tell(
            person_id=held.person_id,
            template="documents",
            useful_by=context.now + DOCUMENTS_USEFUL_FOR,
            dedupe_key=documents_key(held.referral_id, context.now.astimezone(ZONE).date()),
        ),
    )


async def _may_be_told(tx: AsyncConnection, held: Referral) -> bool:
    service = None if held.service_id is None else await directory.one(tx, held.service_id)
    return may_be_told(held, confidential=service is not None and service.confidential)
