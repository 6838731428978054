"""Who gives an order or asks, as the rules of sight want to know it, and what she may see or decide."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_intake.domain.sight import Carried, Viewer, decides, sees
from lotse_intake.handlers import people
from lotse_intake.store import cases, staff
from lotse_intake.store.merges import group_of


async def viewer_of(tx: AsyncConnection, context: Context) -> Viewer:
    """Who asks. Raises Refused without a verified actor: a service is nobody's colleague."""
    if context.actor is None or context.role is None:
        raise Refused("token_missing")
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date())
    member = roster.members.get(context.actor)
    teams = frozenset(member.teams) if member is not None and member.active else frozenset[str]()
    return Viewer(context.actor, context.role, teams, roster.carried_for(context.actor) - {context.actor})


async def case_to_see(tx: AsyncConnection, context: Context, case_id: UUID) -> tuple[Row[Any], Viewer, Carried]:
    """The case of an order, locked, with who gives it. Raises Refused unless she may see its file."""
    row = await people.open_case(tx, case_id)
    viewer, carried = await viewer_of(tx, context), await cases.carried(tx, row)
    if not sees(viewer, carried):
        raise Refused("not_your_case", fields=("case_id",))
    return row, viewer, carried


async def case_to_decide(tx: AsyncConnection, context: Context, case_id: UUID) -> tuple[Row[Any], Viewer, Carried]:
    """The same for who may decide about it."""
    row, viewer, carried = await case_to_see(tx, context, case_id)
    if not decides(viewer, carried):
        raise Refused("not_your_case", fields=("case_id",))
    return row, viewer, carried


async def require_colleague(tx: AsyncConnection, context: Context, actor: str | None, field: str) -> None:
    """Raises Refused if the house has a list of its staff and this is nobody who works here."""
    if actor is None:
        return
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date())
    member = roster.members.get(actor)
    if roster.members and (member is None or not member.active):
        raise Refused("unknown_staff", fields=(field,))


async def require_no_conflict(tx: AsyncConnection, context: Context, person_id: UUID, field: str) -> None:
    """Raises Refused if a marked conflict closes this person's cases to whoever asks: then so is what she wrote."""
    if context.actor is not None and await cases.is_closed_to(tx, await group_of(tx, person_id), context.actor):
        raise Refused("not_your_case", fields=(field,))


def require_open(row: Row[Any]) -> None:
    """Raises Refused if the case is closed: reopen it first."""
    if row.closed_at is not None:
        raise Refused("case_closed", fields=("case_id",), allowed="reopen-case")


def require_version(row: Row[Any], version: int) -> None:
    """Raises Refused if somebody was faster."""
    if row.version != version:
        raise Refused("case_changed", fields=("version",))


async def log(
    tx: AsyncConnection, context: Context, kind: str, object_id: object, purpose: str, *, action: str = "write"
) -> None:
    """Note an access to the file of a case."""
    await accesslog.record(tx, context, action=action, object_kind=kind, object_id=str(object_id), purpose=purpose)
