"""Goals of a case: agreed with the person, reached or dropped and why."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import EndGoal, GoalSet, LineContent, SetGoal
from lotse_intake.handlers.plans import changing, ended_before, goal_ended, known_before, open_case_of, require_reason
from lotse_intake.handlers.viewing import log
from lotse_intake.providers.content import goal_of, opened
from lotse_intake.providers.office import Office
from lotse_intake.store import plans
from lotse_intake.store.tables.casework import goal

GOALS_OPEN_MAX = 20  # of one case


async def set_goal(office: Office, order: SetGoal, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A goal that is known changes nothing."""
    row, viewer, _ = await open_case_of(tx, context, order.case_id, order.person_id)
    if await plans.get(tx, goal, order.goal_id) is not None:
        return await known_before(tx, goal, order.goal_id, order.case_id)
    if await plans.count_open(tx, goal, order.case_id) >= GOALS_OPEN_MAX:
        raise Refused("case_full", fields=("goal_id",), rule=f"at most {GOALS_OPEN_MAX} open goals of one case")
    key = str(order.person_id)
    content = opened(office, order.content, LineContent, type_name=SetGoal.type_name(), key=key)
    values = {
        "goal_id": order.goal_id,
        "case_id": order.case_id,
        "person_id": row.person_id,
        "content": office.keys.encrypt(row.person_id, goal_of(order.goal_id), content.text.encode()),
        "target": date.fromisoformat(order.target) if order.target else None,
        "set_at": context.now,
        "set_by": viewer.actor,
    }
    if not await plans.add(tx, goal, values):
        return await known_before(tx, goal, order.goal_id, order.case_id)
    await log(tx, context, "goal", order.goal_id, "planning")
    return [GoalSet(goal_id=order.goal_id, case_id=order.case_id, person_id=row.person_id, version=1)]


async def end_goal(order: EndGoal, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Reached, in part, or dropped and why. Ended the same way already changes nothing."""
    require_reason(order.result, order.reason)
    row, _ = await changing(tx, context, goal, order.goal_id)
    if row.result is not None:
        return ended_before(row, order.result, order.reason, "goal_id")
    values = {"result": order.result, "reason": order.reason, "ended_at": context.now}
    ended = await plans.change(tx, goal, order.goal_id, **values)
    await log(tx, context, "goal", order.goal_id, "planning")
    return [goal_ended(ended)]
