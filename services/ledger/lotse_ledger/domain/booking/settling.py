"""When the use of the city's money is booked, the settlement, and interest that a decision demands.

Which money a payment used is a projection (FIFO of the grant's part) and is booked only where it can change no more:
when a period is closed, and at the settlement. A late voucher, a refund or a reversal moves slices of earlier money,
so that entries booked with each payment would have to be corrected for reasons that no document shows. Booked as a
difference to what was booked before, the sum is right after every correction and any rebuild: until then
`liab:grant_unused` is what was received and not repaid, and after a settlement `income:grant` is the final grant to the
cent (I16). Where money that was booked as used goes back, or turns out never to have come, as much of that use is taken
back with it: the account never falls below zero (I13).
"""

from datetime import date
from typing import Any
from uuid import UUID

from lotse_contracts.ledger import AssessInterest, ComputeSettlement, PayInterest, WaiveInterest
from lotse_ledger.domain.acts import Interest
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import Rest, day, days, drafted, moved, said, summed
from lotse_ledger.domain.booking.known import Known, check_currency, one_of
from lotse_ledger.domain.entries import Draft, Posting
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.refusals import NotAllowed
from lotse_ledger.domain.reports.settling import SettlementReport, settlement_of
from lotse_ledger.domain.reports.use import fifo_of


def use_recognised(grant: Grant, until: date, period_id: UUID) -> Draft | None:
    """What was used until the last day of a period and is not booked as such yet; nothing if there is nothing.

    What was given back since then was not used, whatever the payments of that period say.
    """
    if grant.settlement is not None:
        return None
    used = min(fifo_of(grant, until).recognised, grant.disbursed - grant.repaid)
    return _use(grant, used - grant.recognised, until, period_id)


def use_corrected(grant: Grant, on: date, because: UUID, *, going_back: int = 0) -> Draft | None:
    """Booked use that no money is left for; nothing if there is enough. `going_back` is repaid now."""
    if grant.settlement is not None:
        return None
    return _use(grant, min(0, grant.disbursed - grant.repaid - going_back - grant.recognised), on, because)


def _use(grant: Grant, more: int, until: date, because: UUID) -> Draft | None:
    if not more:
        return None
    return Draft(
        key=f"use:{grant.grant_id}:{because}",
        kind="use_recognised",
        standing=grant.standing,
        valid_on=until,
        data={"amount": str(more), "until": until.isoformat(), "because": str(because)},
        request_sha256="",
        postings=moved(
            accounts.grant_unused(grant.grant_id), accounts.grant_income(grant.grant_id), more, grant.currency
        ),
        grant_id=grant.grant_id,
    )


def settlement(order: ComputeSettlement, known: Known) -> Draft:
    """The final grant becomes income; the rest is to be repaid, or the city still owes it. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    if grant.settlement is not None:
        raise NotAllowed("settlement_booked", "grant_id")
    if grant.plan is None:
        raise NotAllowed("unknown_plan", "grant_id")
    report = settlement_of(grant)
    return drafted(
        order,
        key=f"settlement:{order.settlement_id}",
        kind="settlement",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",), **_computed(report)),
        rest=Rest(_settled(grant, report)),
    )


def interest(order: AssessInterest, known: Known) -> Draft:
    """A decision demands it: now it is a debt. Raises NotAllowed."""
    check_currency(known.grant(order.grant_id), order.currency)
    days(order, "period_from", "period_to")
    expense, owed = accounts.interest_expense(order.grant_id), accounts.interest_owed(order.grant_id)
    return drafted(
        order,
        key=f"interest:{order.interest_id}",
        kind="interest_assessed",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(moved(expense, owed, order.amount, order.currency)),
    )


def interest_waived(order: WaiveInterest, known: Known) -> Draft:
    """What is left of it is demanded no more. Raises NotAllowed."""
    found = _open_interest(known.grant(order.grant_id), order.interest_id)
    left = found.amount - found.paid
    owed, expense = accounts.interest_owed(order.grant_id), accounts.interest_expense(order.grant_id)
    return drafted(
        order,
        key=f"interest-waived:{order.interest_id}",
        kind="interest_waived",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",), amount=left),
        rest=Rest(moved(owed, expense, left, known.grant(order.grant_id).currency)),
    )


def interest_paid(order: PayInterest, known: Known) -> Draft:
    """Never more than is left. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    found = _open_interest(grant, order.interest_id)
    left = found.amount - found.paid
    if order.amount > left:
        raise NotAllowed("over_interest", "amount", allowed=left)
    return drafted(
        order,
        key=f"interest-paid:{order.payment_id}",
        kind="interest_paid",
        valid_on=day(order.paid_on, "paid_on"),
        data=said(order, without=("paid_on",)),
        rest=Rest(moved(accounts.interest_owed(order.grant_id), accounts.BANK, order.amount, grant.currency)),
    )


def _open_interest(grant: Grant, interest_id: UUID) -> Interest:
    found = one_of(grant.interests, lambda one: one.interest_id == interest_id, "unknown_interest", "interest_id")
    if found.state != "open":
        raise NotAllowed("interest_settled", "interest_id")
    return found


def _settled(grant: Grant, report: SettlementReport) -> tuple[Posting, ...]:
    held = grant.disbursed - grant.repaid - grant.recognised
    more = report.final.amount - grant.recognised
    grant_id, currency = grant.grant_id, grant.currency
    return summed(
        Posting(accounts.grant_unused(grant_id), held, currency),
        Posting(accounts.receivable(grant_id), report.balance.final_payment, currency),
        Posting(accounts.grant_income(grant_id), -more, currency),
        Posting(accounts.to_repay(grant_id), -report.balance.recovery, currency),
    )


def _computed(report: SettlementReport) -> dict[str, Any]:
    """The whole sum, so that anybody can compute it again, with each rule and parameter."""
    return {
        "awarded": str(report.final.awarded),
        "final_grant": str(report.final.amount),
        "reduction": str(report.final.reduction),
        "to_repay": str(report.balance.recovery),
        "to_receive": str(report.balance.final_payment),
        "disbursed": str(report.disbursed),
        "repaid": str(report.repaid),
        "planned": _funds(report.planned.costs, report.planned.own, report.planned.other),
        "actual": _funds(report.actual.costs, report.actual.own, report.actual.other),
        "rules": [_cited(one) for one in report.final.citations],
    }


def _funds(costs: int, own: int, other: int) -> dict[str, str]:
    return {"costs": str(costs), "own": str(own), "other": str(other)}


def _cited(one: Citation) -> dict[str, object]:
    return {"rule": one.rule, "parameter": one.parameter, "value": one.value, "stated": one.stated}
