"""What somebody found out about a message that nobody could be sure of."""

from dataclasses import replace
from typing import Literal
from uuid import UUID

from lotse_chassis import accesslog
from lotse_chassis.service import Unit
from lotse_notify.domain.machine import AttemptEvent, next_state
from lotse_notify.handlers import evidence
from lotse_notify.store import attempts, notices

Found = Literal["arrived", "absent", "leave"]
EVENTS: dict[Found, tuple[AttemptEvent, str]] = {
    "arrived": ("deliver", "confirmed_by_hand"),
    "absent": ("find_absent", "absent_by_hand"),
    "leave": ("give_up", "left_by_hand"),
}


async def resolve(unit: Unit, notification_id: UUID, found: Found) -> bool:
    """False if nothing is in doubt there. `absent` is a definite no: it may go again while it is of use."""
    doubtful = await attempts.doubtful(unit.tx, rows_max=1, notification_id=notification_id)
    if not doubtful or not await evidence.became(unit, doubtful[0].attempt_id, *EVENTS[found]):
        return False
    await accesslog.record(
        unit.tx,
        unit.context,
        action=found,
        object_kind="notification",
        object_id=str(notification_id),
        purpose="resolve_unresolved",
    )
    return True


async def try_again(unit: Unit, notification_id: UUID) -> bool:
    """What failed starts again at the policy under its own id, so that no constraint against a second copy is lost.

    False if it has not failed, was withdrawn or is of no use any more. Source: section 4.3, rule 6.
    """
    found, now = await notices.by_id(unit.tx, notification_id), unit.context.now
    if found is None or found.state != "failed" or found.withdrawn_because or now >= found.asked.useful_by:
        return False
    again = replace(found, state=next_state(found.state, "replay"), because="replayed")
    await notices.replay(unit.tx, again, now)
    await notices.note(unit.tx, again, again.state, again.because, now)
    await accesslog.record(
        unit.tx,
        unit.context,
        action="try_again",
        object_kind="notification",
        object_id=str(notification_id),
        purpose="resolve_unresolved",
    )
    return True
