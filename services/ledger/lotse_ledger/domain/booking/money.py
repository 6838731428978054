"""Money of the city and of others: asked for, arrived, given back."""

from datetime import date

from lotse_contracts.ledger import (
    MoveCash,
    RecordDisbursement,
    RecordIncome,
    RecordRepayment,
    RequestDrawdown,
    WithdrawDrawdown,
)
from lotse_ledger.domain.acts import Drawdown, Settled
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import Rest, day, days, drafted, moved, said, summed
from lotse_ledger.domain.booking.known import Known, check_currency, one_of
from lotse_ledger.domain.booking.settling import use_corrected
from lotse_ledger.domain.entries import Draft, Posting
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.drawdowns import Due, expiry_of, need_of
from lotse_ledger.domain.refusals import NotAllowed
from lotse_ledger.domain.reports.use import fifo_of, unused_of_year

ABOVE_NEED = "above_need"


def drawdown(order: RequestDrawdown, known: Known) -> Draft:
    """Part of the award is asked for (I4); more than is needed soon is a warning only (R6). Raises NotAllowed."""
    requested_on = day(order.requested_on, "requested_on")
    days(order, "expires_on")
    grant = known.grant(order.grant_id)
    check_currency(grant, order.currency)
    left = undrawn_of(grant, order.budget_year)
    if order.amount > left:
        raise NotAllowed("over_award", "amount", "budget_year", allowed=max(0, left))
    year = order.budget_year
    expires_on = order.expires_on or expiry_of(year).on.isoformat()
    asked, rest = accounts.drawdown_requested(order.grant_id, year), accounts.awarded(order.grant_id, year)
    return drafted(
        order,
        key=f"drawdown:{order.drawdown_id}",
        kind="drawdown",
        valid_on=requested_on,
        data=said(
            order,
            without=("requested_on",),
            expires_on=expires_on,
            warnings=warnings_on(grant, order.amount, requested_on),
        ),
        rest=Rest(moved(asked, rest, order.amount, order.currency)),
    )


def withdrawn(order: WithdrawDrawdown, known: Known) -> Draft:
    """What of a request has not arrived is asked for no more. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    found = _open_drawdown(grant, order.drawdown_id)
    return drafted(
        order,
        key=f"drawdown-ended:{order.drawdown_id}",
        kind="drawdown_withdrawn",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",), amount=found.open_amount),
        rest=Rest(_given_up(grant, found), budget_year=found.budget_year),
    )


def expired(grant: Grant, found: Drawdown, today: date) -> Draft:
    """The last day of a request is over; the day after, what has not arrived is asked for no more."""
    return Draft(
        key=f"drawdown-expired:{found.drawdown_id}",
        kind="drawdown_expired",
        standing=grant.standing,
        valid_on=today,
        data={
            "drawdown_id": str(found.drawdown_id),
            "amount": str(found.open_amount),
            "expired_on": found.expires_on.isoformat(),
        },
        request_sha256="",
        postings=_given_up(grant, found),
        grant_id=grant.grant_id,
        budget_year=found.budget_year,
    )


def disbursement(order: RecordDisbursement, known: Known) -> Draft:
    """The city's money arrived: never more than awarded, on a request never more than asked for. Raises NotAllowed."""
    credited_on = day(order.credited_on, "credited_on")
    days(order, "ordered_on")
    grant = known.grant(order.grant_id)
    check_currency(grant, order.currency)
    year, amount = order.budget_year, order.amount
    if order.drawdown_id is None:
        _check_left(amount, undrawn_of(grant, year), "over_award")
        source = accounts.awarded(order.grant_id, year)
    else:
        asked = _open_drawdown(grant, order.drawdown_id)
        _check_left(amount, asked.open_amount, "over_drawdown")
        year = asked.budget_year
        _check_left(amount, grant.awarded_for(year) - _arrived(grant, year), "over_award")
        source = accounts.drawdown_requested(order.grant_id, year)
    promised = moved(accounts.disbursed(order.grant_id, year), source, amount, order.currency)
    money = _received(grant, amount, order.currency)
    return drafted(
        order,
        key=f"disbursement:{order.disbursement_id}",
        kind="disbursement",
        valid_on=credited_on,
        data=said(order, without=("credited_on",)),
        rest=Rest((*promised, *money), budget_year=year),
    )


def income(order: RecordIncome, known: Known) -> Draft:
    """Money of anybody but the city covers all costs of the purpose (R2). Raises NotAllowed."""
    received_on = day(order.received_on, "received_on")
    check_currency(known.grant(order.grant_id), order.currency)
    account = accounts.income(order.source, order.grant_id)
    return drafted(
        order,
        key=f"income:{order.income_id}",
        kind="income",
        valid_on=received_on,
        data=said(order, without=("received_on",)),
        rest=Rest(moved(accounts.BANK, account, order.amount, order.currency)),
    )


def cash_moved(order: MoveCash, known: Known) -> Draft:
    """Between the bank and the cash box, which is never below zero (I2). Raises NotAllowed."""
    moved_on = day(order.moved_on, "moved_on")
    if order.direction == "to_bank":
        _check_left(order.amount, known.cash, "over_cash")
    sign = 1 if order.direction == "to_cash" else -1
    return drafted(
        order,
        key=f"cash:{order.transfer_id}",
        kind="cash_moved",
        valid_on=moved_on,
        data=said(order, without=("moved_on",)),
        rest=Rest(moved(accounts.CASH, accounts.BANK, sign * order.amount, order.currency)),
    )


