"""Versions of the plan, and contracts that bind part of a line before anything is paid."""

from collections import Counter
from collections.abc import Sequence

from lotse_contracts.ledger import ApprovePlan, EnterCommitment, PlanLine, ReleaseCommitment, SubmitPlan
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import Rest, day, drafted, moved, said
from lotse_ledger.domain.booking.known import Known, check_currency, one_of
from lotse_ledger.domain.entries import Draft
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.refusals import NotAllowed


def submitted(order: SubmitPlan, known: Known) -> Draft:
    """A version whose costs equal its funding (I5); it moves nothing. Raises NotAllowed."""
    if sum(line.amount for line in order.costs) != sum(line.amount for line in order.funding):
        raise NotAllowed("plan_not_balanced", "costs", "funding")
    _check_lines_once(order.costs, "costs")
    _check_lines_once(order.funding, "funding")
    grant = known.grants.get(order.grant_id)
    if grant is not None:
        _check_version(order, grant)
    return drafted(
        order,
        key=f"plan:{order.plan_id}",
        kind="plan",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(),
    )


def approved(order: ApprovePlan, known: Known) -> Draft:
    """The city approved this version. Raises NotAllowed."""
    plans = known.grant(order.grant_id).plans
    one_of(plans, lambda one: one.plan_id == order.plan_id, "unknown_plan", "plan_id")
    return drafted(
        order,
        key=f"plan-approved:{order.plan_id}",
        kind="plan_approved",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(),
    )


def committed(order: EnterCommitment, known: Known) -> Draft:
    """A contract, held against its line. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    check_currency(grant, order.currency)
    check_line(grant, order.line)
    line, rest = accounts.committed(order.grant_id, order.line), accounts.committed_open(order.grant_id)
    return drafted(
        order,
        key=f"commitment:{order.commitment_id}",
        kind="commitment",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(moved(line, rest, order.amount, order.currency)),
    )


def released(order: ReleaseCommitment, known: Known) -> Draft:
    """Of a contract, as much as the order says or all that is left. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    found = one_of(
        grant.commitments, lambda one: one.commitment_id == order.commitment_id, "unknown_commitment", "commitment_id"
    )
    amount = found.left if order.amount is None else order.amount
    if amount > found.left:
        raise NotAllowed("over_commitment", "amount", allowed=found.left)
    line, rest = accounts.committed(order.grant_id, found.line), accounts.committed_open(order.grant_id)
    return drafted(
        order,
        key=f"release:{order.release_id}",
        kind="commitment_released",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",), amount=amount),
        rest=Rest(moved(rest, line, amount, grant.currency)),
    )


def check_line(grant: Grant, line: str, name: str = "line") -> None:
    """A line that no plan ever had may take nothing; while there is no plan, none is checked. Raises NotAllowed."""
    if grant.plans and line not in {one.line for plan in grant.plans for one in plan.costs}:
        raise NotAllowed("unknown_line", name)


def _check_lines_once(lines: Sequence[PlanLine], name: str) -> None:
    if Counter(line.line for line in lines).most_common(1)[0][1] > 1:
        raise NotAllowed("line_twice", name)


def _check_version(order: SubmitPlan, grant: Grant) -> None:
    if grant.decisions:
        check_currency(grant, order.currency)
    if any(one.version == order.version for one in grant.plans):
        raise NotAllowed("version_taken", "version")
    others = [line for line in order.funding if line.kind not in (None, "grant") and line.amount]
    if grant.financing_type == "full" and others:
        raise NotAllowed("full_has_other_funds", "funding")
