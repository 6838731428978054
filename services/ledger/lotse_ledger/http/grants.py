"""The queries about a grant: decisions, plan, money, deadlines; each answer names its rules and the parameters used."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from lotse_chassis.faults import Refused
from lotse_ledger.domain import reports
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.headroom import Headroom
from lotse_ledger.domain.law.interest import rates_of
from lotse_ledger.domain.reports.duties import Notices
from lotse_ledger.domain.reports.settling import SettlementReport
from lotse_ledger.http import shaped
from lotse_ledger.http.answers_of_grants import (
    DeadlinesShape,
    DrawdownsShape,
    FifoShape,
    GrantShape,
    GrantsShape,
    InterestShape,
    OfGrant,
    PlanShape,
    SollIstShape,
    T,
)
from lotse_ledger.http.books import grants_at, one_grant
from lotse_ledger.http.dates import Books, Reading
from lotse_ledger.http.exchange import may_change, router
from lotse_ledger.http.shipped import base_rates

AMOUNT_MAX = 10**12  # cents, as an order holds
LINE_PATTERN = r"^[a-z][a-z0-9_]{0,40}$"
VERSION_MAX = 1_000

GrantId = Annotated[UUID, Path(description="as `/v1/grants` names it")]

routes = router()


@routes.get("/grants")
async def grants(at: Books) -> GrantsShape:
    """Every grant at a glance."""
    return GrantsShape(**shaped.dated(at.as_of), grants=tuple(shaped.grant(one) for one in await grants_at(at)))


@routes.get("/grants/{grant_id}")
async def grant(grant_id: GrantId, at: Books) -> GrantShape:
    """One grant with its decisions, proofs and findings."""
    return shaped.grant(await one_grant(at, grant_id))


@routes.get("/grants/{grant_id}/plan")
async def plan(
    grant_id: GrantId, at: Books, version: Annotated[int | None, Query(ge=1, le=VERSION_MAX)] = None
) -> OfGrant[PlanShape]:
    """A version of the plan; the latest where none is named."""
    found = await one_grant(at, grant_id)
    wanted = [one for one in found.plans if version is None or one.version == version]
    if not wanted:
        raise Refused("unknown_plan", fields=("version",))
    chosen = wanted[-1]
    versions = tuple(one.version for one in found.plans)
    return _answer(at, found, PlanShape(versions=versions, plan=chosen, total=chosen.total))


@routes.get("/grants/{grant_id}/soll-ist")
async def soll_ist(grant_id: GrantId, at: Books) -> OfGrant[SollIstShape]:
    """Plan against actual: each cost line planned, bound, spent, left, and what the rule lets be spent on it."""
    found = await one_grant(at, grant_id)
    return _answer(at, found, shaped.soll_ist(reports.soll_ist(found)))


@routes.get("/grants/{grant_id}/headroom")
async def headroom(
    grant_id: GrantId,
    at: Books,
    line: Annotated[str, Query(pattern=LINE_PATTERN)],
    amount: Annotated[int, Query(ge=1, le=AMOUNT_MAX, description="cents")],
) -> OfGrant[Headroom]:
    """What if this amount were spent on this line now; contracts count as if they were paid."""
    found = await one_grant(at, grant_id)
    return _answer(at, found, reports.headroom(found, line, amount))


@routes.get("/grants/{grant_id}/fifo")
async def fifo(grant_id: GrantId, at: Books) -> OfGrant[FifoShape]:
    """Which disbursement each payment used, and by when the rest must be used."""
    found = await one_grant(at, grant_id)
    report = reports.fifo_of(found, at.as_of.valid_to)
    shape = FifoShape(
        parts=report.parts,
        fifo=report.fifo,
        recognised=report.recognised,
        unused_total=report.unused,
        overdue=report.overdue,
    )
    return _answer(at, found, shape)


@routes.get("/grants/{grant_id}/interest")
async def interest(request: Request, grant_id: GrantId, at: Books) -> OfGrant[InterestShape]:
    """What the city could claim for late use; without a known base rate it names the half-year and no amount."""
    may_change(request)  # a rate may be entered into the table later
    found = await one_grant(at, grant_id)
    preview = reports.interest_of(found, rates_of(base_rates()), at.as_of.valid_to)
    return _answer(at, found, InterestShape(preview=preview, is_waived=preview.is_waived))


@routes.get("/grants/{grant_id}/settlement")
async def settlement(grant_id: GrantId, at: Books) -> OfGrant[SettlementReport]:
    """The final grant as it stands; nothing is booked by asking."""
    found = await one_grant(at, grant_id)
    return _answer(at, found, reports.settlement_of(found))


@routes.get("/grants/{grant_id}/deadlines")
async def deadlines_of(grant_id: GrantId, at: Books) -> DeadlinesShape:
    """What must be handed in or used by when, for one grant."""
    return _deadlines(at, (await one_grant(at, grant_id),))


@routes.get("/grants/{grant_id}/notices")
async def notices(grant_id: GrantId, at: Books) -> OfGrant[Notices]:
    """What the city was told, and what the books show that it was not told yet (R13)."""
    found = await one_grant(at, grant_id)
    return _answer(at, found, reports.notices_of(found, at.as_of.valid_to))


@routes.get("/grants/{grant_id}/drawdowns")
async def drawdowns(grant_id: GrantId, at: Books) -> OfGrant[DrawdownsShape]:
    """What was asked for, what arrived, what went back."""
    found = await one_grant(at, grant_id)
    shape = DrawdownsShape(
        drawdowns=tuple(shaped.drawdown(one, found.standing) for one in found.drawdowns),
        disbursements=found.disbursements,
        repayments=found.repayments,
    )
    return _answer(at, found, shape)


@routes.get("/deadlines")
async def deadlines(at: Books) -> DeadlinesShape:
    """What must be handed in or used by when, over all grants."""
    return _deadlines(at, await grants_at(at))


def _deadlines(at: Reading, found: tuple[Grant, ...]) -> DeadlinesShape:
    rows = [shaped.deadline(duty) for one in found for duty in reports.deadlines_of_grant(one, at.as_of.valid_to)]
    ordered = tuple(sorted(rows, key=lambda due: (due.due_on, due.deadline, due.grant_id)))
    return DeadlinesShape(**shaped.dated(at.as_of), deadlines=ordered)


def _answer(at: Reading, one: Grant, answer: T) -> OfGrant[T]:
    return OfGrant(
        **shaped.dated(at.as_of), standing=one.standing, grant_id=one.grant_id, currency=one.currency, answer=answer
    )