def repayment(order: RecordRepayment, known: Known) -> tuple[Draft, ...]:
    """Money goes back, as far as it is there: unused before a settlement, owed after it (I13). Raises NotAllowed.

    What was booked as used and is not any more is corrected before it.
    """
    paid_on = day(order.paid_on, "paid_on")
    grant = known.grant(order.grant_id)
    check_currency(grant, order.currency)
    year = order.budget_year or _oldest_year(grant, known.today) or paid_on.year
    if order.disbursement_id is not None:
        found = one_of(
            grant.disbursements,
            lambda one: one.disbursement_id == order.disbursement_id,
            "unknown_disbursement",
            "disbursement_id",
        )
        year = found.budget_year
    _check_left(order.amount, left_to_repay(grant, known.today, year), "over_disbursement")
    source = accounts.grant_unused if grant.settlement is None else accounts.to_repay
    back = moved(source(order.grant_id), accounts.BANK, order.amount, order.currency)
    promised = moved(
        accounts.recovered(order.grant_id, year), accounts.disbursed(order.grant_id, year), order.amount, order.currency
    )
    own = drafted(
        order,
        key=f"repayment:{order.repayment_id}",
        kind="repayment",
        valid_on=paid_on,
        data=said(order, without=("paid_on",)),
        rest=Rest(summed(*back, *promised), budget_year=year),
    )
    corrected = use_corrected(grant, known.today, order.repayment_id, going_back=order.amount)
    return (own,) if corrected is None else (corrected, own)


def left_to_repay(grant: Grant, today: date, budget_year: int) -> int:
    """What can go back, cents: before a settlement what no payment used of the money of that year's award.

    After it what the settlement says, and what came since beyond what the city still owed.
    """
    if grant.settlement is None:
        return unused_of_year(grant, today, budget_year)
    since = sum(one.amount for one in grant.repayments if one.log_index > grant.settlement.log_index)
    beyond = max(0, _received_since(grant, grant.settlement) - grant.settlement.to_receive)
    return grant.settlement.to_repay + beyond - since


def _oldest_year(grant: Grant, today: date) -> int | None:
    """The budget year of the oldest money that is not used, else of the oldest there is."""
    unused = {one.disbursement for one in fifo_of(grant, today).fifo.unused}
    found = [one for one in grant.disbursements if one.log_index in unused] or list(grant.disbursements)
    return found[0].budget_year if found else None


def warnings_on(grant: Grant, amount: int, requested_on: date) -> list[str]:
    """What of a request goes beyond what contracts bind soon; money in hand is used first (R6)."""
    report = fifo_of(grant, requested_on)
    costs = grant.plan.total if grant.plan else 0
    bound = sum(one.left for one in grant.commitments)
    part = bound * grant.awarded // costs if grant.financing_type == "share" and costs else bound
    waiting = sum(one.amount for one in report.fifo.waiting)
    due = [Due(requested_on, waiting + part)]
    need = need_of(amount, payout_on=requested_on, due=due, in_hand=report.unused, terms=grant.terms)
    return [ABOVE_NEED] if need.beyond_need else []


def _received(grant: Grant, amount: int, currency: str) -> tuple[Posting, ...]:
    """Before a settlement money is owed as unused; after it, it pays what the city still owes, and more goes back."""
    if grant.settlement is None:
        return moved(accounts.BANK, accounts.grant_unused(grant.grant_id), amount, currency)
    owed = min(amount, max(0, grant.settlement.to_receive - _received_since(grant, grant.settlement)))
    return summed(
        *moved(accounts.BANK, accounts.receivable(grant.grant_id), owed, currency),
        *moved(accounts.BANK, accounts.to_repay(grant.grant_id), amount - owed, currency),
    )


def _received_since(grant: Grant, settlement: Settled) -> int:
    return sum(one.amount for one in grant.disbursements if one.log_index > settlement.log_index)


def undrawn_of(grant: Grant, budget_year: int) -> int:
    """Awarded to a year, less what was asked for or arrived without a request."""
    asked = sum(one.open_amount for one in grant.drawdowns if one.budget_year == budget_year)
    return grant.awarded_for(budget_year) - asked - _arrived(grant, budget_year)


def _arrived(grant: Grant, budget_year: int) -> int:
    return sum(one.amount for one in grant.disbursements if one.budget_year == budget_year)


def _open_drawdown(grant: Grant, drawdown_id: object) -> Drawdown:
    found = one_of(grant.drawdowns, lambda one: one.drawdown_id == drawdown_id, "unknown_drawdown", "drawdown_id")
    if not found.open_amount:
        raise NotAllowed("drawdown_ended", "drawdown_id")
    return found


def _given_up(grant: Grant, found: Drawdown) -> tuple[Posting, ...]:
    year = found.budget_year
    asked, rest = accounts.drawdown_requested(grant.grant_id, year), accounts.awarded(grant.grant_id, year)
    return moved(rest, asked, found.open_amount, grant.currency)


def _check_left(amount: int, left: int, code: str) -> None:
    if amount > left:
        raise NotAllowed(code, "amount", allowed=max(0, left))
