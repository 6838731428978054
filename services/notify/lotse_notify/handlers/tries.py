"""How a try stands among the others of its message, and what others hear once it has moved."""

from collections.abc import Sequence
from uuid import UUID

from lotse_chassis.service import Unit
from lotse_contracts.envelope import Message
from lotse_contracts.notify import MessageDelivered, MessageSent, MessageUnresolved
from lotse_notify.domain.consequences import Other, Standing
from lotse_notify.domain.machine import ENDS, AttemptState
from lotse_notify.domain.verdict import Verdict
from lotse_notify.handlers import calls
from lotse_notify.handlers.costs import count_taken
from lotse_notify.handlers.telling import facts_of
from lotse_notify.store import attempts, people
from lotse_notify.store.attempts import Attempt
from lotse_notify.store.people import Person


def standing_of(of: Attempt, others: Sequence[Other], *, another: bool = False) -> Standing:
    """How a try and its notification stand."""
    one = of.notification
    return Standing(
        state=one.state,
        attempt_state=of.state,
        channel=of.channel,
        stage=of.stage,
        plan=one.plan,
        useful_by=one.asked.useful_by,
        cancelled_because=one.withdrawn_because,
        appointment=one.appointment_id is not None,
        frozen=one.rendered is not None,
        others=others,
        another=another,
    )


async def others_of(unit: Unit, of: Sequence[Attempt]) -> dict[UUID, list[Other]]:
    """The other tries of each one's notification; the first has none, which is most of them."""
    again = {one.notification.notification_id for one in of if one.notification.tries > 1}
    tries = await attempts.tries_of(unit.tx, again) if again else {}
    return {
        one.attempt_id: [
            Other(before.channel, before.state)
            for before in tries.get(one.notification.notification_id, ())
            if before.attempt_id != one.attempt_id
        ]
        for one in of
    }


def another_way(of: Attempt, person: Person) -> bool:
    """Whether she has another way on the channel of this try, should the one that it went by be dead."""
    return person.contact is not None and person.contact.another_on(of.channel, of.point_id)


async def heard_of(unit: Unit, of: Attempt, state: AttemptState, verdict: Verdict | None) -> None:
    """What follows for others. Once she has it nobody need call her, whatever else is still on its way."""
    if verdict is not None:
        await say(unit, of, verdict)
    elif state == "delivered":
        unit.say(*await calls.became(unit.tx, of.notification, "delivered", unit.context.now))
    await end_doubts(unit, of, verdict)


async def end_doubts(unit: Unit, of: Attempt, verdict: Verdict | None) -> None:
    """Where the message has ended nobody need find out what became of its other tries."""
    if verdict is None or verdict.state not in ENDS or of.notification.tries <= 1:
        return
    counting = await attempts.end_doubts(unit.tx, [of.notification.notification_id], unit.context.now)
    await count_taken(unit.tx, counting, unit.context.now)


async def say(unit: Unit, of: Attempt, verdict: Verdict) -> None:
    """What others must know, in the current trace."""
    unit.say(*await _facts(unit, of, verdict))
    unit.say(*await calls.became(unit.tx, of.notification, verdict.state, unit.context.now))


async def _facts(unit: Unit, of: Attempt, verdict: Verdict) -> list[Message]:
    one = of.notification
    about = {"notification_id": one.notification_id, "person_id": one.person_id, "template": one.template}
    match verdict.state:
        case "unresolved":
            return [MessageUnresolved.model_validate(about | {"channel": of.channel})]
        case "delivered":
            return [MessageDelivered.model_validate(about | {"channel": of.channel})]
        case "handed_over" | "awaiting_receipt" if one.state in ("in_flight", "unresolved"):
            return [MessageSent.model_validate(about | {"channel": of.channel, "language": one.language})]
        case _:
            contact = await people.contact_of(unit.tx, one.person_id)
            return await facts_of(unit.tx, one, verdict, contact)
