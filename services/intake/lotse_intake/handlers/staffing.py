"""Who works here: enrolled, away, retired; what they carry never stays behind unseen."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    AbsenceSet,
    Act,
    AskStaff,
    EnrolStaff,
    RetireStaff,
    SetAbsence,
    StaffAnswer,
    StaffEnrolled,
    StaffMember,
    StaffRetired,
)
from lotse_intake.domain.guards import Light, Taker
from lotse_intake.domain.machine import rule_of
from lotse_intake.domain.staffing import Member, Roster, by_fit
from lotse_intake.handlers import moving, succession
from lotse_intake.store import concerns, staff

MEMBERS_MAX = 200


async def enrol_staff(order: EnrolStaff, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Somebody works here, or something else is known of her."""
    values = {
        "actor": order.actor,
        "languages": list(dict.fromkeys(order.languages)),
        "teams": sorted(set(order.teams)),
        "load_max": order.load_max,
    }
    row = await staff.enrol(tx, values, context.now)
    return [StaffEnrolled(actor=row.actor, version=row.version)]


async def set_absence(order: SetAbsence, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A counsellor says it only of herself. Raises Refused if the days or the substitute cannot be."""
    if context.role != "coordinator" and order.actor != context.actor:
        raise Refused("only_for_yourself", fields=("actor",))
    start, end = _days(order)
    await staff.lock(tx)
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date())
    if order.substitute is not None:
        stand_in = roster.members.get(order.substitute)
        if order.substitute == order.actor or stand_in is None or not stand_in.active:
            raise Refused("bad_absence", fields=("substitute",))
    values = {"absent_from": start, "absent_to": end, "substitute": order.substitute}
    row = await staff.change(tx, order.actor, **values)
    if row is None:
        raise Refused("unknown_staff", fields=("actor",))
    return [AbsenceSet(actor=row.actor, version=row.version)]


def _days(order: SetAbsence) -> tuple[date | None, date | None]:
    if (order.absent_from is None) != (order.absent_to is None):
        raise Refused("bad_absence", fields=("absent_from", "absent_to"))
    if order.absent_from is None or order.absent_to is None:
        return None, None
    start, end = date.fromisoformat(order.absent_from), date.fromisoformat(order.absent_to)
    if end < start:
        raise Refused("bad_absence", fields=("absent_to",))
    return start, end


async def retire_staff(order: RetireStaff, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """What she carries goes to the successor where she may carry it, else back to the team, with its clocks."""
    await staff.lock(tx)
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date())
    successor = roster.present(order.successor) if order.successor else None
    if order.successor is not None and (successor is None or successor.actor == order.actor):
        raise Refused("nobody_to_carry_it", fields=("successor",))
    row = await staff.change(tx, order.actor, active=False, absent_from=None, absent_to=None, substitute=None)
    if row is None:
        raise Refused("unknown_staff", fields=("actor",))
    moves = await _handed_on(tx, context, order.actor, successor)
    moves += await succession.handed_on(tx, context, order.actor, successor.actor if successor else None)
    return [StaffRetired(actor=row.actor, version=row.version), *moves]


async def _handed_on(tx: AsyncConnection, context: Context, actor: str, successor: Member | None) -> list[Message]:
    rows = await concerns.carried_by(tx, actor)
    signs = await concerns.signs(tx, [row.concern_id for row in rows])
    said: list[Message] = []
    for row in rows:
        fits = successor is not None and successor.actor not in signs[row.concern_id].conflicted
        rule = rule_of(row.state, "assign", "coordinator") if fits else None
        if successor is None or rule is None:
            said += await moving.by_itself(tx, context, row, "give_back")
            continue
        light = Light(
            state=row.state,
            urgency=row.urgency,
            now=context.now,
            assignee=row.assignee,
            named=Taker(successor.actor),
            given=Act(action="assign", to=successor.actor, reason="absence"),
        )
        said += await moving.moved(tx, context, row, moving.Move("assign", "coordinator", rule, light))
    return said


async def ask_staff(question: AskStaff, context: Context, tx: AsyncConnection) -> StaffAnswer:
    """Those who work here; with a concern those first who fit it and carry least. Raises Refused if it is unknown."""
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date(), loads_of=None)
    members = [one for one in roster.members.values() if one.active]
    if question.team is not None:
        members = [one for one in members if question.team in one.teams]
    members.sort(key=lambda one: one.actor)
    if question.concern_id is not None:
        row = await concerns.get(tx, question.concern_id)
        if row is None:
            raise Refused("unknown_concern", fields=("concern_id",))
        conflicted = (await concerns.signs(tx, [row.concern_id]))[row.concern_id].conflicted
        members = by_fit(Roster(roster.members, roster.day, conflicted), members, row.language)
    return StaffAnswer(members=tuple(_member(one, roster.day) for one in members[:MEMBERS_MAX]))


def _member(one: Member, day: date) -> StaffMember:
    return StaffMember(
        actor=one.actor,
        languages=one.languages,
        teams=one.teams,
        load=one.load,
        load_max=one.load_max,
        absent_from=one.absent_from.isoformat() if one.absent_from else None,
        absent_to=one.absent_to.isoformat() if one.absent_to else None,
        substitute=one.substitute,
        is_absent=one.is_absent(day),
    )
