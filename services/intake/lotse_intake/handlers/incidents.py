"""After a named incident, with a second person: what one member of staff did; each such lookup is kept for good.

There is no other way to ask the access log about an employee. Source: § 87(1) no. 6 BetrVG, § 26 BDSG, 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args
from uuid import uuid4

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.identity import Staff
from lotse_intake.domain.retention import starts_at
from lotse_intake.store import looks

IncidentReason = Literal["unauthorised_access", "data_breach", "complaint", "authority_order"]
REASONS: tuple[str, ...] = get_args(IncidentReason)
ROLES = frozenset({"administrator", "coordinator"})
DAYS_MAX = 31  # of one lookup


@dataclass(frozen=True)
class Incident:
    """What happened, whom it is about, and the days in question, both included."""

    reason: str
    actor: str
    first: date
    last: date
    object_id: str | None = None


async def looked_up(
    incident: Incident, asking: Staff, agreeing: Staff, context: Context, tx: AsyncConnection
) -> Sequence[Row[Any]]:
    """The looks, oldest first. Raises Refused unless two who may, and neither is the one in question, ask together."""
    if asking.actor == agreeing.actor or incident.actor in (asking.actor, agreeing.actor):
        raise Refused("second_person_needed")
    if not {asking.role, agreeing.role} <= ROLES:
        raise Refused("role_not_allowed")
    if incident.reason not in REASONS or not timedelta(0) <= incident.last - incident.first < timedelta(days=DAYS_MAX):
        raise Refused("malformed", fields=("reason", "first", "last"))
    begin, end = starts_at(incident.first), starts_at(incident.last + timedelta(days=1))
    found = await looks.of_incident(tx, incident.actor, begin, end, incident.object_id)
    await looks.note_lookup(
        tx,
        lookup_id=uuid4(),
        at=context.now,
        asked_by=asking.actor,
        approved_by=agreeing.actor,
        reason=incident.reason,
        subject_actor=incident.actor,
        from_day=incident.first,
        to_day=incident.last,
        found=len(found),
    )
    return found
