"""Who carries a case; where a conflict is marked for somebody, a second coordinator must agree before she does."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    ApproveAssignment,
    AssignCase,
    AssignmentDeclined,
    AssignmentProposed,
    CaseAssigned,
    ConflictMarked,
    MarkConflict,
)
from lotse_intake.domain.sight import (
    COORDINATOR,
    Carried,
    Viewer,
    may_approve,
    may_lift,
    may_mark,
    needs_second_person,
)
from lotse_intake.handlers import people
from lotse_intake.handlers.viewing import (
    case_to_decide,
    case_to_see,
    log,
    require_colleague,
    require_open,
    require_version,
    viewer_of,
)
from lotse_intake.store import cases


async def assign_case(order: AssignCase, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Somebody else carries it, or it waits for a second pair of eyes. Carrying it already changes nothing."""
    row, viewer, carried = await case_to_decide(tx, context, order.case_id)
    team = order.team or row.team
    if (row.owner, row.team) == (order.owner, team):
        return []
    require_open(row)
    require_version(row, order.version)
    if row.owner is None and viewer.role != COORDINATOR and order.owner not in (None, viewer.actor):
        raise Refused("role_not_allowed", fields=("owner",), rule="who may claim for herself assigns nobody else")
    await require_colleague(tx, context, order.owner, "owner")
    if needs_second_person(carried, order.owner):
        return [await _proposed(tx, context, order, row, viewer)]
    return [await _assigned(tx, context, row, order.owner, team)]


async def approve_assignment(order: ApproveAssignment, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """The second person decides. Raises Refused if she is the first, or would be the owner."""
    row, viewer, _ = await case_to_see(tx, context, order.case_id)
    require_version(row, order.version)
    if row.proposed_owner is None:
        raise Refused("nothing_proposed", fields=("case_id",))
    if not may_approve(viewer, proposed_by=row.proposed_by, proposed_owner=row.proposed_owner):
        raise Refused("second_person_needed", fields=("case_id",))
    if order.approved:
        return [await _assigned(tx, context, row, row.proposed_owner, row.proposed_team, approved_by=viewer.actor)]
    declined = await cases.change(tx, order.case_id, **cases.NOTHING_PROPOSED)
    await _told(tx, context, row, "declined", row.proposed_owner)
    return [
        AssignmentDeclined(
            case_id=row.case_id, person_id=row.person_id, version=declined.version, owner=row.proposed_owner
        )
    ]


async def mark_conflict(order: MarkConflict, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Somebody must not carry this case; if she does, nobody does from now on, until two agree on her. Or the mark is
    taken back."""
    row = await people.open_case(tx, order.case_id)
    viewer, carried = await viewer_of(tx, context), await cases.carried(tx, row)
    changed = await (_marked if order.marked else _lifted)(tx, context, order, (viewer, carried))
    if not changed:
        return []
    left = order.marked and row.owner == order.actor
    values = {"owner": None, **cases.NOTHING_PROPOSED} if left else {}
    case = await cases.change(tx, order.case_id, **values)
    await _told(tx, context, row, "conflict" if order.marked else "conflict_lifted", order.actor)
    ids: dict[str, Any] = {"case_id": row.case_id, "person_id": row.person_id, "version": case.version}
    said: list[Message] = [ConflictMarked(**ids, actor=order.actor, marked=order.marked)]
    return [*said, CaseAssigned(**ids, owner=None, team=row.team)] if left else said


async def _marked(tx: AsyncConnection, context: Context, order: MarkConflict, asked: tuple[Viewer, Carried]) -> bool:
    viewer, carried = asked
    if not may_mark(viewer, carried, order.actor):
        raise Refused("not_your_case", fields=("case_id",))
    row = {
        "case_id": order.case_id,
        "actor": order.actor,
        "reason": order.reason,
        "marked_at": context.now,
        "marked_by": viewer.actor,
    }
    return await cases.mark_conflict(tx, row)


async def _lifted(tx: AsyncConnection, context: Context, order: MarkConflict, asked: tuple[Viewer, Carried]) -> bool:
    held = [mark for mark in await cases.conflicts_of(tx, order.case_id) if mark.actor == order.actor]
    if not held:
        return False
    if not may_lift(asked[0], actor=order.actor, marked_by=held[0].marked_by):
        raise Refused("second_person_needed", fields=("actor",))
    return await cases.lift_conflict(tx, order.case_id, order.actor)


async def _proposed(
    tx: AsyncConnection, context: Context, order: AssignCase, row: Row[Any], viewer: Viewer
) -> AssignmentProposed:
    owner = order.owner or ""
    team = order.team or row.team
    proposal = {"proposed_owner": owner, "proposed_team": team, "proposed_by": viewer.actor}
    waiting = await cases.change(tx, row.case_id, **proposal)
    await _told(tx, context, row, "proposed", owner)
    return AssignmentProposed(
        case_id=row.case_id, person_id=row.person_id, version=waiting.version, owner=owner, proposed_by=viewer.actor
    )


async def _assigned(
    tx: AsyncConnection,
    context: Context,
    row: Row[Any],
    owner: str | None,
    team: str | None,
    *,
    approved_by: str | None = None,
) -> CaseAssigned:
    moved = await cases.change(tx, row.case_id, owner=owner, team=team, **cases.NOTHING_PROPOSED)
    await _told(tx, context, row, "assigned", owner)
    return CaseAssigned(
        case_id=row.case_id,
        person_id=row.person_id,
        version=moved.version,
        owner=owner,
        team=team,
        approved_by=approved_by,
    )


async def _told(tx: AsyncConnection, context: Context, row: Row[Any], event: str, actor: str | None) -> None:
    by = context.actor or context.sender
    await cases.tell(tx, row.case_id, at=context.now, by=by, event=event, actor=actor)
    await log(tx, context, "case", row.case_id, event)
