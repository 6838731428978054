"""Whether anything may be sent to her, as intake says, and what notify could not tell her: then the desk asks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_contracts import Message
from lotse_contracts.intake import ContactSafetyChanged
from lotse_contracts.notify import MessageFailed
from lotse_contracts.referral import CheckbackAsked
from lotse_referral.handlers.checkbacks import CHECKBACK_LINK
from lotse_referral.handlers.telling import OWN_PAGE
from lotse_referral.store import alive, checkbacks, ownpage, referrals

REFERRALS_MAX = 1_000  # of one person


async def contact_safety_changed(
    fact: ContactSafetyChanged, context: Context, tx: AsyncConnection
) -> Sequence[Message]:
    """What she is asked from now on. As soon as her contact is unsafe, a question that is on its way is the desk's, and
    what was sent to it opens nothing any more; nor does what was sent to one that another has replaced."""
    del context
    if await alive.erased(tx, fact.person_id):
        return ()
    await checkbacks.note_safety(tx, fact.person_id, fact.version, safe=fact.safe)
    safe = await checkbacks.is_safe(tx, fact.person_id)
    if fact.replaced or not safe:
        await _close_links(tx, fact.person_id)
    return () if safe else await _desks(tx, fact.person_id)


async def message_failed(fact: MessageFailed, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A question that never reached her is asked by the desk; other notices are none of ours."""
    del context
    if fact.template != "checkback" or await alive.erased(tx, fact.person_id):
        return ()
    return await _desks(tx, fact.person_id)


async def _close_links(tx: AsyncConnection, person_id: UUID) -> None:
    """To her page and to questions, used or not: somebody else may read her messages. Code and PIN stay hers.

    No referral is locked: whoever taps a button has its link first, and the referral then.
    """
    await links.revoke(tx, purpose=OWN_PAGE, subject_id=str(person_id))
    for held in await referrals.seen_of(tx, (person_id,), REFERRALS_MAX):
        await links.revoke(tx, purpose=CHECKBACK_LINK, subject_id=str(held.referral_id))
    await ownpage.end_linked_sessions_of(tx, person_id)


async def _desks(tx: AsyncConnection, person_id: UUID) -> Sequence[Message]:
    return [
        CheckbackAsked(
            referral_id=one.referral_id, person_id=one.person_id, round=one.round, series=one.series, way="desk"
        )
        for one in await checkbacks.hand_to_desk(tx, person_id)
    ]
