"""A concern moves: the one place where a decided action is saved, noted, timed and said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ConcernAccepted, ConcernMoved
from lotse_contracts.values import Urgency
from lotse_intake.domain.clocks import hurried
from lotse_intake.domain.guards import Forbidden, Light, step_of
from lotse_intake.domain.machine import ENDS, WAITING, Action, Role, Rule, rule_of
from lotse_intake.domain.moves import NOTHING, Change, Given, TooManyTags, change_of
from lotse_intake.handlers import cases, ticking
from lotse_intake.store import concerns, enquiries, persons, proposals

BY_HAND: tuple[Role, ...] = ("counsellor", "coordinator")
BEGINS_ANEW: tuple[Action, ...] = ("reopen", "write_again")
"""After an end: the referrals before say nothing of what begins now, and a closed case is carried on."""


@dataclass(frozen=True)
class Move:
    """What was decided: the action by whom, its rule, and what it was decided on."""

    action: Action
    role: Role
    rule: Rule
    light: Light
    given: Given = NOTHING
    warnings: tuple[str, ...] = ()
    seconds: str | None = None  # who proposed it


async def moved(tx: AsyncConnection, context: Context, row: Row[Any], move: Move) -> list[Message]:
    """Save the move with its history and its clock; what it says. Raises Refused with `too_many_tags`."""
    try:
        change = change_of(row, move.action, move.rule, move.light, move.given)
    except TooManyTags:
        raise Refused("too_many_tags", fields=("tags",)) from None
    after = await concerns.move(tx, row.concern_id, **change.values)
    await _noted(tx, context, row, after, move)
    if change.restarts:
        await ticking.tick(tx, row.concern_id, change.ticking)
    if after.state != row.state:
        await proposals.forget(tx, row.concern_id)
    anew = move.action in BEGINS_ANEW and row.state in ENDS
    if anew:
        await concerns.settle_referrals(tx, row.concern_id)
    if change.shown_otherwise:
        await enquiries.touch(tx, row.enquiry_id, context.now)
    follows: list[Message] = []
    if anew:
        follows += await cases.carry_on(tx, context, row.case_id)
    if change.newly_carried and after.assignee is not None:
        follows += await cases.take_along(tx, context, row.case_id, after.assignee)
    spoken = await persons.languages_of(tx, row.person_id) if change.newly_carried or change.recoded else ()
    return [*_said(row, after, move, change, spoken=spoken), *follows]


async def _noted(tx: AsyncConnection, context: Context, row: Row[Any], after: Row[Any], move: Move) -> None:
    act = move.light.given
    by = (context.actor or context.sender) if move.role in BY_HAND else move.role
    await concerns.note_move(
        tx,
        {
            "concern_id": row.concern_id,
            "version": after.version,
            "at": context.now,
            "action": move.action,
            "from_state": row.state,
            "state": after.state,
            "moved_by": move.seconds or by,
            "role": move.role,
            "seconded_by": by if move.seconds else None,
            "reason": act.reason if act is not None else None,
            "outcome": after.outcome if after.outcome != row.outcome else None,
        },
    )
    if move.role in BY_HAND:
        await accesslog.record(
            tx, context, action="write", object_kind="concern", object_id=str(row.concern_id), purpose=move.action
        )


def _said(row: Row[Any], after: Row[Any], move: Move, change: Change, *, spoken: tuple[str, ...] = ()) -> list[Message]:
    ids = {name: getattr(after, name) for name in ("concern_id", "case_id", "person_id", "version", "urgency")}
    reason = move.light.given.reason if move.light.given is not None else None
    said: list[Message] = [
        ConcernMoved(
            **ids,
            action=move.action,
            from_state=row.state,
            state=after.state,
            due_at=after.due_at if after.clock else None,
            outcome=after.outcome,
            reason=reason,
            warnings=move.warnings,
        )
    ]
    if change.newly_carried or change.recoded:
        told = {"sub_code": after.sub_code, "language": after.language, "languages": spoken}
        said.append(ConcernAccepted(**ids, code=after.code, **told))
    return said


async def by_itself(
    tx: AsyncConnection,
    context: Context,
    row: Row[Any],
    action: Action,
    *,
    role: Role = "system",
    given: Given = NOTHING,
) -> list[Message]:
    """What follows from a fact or from the person's own words, where the table lets it; else nothing changes."""
    light = Light(state=row.state, urgency=row.urgency, now=context.now, assignee=row.assignee)
    try:
        step = step_of(action, role, light)
    except Forbidden:
        return []
    if step.rule.to == row.state and step.rule.clock == "kept" and given == NOTHING:
        return []
    return await moved(tx, context, row, Move(action, role, step.rule, light, given))


async def answered(tx: AsyncConnection, context: Context, rows: Sequence[Row[Any]]) -> list[Message]:
    """A counsellor has written to her about these concerns. Raises Refused if none of them may be answered."""
    role = _role(context)
    if rows and not any(rule_of(row.state, "answer", role) for row in rows):
        raise Refused("not_allowed_now", fields=("enquiry_id",))
    return [said for row in rows for said in await by_itself(tx, context, row, "answer", role=role)]


async def wrote_again(
    tx: AsyncConnection, context: Context, row: Row[Any], *, urgency: Urgency, due_at: datetime
) -> list[Message]:
    """She has written again: what rested or had ended is looked at anew, and what is more urgent now comes earlier."""
    rule = rule_of(row.state, "write_again", "person")
    if rule is not None and rule.clock == "look":
        given = Given(urgency=urgency, due_at=due_at)
        return await by_itself(tx, context, row, "write_again", role="person", given=given)
    said = await by_itself(tx, context, row, "write_again", role="person")
    now_stands = row if not said else await concerns.get(tx, row.concern_id)
    if now_stands is not None and (urgency != row.urgency or row.state in WAITING):
        await hurry(tx, now_stands, context.now, urgency=urgency, due_at=due_at)
    return said


async def hurry(
    tx: AsyncConnection, row: Row[Any], now: datetime, *, urgency: Urgency, due_at: datetime | None = None
) -> None:
    """An open concern is more urgent than it was: its clock runs shorter. What has ended or rests is left alone."""
    if row.clock is None:
        return
    clock = hurried(row.clock, urgency, now, running_to=row.due_at, due_at=due_at)
    values = {} if clock is None else {"clock": clock.clock, "due_at": clock.due_at}
    if urgency != row.urgency or values:
        await concerns.move(tx, row.concern_id, urgency=urgency, **values)
    if clock is not None:
        await ticking.tick(tx, row.concern_id, clock)


async def hand_over(tx: AsyncConnection, context: Context, concern_id: UUID) -> list[Message]:
    """Whoever comes next has confirmed that it is theirs; nothing where it has ended."""
    row = await concerns.get(tx, concern_id, lock=True)
    return [] if row is None else await by_itself(tx, context, row, "hand_over")


async def first_contact(tx: AsyncConnection, context: Context, concern_id: UUID) -> list[Message]:
    """A contact about an assigned concern was recorded: advice has begun. Nothing in any other state."""
    row = await concerns.get(tx, concern_id, lock=True)
    rule = rule_of(row.state, "begin", "coordinator") if row is not None else None
    if row is None or row.frozen or rule is None:
        return []
    light = Light(state=row.state, urgency=row.urgency, now=context.now, assignee=row.assignee, first_contact=True)
    return await moved(tx, context, row, Move("begin", _role(context), rule, light))


def _role(context: Context) -> Role:
    return "coordinator" if context.role == "coordinator" else "counsellor"
