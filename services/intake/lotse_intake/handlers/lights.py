"""Loads what the guards look at: for many concerns as for one, in the same three questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_contracts.intake import Act
from lotse_intake.domain.coding import CodeList
from lotse_intake.domain.guards import GIVEN_TO, Light, Taker
from lotse_intake.domain.machine import Role
from lotse_intake.domain.staffing import Roster, warnings_of
from lotse_intake.store import codelists, concerns, staff
from lotse_intake.store.concerns import Signs

TAKEN: tuple[str, ...] = ("claim", "take_over")
FIRST_ENDS = ("duplicate", "spam")  # what cannot be the concern that is carried instead


@dataclass(frozen=True)
class Lit:
    """Concerns in their light. `act` is what would be done with each of them."""

    act: Act | None
    roster: Roster
    lights: dict[UUID, Light]

    def warnings(self, row: Row[Any]) -> tuple[str, ...]:
        """What somebody should know of whoever would carry it."""
        act, light = self.act, self.lights[row.concern_id]
        if act is None or (act.action not in TAKEN and act.action not in GIVEN_TO):
            return ()
        taker = light.named if act.action in GIVEN_TO else light.own
        member = self.roster.members.get(taker.actor or "")
        return () if member is None else warnings_of(member, row.language, asked_for=act.to)


def role_of(context: Context) -> Role:
    """The staff role that the token proves."""
    return "coordinator" if context.role == "coordinator" else "counsellor"


async def lit(tx: AsyncConnection, rows: Sequence[Row[Any]], context: Context, act: Act | None) -> Lit:
    """The light of each concern, for whoever gave the order."""
    actor, to = context.actor or "", act.to if act is not None else None
    roster = await staff.roster(tx, context.now.astimezone(ZONE).date(), loads_of=())
    takers = {one.actor for one in (roster.present(name) for name in (actor, to) if name) if one is not None}
    if act is not None and act.action in (*TAKEN, *GIVEN_TO):
        roster = await staff.roster(tx, roster.day, loads_of=sorted(takers))
    signs = await concerns.signs(tx, [row.concern_id for row in rows])
    lists = await codelists.newest(tx, "concerns") if act is not None and (act.code or act.sub_code) else None
    original = await _original(tx, act)
    lights = {
        row.concern_id: replace(
            _light(row, signs[row.concern_id], roster, context),
            given=act,
            named=_taker(roster, to, signs[row.concern_id]),
            code_known=_known(row, act, lists),
            original_known=original is not None and original.concern_id != row.concern_id,
        )
        for row in rows
    }
    return Lit(act, roster, lights)


async def _original(tx: AsyncConnection, act: Act | None) -> Row[Any] | None:
    """The concern that is carried instead; none that is no real one itself, or a ring would close."""
    if act is None or act.duplicate_of is None:
        return None
    row = await concerns.get(tx, act.duplicate_of)
    return None if row is None or row.frozen or row.state in FIRST_ENDS else row


def _light(row: Row[Any], signs: Signs, roster: Roster, context: Context) -> Light:
    return Light(
        state=row.state,
        urgency=row.urgency,
        now=context.now,
        actor=context.actor,
        assignee=row.assignee,
        acting=roster.acting_for(row.assignee) if row.assignee else frozenset(),
        offered_to=roster.acting_for(row.offered_to) if row.offered_to else frozenset(),
        own=Taker(context.actor if _works_here(roster, context) else None, context.actor in signs.conflicted),
        first_contact=signs.contacted,
        question_sent=signs.asked,
        referrals_open=signs.referrals_open,
        ended_at=row.ended_at,
    )


def _works_here(roster: Roster, context: Context) -> bool:
    member = roster.members.get(context.actor or "")
    return member is not None and member.active


def _taker(roster: Roster, to: str | None, signs: Signs) -> Taker:
    member = roster.present(to) if to else None
    return Taker() if member is None else Taker(member.actor, member.actor in signs.conflicted)


def _known(row: Row[Any], act: Act | None, lists: CodeList | None) -> bool:
    if act is None or lists is None:
        return True
    code = act.code or row.code
    return lists.takes(code) and (act.sub_code is None or lists.takes(act.sub_code, code))
