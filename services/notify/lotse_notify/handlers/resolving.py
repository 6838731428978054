"""What somebody found out about a message that nobody could be sure of."""

from typing import Literal
from uuid import UUID

from lotse_chassis import accesslog
from lotse_chassis.service import Unit
from lotse_contracts.notify import MessageDelivered
from lotse_notify.domain.outcome import Outcome
from lotse_notify.domain.verdict import Verdict, decide
from lotse_notify.handlers.costs import count_sent
from lotse_notify.handlers.telling import settle
from lotse_notify.store import people, submissions

Found = Literal["arrived", "absent"]


async def resolve(unit: Unit, notification_id: UUID, found: Found) -> bool:
    """False if nothing is in doubt there. `absent` is a definite no: it may go again while it is of use."""
    doubtful = await submissions.doubtful(unit.tx, rows_max=1, notification_id=notification_id)
    if not doubtful:
        return False
    one, of, now = doubtful[0], doubtful[0].notification, unit.context.now
    person = await people.locked(unit.tx, of.person_id)
    if found == "arrived":
        await submissions.end(unit.tx, one.submission_id, Outcome("accepted", "confirmed_by_hand"), now)
        await count_sent(unit.tx, one.provider, now)
        unit.say(
            MessageDelivered(
                notification_id=of.notification_id, person_id=of.person_id, template=of.template, channel=of.channel
            )
        )
        verdict = Verdict("sent", "confirmed_by_hand")
    else:
        await submissions.end(unit.tx, one.submission_id, Outcome("refused", "absent_by_hand"), now)
        verdict = decide(of.asked, person.contact, person.silence, now)
    unit.say(*await settle(unit.tx, of, verdict, person.contact, now))
    await accesslog.record(
        unit.tx,
        unit.context,
        action=found,
        object_kind="notification",
        object_id=str(notification_id),
        purpose="resolve_unresolved",
    )
    return True
