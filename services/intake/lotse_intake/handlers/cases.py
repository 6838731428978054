"""A case is opened, goes from phase to phase, is closed and carried on again."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.intake import (
    CaseAssigned,
    CaseClosed,
    CaseOpened,
    CasePhaseChanged,
    CaseReopened,
    CloseCase,
    EnterPhase,
    OpenCase,
    ReopenCase,
)
from lotse_contracts.intake.cases import ReopeningReason
from lotse_intake.domain.phases import REOPEN_DAYS, REOPENED, following, may_close, may_enter, may_reopen
from lotse_intake.handlers import people, plans
from lotse_intake.handlers.viewing import (
    case_to_decide,
    log,
    require_colleague,
    require_open,
    require_version,
    viewer_of,
)
from lotse_intake.store import cases

CASES_OPEN_MAX = 20  # of one person; more is a mistake


async def open_case(order: OpenCase, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A further case of somebody who is here; the same id again changes nothing, unless it is another's."""
    await people.living(tx, order.person_id)
    viewer = await viewer_of(tx, context)
    held = await cases.of_person(tx, order.person_id)
    if any(row.case_id == order.case_id for row in held):
        return []
    if sum(row.closed_at is None for row in held) >= CASES_OPEN_MAX:
        raise Refused("case_full", fields=("person_id",), rule=f"at most {CASES_OPEN_MAX} open cases of one person")
    await require_colleague(tx, context, order.owner, "owner")
    row = {
        "case_id": order.case_id,
        "person_id": order.person_id,
        "owner": order.owner or viewer.actor,
        "team": order.team,
        "opened_at": context.now,
    }
    if not await cases.add(tx, row):
        raise Refused("id_taken", fields=("case_id",))
    await _told(tx, context, order.case_id, "opened")
    return [CaseOpened(case_id=order.case_id, person_id=order.person_id, version=1)]


async def enter_phase(order: EnterPhase, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Another phase, as the table lets it. Being there already changes nothing."""
    row, _, _ = await case_to_decide(tx, context, order.case_id)
    if row.phase == order.phase:
        return []
    require_open(row)
    require_version(row, order.version)
    if not may_enter(row.phase, order.phase):
        raise Refused("phase_not_next", fields=("phase",), allowed=", ".join(following(row.phase)))
    moved = await cases.change(tx, order.case_id, phase=order.phase)
    await _told(tx, context, order.case_id, "phase", code=row.phase, after=order.phase)
    return [
        CasePhaseChanged(
            case_id=order.case_id,
            person_id=row.person_id,
            version=moved.version,
            from_phase=row.phase,
            phase=order.phase,
        )
    ]


async def close_case(order: CloseCase, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nobody carries it any more. Raises Refused while a concern waits and no exception is named."""
    waiting = await cases.hold_concerns(tx, order.case_id)
    row, _, _ = await case_to_decide(tx, context, order.case_id)
    if row.closed_at is not None and row.closure_reason == order.reason:
        return []
    require_open(row)
    require_version(row, order.version)
    if not may_close(row.phase, concerns_open=waiting, has_exception=order.exception is not None):
        raise Refused("concerns_open", fields=("case_id",), rule="all concerns have ended, or an exception is named")
    exception = order.exception if waiting else None
    dropped = await plans.drop_all(tx, context, order.case_id)
    closed = await cases.change(
        tx,
        order.case_id,
        phase="closed",
        closed_at=context.now,
        closure_reason=order.reason,
        closure_exception=exception,
        **cases.NOTHING_PROPOSED,
    )
    await _told(tx, context, order.case_id, "closed", code=order.reason, after=exception)
    fact = CaseClosed(
        case_id=order.case_id,
        person_id=row.person_id,
        version=closed.version,
        reason=order.reason,
        exception=exception,
        concerns_open=waiting,
        goals_dropped=dropped.goals,
        tasks_dropped=dropped.tasks,
    )
    return [*dropped.facts, fact]


async def reopen_case(order: ReopenCase, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Carried on within ninety days. Being open already changes nothing."""
    row, _, _ = await case_to_decide(tx, context, order.case_id)
    if row.closed_at is None:
        return []
    require_version(row, order.version)
    if not may_reopen(row.phase, row.closed_at, context.now):
        raise Refused("reopening_too_late", fields=("case_id",), rule=f"within {REOPEN_DAYS} days after its closure")
    return [await _reopened(tx, context, row, order.reason)]


async def carry_on(tx: AsyncConnection, context: Context, case_id: UUID) -> list[Message]:
    """A concern of this case is reopened: a closed case is carried on with it, an open one stays as it is."""
    row = await cases.get(tx, case_id, lock=True)
    if row is None or row.closed_at is None:
        return []
    return [await _reopened(tx, context, row, "came_back")]


async def take_along(tx: AsyncConnection, context: Context, case_id: UUID, actor: str) -> list[Message]:
    """Somebody carries a concern of this case: where nobody owned the case, she does; an owner stays who she is."""
    row = await cases.get(tx, case_id, lock=True)
    if row is None or row.owner is not None or row.closed_at is not None:
        return []
    owned = await cases.change(tx, case_id, owner=actor, **cases.NOTHING_PROPOSED)
    by = context.actor or context.sender
    await cases.tell(tx, case_id, at=context.now, by=by, event="assigned", actor=actor)
    await log(tx, context, "case", case_id, "assigned")
    return [CaseAssigned(case_id=case_id, person_id=row.person_id, version=owned.version, owner=actor, team=row.team)]


async def _reopened(tx: AsyncConnection, context: Context, row: Row[Any], reason: ReopeningReason) -> CaseReopened:
    values = {"phase": REOPENED, "closed_at": None, "closure_reason": None, "closure_exception": None}
    opened = await cases.change(tx, row.case_id, **values)
    await _told(tx, context, row.case_id, "reopened", code=row.closure_reason, after=reason)
    return CaseReopened(
        case_id=row.case_id, person_id=row.person_id, version=opened.version, phase=REOPENED, reason=reason
    )


async def _told(
    tx: AsyncConnection,
    context: Context,
    case_id: UUID,
    event: str,
    *,
    code: str | None = None,
    after: str | None = None,
) -> None:
    by = context.actor or context.sender
    await cases.tell(tx, case_id, at=context.now, by=by, event=event, code=code, code_after=after)
    await log(tx, context, "case", case_id, event)
