"""What a service says about its own waiting list, and who of us carries a case."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.intake import CaseAssigned
from lotse_contracts.referral import NoteWaitlist, WaitlistNoted
from lotse_referral.handlers.finding import ours
from lotse_referral.store import alive, waiting

WAITLISTED = "waitlisted"


async def note(order: NoteWaitlist, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A place in the queue, or how long it takes; the same note again changes nothing."""
    held = await ours(tx, order.referral_id)
    if held.person_id is None:
        raise Refused("person_not_yet_known", fields=("referral_id",))
    if order.position is None and order.weeks is None:
        raise Refused("position_needed", fields=("position", "weeks"))
    known = await waiting.note(tx, order.note_id)
    if known is not None:
        if known.referral_id != held.referral_id:
            raise Refused("note_of_another", fields=("note_id",))
        return ()
    if held.state != WAITLISTED:
        raise Refused("action_not_allowed", fields=("referral_id",))
    row = order.model_dump(include={"note_id", "referral_id", "position", "weeks"})
    await waiting.add_note(tx, row | {"person_id": held.person_id, "noted_at": context.now})
    return (WaitlistNoted(**row, person_id=held.person_id),)


async def case_assigned(fact: CaseAssigned, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Whose referrals these are now; an older fact is old news."""
    if not await alive.erased(tx, fact.person_id):
        await waiting.carry(tx, fact)
    return ()
