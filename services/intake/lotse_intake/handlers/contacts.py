"""Consultations are counted once, corrected by a later one, and the first of them begins advice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    ContactCorrected,
    ContactRecorded,
    CorrectContact,
    GroupContactRecorded,
    RecordContact,
    RecordGroupContact,
    RecordQuickContact,
)
from lotse_intake.domain.sight import COORDINATOR
from lotse_intake.handlers import moving, people
from lotse_intake.handlers.viewing import log
from lotse_intake.store import cases, concerns, contacts
from lotse_intake.store.tables import contact
from lotse_intake.store.tables.casework import group_contact

AHEAD_MAX = timedelta(minutes=10)  # a frontend's clock may be this much before ours


@dataclass(frozen=True)
class About:
    """A contact as it is kept, and the concerns that it may begin."""

    row: dict[str, Any]
    assigned: Sequence[UUID]


async def record_contact(order: RecordContact, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A consultation is counted once; with a person, what somebody carries for her is in advice from now on."""
    about = await _about(tx, order, context)
    if not await contacts.add(tx, about.row):
        return []
    await log(tx, context, "contact", order.contact_id, "counselling")
    begun = await _begun(tx, context, about)
    return [ContactRecorded(contact_id=order.contact_id, depth=order.depth, channel=order.channel), *begun]


async def record_quick_contact(order: RecordQuickContact, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Corridor or phone: five fields, nobody's name, and no file."""
    row = {
        **order.model_dump(exclude={"code"}),
        "codes": [order.code],
        "at": context.time,
        "depth": "information",
        "interpreter": False,
        "recorded_by": context.actor,
        "recorded_at": context.now,
    }
    if not await contacts.add(tx, row):
        return []
    await log(tx, context, "contact", order.contact_id, "counselling")
    return [ContactRecorded(contact_id=order.contact_id, depth="information", channel=order.channel)]


async def correct_contact(order: CorrectContact, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Another contact counts in its place, and the wrong one stays as it was recorded."""
    old = await _to_correct(tx, context, order.corrects, order.contact_id, contact)
    if old.superseded_by == order.contact_id:
        return []
    about = await _about(tx, order, context)
    if not await contacts.add(tx, {**about.row, "corrects": order.corrects, "void": order.void}):
        raise Refused("id_taken", fields=("contact_id",))
    await contacts.supersede(tx, order.corrects, order.contact_id)
    await log(tx, context, "contact", order.contact_id, "correction")
    await log(tx, context, "contact", order.corrects, "correction")
    begun = [] if order.void else await _begun(tx, context, about)
    return [ContactCorrected(contact_id=order.contact_id, corrects=order.corrects, void=order.void), *begun]


async def record_group_contact(order: RecordGroupContact, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Heads of a group offer, counted once; a later one may take the place of one that was wrong."""
    at = order.at or context.time
    _require_past(at, context)
    if order.void and order.corrects is None:
        raise Refused("nothing_to_correct", fields=("void",))
    if order.corrects is not None:
        old = await _to_correct(tx, context, order.corrects, order.contact_id, group_contact)
        if old.superseded_by == order.contact_id:
            return []
    row = {**order.model_dump(), "at": at, "recorded_by": context.actor or context.sender, "recorded_at": context.now}
    if not await contacts.add(tx, row, group_contact):
        return []
    if order.corrects is not None:
        await contacts.supersede(tx, order.corrects, order.contact_id, group_contact)
    return [
        GroupContactRecorded(contact_id=order.contact_id, offer=order.offer, corrects=order.corrects, void=order.void)
    ]


async def _about(tx: AsyncConnection, order: RecordContact, context: Context) -> About:
    """The contact as it is kept: its person is that of its case or concern, whatever else was named.

    Concerns are locked before their person, as everywhere, so that nobody waits for another in a ring.
    """
    _require_past(order.at, context)
    person_id, case_id = await _place(tx, order)
    assigned: Sequence[UUID] = [order.concern_id] if order.concern_id is not None else []
    if person_id is not None:
        if not assigned:
            assigned = await contacts.assigned_concerns(tx, person_id=person_id, case_id=case_id, codes=order.codes)
        await people.living(tx, person_id)
    row = {
        **order.model_dump(exclude={"corrects", "void"}),
        "person_id": person_id,
        "case_id": case_id,
        "codes": list(order.codes),
        "recorded_by": context.actor,
        "recorded_at": context.now,
    }
    return About(row, assigned)


async def _place(tx: AsyncConnection, order: RecordContact) -> tuple[UUID | None, UUID | None]:
    """Person and case. Raises Refused if what was named does not belong together."""
    if order.concern_id is not None:
        concern = await concerns.get(tx, order.concern_id, lock=True)
        if (
            concern is None
            or order.case_id not in (None, concern.case_id)
            or order.person_id not in (None, concern.person_id)
        ):
            raise Refused("unknown_concern", fields=("concern_id",))
        return concern.person_id, concern.case_id
    if order.case_id is not None:
        case = await cases.get(tx, order.case_id)
        if case is None or order.person_id not in (None, case.person_id):
            raise Refused("unknown_case", fields=("case_id",))
        return case.person_id, order.case_id
    return order.person_id, None


def _require_past(at: datetime, context: Context) -> None:
    if at > context.now + AHEAD_MAX:
        raise Refused("contact_in_future", fields=("at",))


async def _to_correct(
    tx: AsyncConnection, context: Context, corrects: UUID, contact_id: UUID, table: Table
) -> Row[Any]:
    """The contact that was wrong, locked. Raises Refused if it is unknown, corrected by another already, or a
    colleague's: who recorded it corrects it, or a coordinator."""
    old = await contacts.get(tx, corrects, table)
    if old is None or corrects == contact_id:
        raise Refused("unknown_contact", fields=("corrects",))
    if old.superseded_by not in (None, contact_id):
        raise Refused("contact_superseded", fields=("corrects",))
    if context.role != COORDINATOR and old.recorded_by not in (None, context.actor):
        raise Refused("contact_not_yours", fields=("corrects",))
    return old


async def _begun(tx: AsyncConnection, context: Context, about: About) -> list[Message]:
    """The first contact with a person moves what is assigned for her into advice, by the machine of concerns."""
    return [said for concern_id in about.assigned for said in await moving.first_contact(tx, context, concern_id)]
