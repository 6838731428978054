"""A counsellor acts on a concern: what is allowed is done, or proposed where a second person must agree."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import Act, ActOnConcern, AskConcernActions, ConcernActionsAnswer, ConcernProposed
from lotse_contracts.intake.actions import ActionNeeds, Proposal
from lotse_intake.domain.guards import (
    Forbidden,
    Light,
    Step,
    allowed_actions,
    needs_of,
    needs_second,
    same_act,
    step_of,
)
from lotse_intake.domain.machine import Role, rule_of
from lotse_intake.handlers import moving, people
from lotse_intake.handlers.lights import lit, role_of
from lotse_intake.store import concerns, proposals

PROPOSAL_DAYS = 3  # a colleague who is not asked again in that time will not answer
NEEDS_CODE = ("screen", "accept", "recode")  # other actions look at no code
SECOND = "second_person_needed"


async def act_on_concern(order: ActOnConcern, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Raises Refused if the table or a guard says no; `allowed` names what may be done instead."""
    row = await people.open_concern(tx, order.concern_id)
    act = Act.model_validate(order.model_dump(include=set(Act.model_fields)))
    return await done(tx, context, row, act, approval=order.approval)


async def done(
    tx: AsyncConnection, context: Context, row: Row[Any], act: Act, *, approval: UUID | None = None
) -> list[Message]:
    """The act on a locked concern, by whoever gave the order."""
    seen = await lit(tx, [row], context, act)
    light, role = seen.lights[row.concern_id], role_of(context)
    proposer = None if approval is None else await _proposer(tx, context, row, act, approval)
    step = decided(act, role, replace(light, seconded=proposer is not None))
    if step.second:
        return [await _proposed(tx, context, row, act)]
    move = moving.Move(
        act.action,
        role,
        step.rule,
        light,
        warnings=seen.warnings(row),
        seconds=proposer if _is_second(step, light) else None,
    )
    return await moving.moved(tx, context, row, move)


def decided(act: Act, role: Role, light: Light) -> Step:
    """Where the act leads. Raises Refused, naming what is allowed."""
    if act.code is not None and act.action in NEEDS_CODE and not light.code_known:
        raise Refused("unknown_code", fields=("code",))
    try:
        return step_of(act.action, role, light)
    except Forbidden as fault:
        raise Refused(fault.no.code, fields=fault.no.fields, allowed=", ".join(fault.allowed)) from None


def _is_second(step: Step, light: Light) -> bool:
    return needs_second(step.rule, light)


async def _proposer(tx: AsyncConnection, context: Context, row: Row[Any], act: Act, approval: UUID) -> str:
    """Who proposed exactly this, in time. Raises Refused, also if it was whoever would agree now."""
    held = await proposals.get(tx, approval)
    if held is None or held.concern_id != row.concern_id or held.expires_at <= context.now:
        raise Refused("unknown_proposal", fields=("approval",))
    if not same_act(Act.model_validate(held.act), act):
        raise Refused("unknown_proposal", fields=("approval", "action"))
    if held.proposed_by == context.actor:
        raise Refused(SECOND, fields=("approval",))
    return str(held.proposed_by)


async def _proposed(tx: AsyncConnection, context: Context, row: Row[Any], act: Act) -> ConcernProposed:
    expires_at = context.now + timedelta(days=PROPOSAL_DAYS)
    await proposals.propose(
        tx,
        {
            "proposal_id": context.id,
            "concern_id": row.concern_id,
            "action": act.action,
            "act": act.model_dump(mode="json", exclude_defaults=True),
            "proposed_by": context.actor or context.sender,
            "proposed_at": context.now,
            "expires_at": expires_at,
        },
    )
    raised = await concerns.move(tx, row.concern_id)
    await accesslog.record(
        tx, context, action="write", object_kind="concern", object_id=str(row.concern_id), purpose="proposal"
    )
    return ConcernProposed(
        concern_id=row.concern_id,
        case_id=row.case_id,
        person_id=row.person_id,
        version=raised.version,
        proposal_id=context.id,
        action=act.action,
        expires_at=expires_at,
        warnings=(SECOND,),
    )


async def concern_actions(question: AskConcernActions, context: Context, tx: AsyncConnection) -> ConcernActionsAnswer:
    """What the asker may do with a concern now; nothing with one whose person is being erased or restricted."""
    row = await concerns.get(tx, question.concern_id)
    if row is None:
        raise Refused("unknown_concern", fields=("concern_id",))
    if row.frozen or row.restricted:
        return ConcernActionsAnswer(state=row.state, actions=())
    light, role = (await lit(tx, [row], context, None)).lights[row.concern_id], role_of(context)
    actions = allowed_actions(role, light)
    rules = {action: rule_of(row.state, action, role) for action in actions}
    waiting = await proposals.of_concern(tx, row.concern_id, context.now)
    needs = {action: needs_of(action, role, light) for action in actions}
    return ConcernActionsAnswer(
        state=row.state,
        actions=actions,
        needs=tuple(ActionNeeds(action=action, needs=named) for action, named in needs.items() if named),
        second_person=tuple(action for action, rule in rules.items() if rule and needs_second(rule, light)),
        proposals=tuple(
            Proposal(
                proposal_id=one.proposal_id,
                action=one.action,
                proposed_by=one.proposed_by,
                expires_at=one.expires_at,
            )
            for one in waiting
        ),
    )
