"""Taking back an entry, once; and whether something that came later stands on it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lotse_contracts.ledger import ReverseEntry
from lotse_ledger.domain.booking.drafting import day, request_of
from lotse_ledger.domain.booking.known import Known
from lotse_ledger.domain.entries import Draft, Recorded, reversal_of
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.law.parts import UnknownVoucher
from lotse_ledger.domain.refusals import NotAllowed
from lotse_ledger.domain.reports.use import fifo_of


def reversal(order: ReverseEntry, known: Known) -> Draft:
    """The mirror of an entry on its own day, or on the first open one. Raises NotAllowed."""
    if known.target is None:
        raise NotAllowed("unknown_entry", "log_index")
    valid_on = known.target.valid_on if order.valid_on is None else day(order.valid_on, "valid_on")
    check_nothing_stands_on(known.target, known)
    drafted = reversal_of(known.target, reason=order.reason, valid_on=valid_on)
    return replace(
        drafted,
        key=f"reversal:{order.reversal_id}",
        request_sha256=request_of(order),
        moves_if_closed=order.valid_on is None,
    )


def check_nothing_stands_on(target: Recorded, known: Known) -> None:
    """What would not hold any more without this entry keeps it in force. What was broken before counts no more."""
    before = _broken(grants_of(known.entries, ""), known)
    after = _broken(grants_of([*known.entries, _reversing(target, known)], ""), known)
    if after - before:
        raise NotAllowed("depended_on", "log_index")


def _reversing(target: Recorded, known: Known) -> Recorded:
    index = 1 + max((one.log_index for one in known.entries), default=target.log_index)
    return replace(target, log_index=index, kind="reversal", reverses=target.log_index, data={}, postings=())


def _broken(grants: Iterable[Grant], known: Known) -> frozenset[str]:
    return frozenset(name for grant in grants for name in _broken_of(grant, known))


def _broken_of(grant: Grant, known: Known) -> Iterable[str]:
    """Each by a name that tells it from others."""
    vouchers = {one.voucher_id for one in grant.vouchers}
    yield from (f"refund {one.refund_id}" for one in grant.refunds if one.voucher_id not in vouchers)
    yield from (f"commitment {one.commitment_id}" for one in grant.commitments if one.left < 0)
    yield from _drawdowns(grant)
    yield from _awards(grant)
    yield from _dangling(grant)
    try:
        if fifo_of(grant, known.today).fifo.repaid_beyond:
            yield f"repayments {grant.grant_id}"
    except UnknownVoucher:
        yield f"use {grant.grant_id}"


def _drawdowns(grant: Grant) -> Iterable[str]:
    asked = {one.drawdown_id for one in grant.drawdowns}
    yield from (f"drawdown {one.drawdown_id}" for one in grant.drawdowns if one.paid_out > one.amount)
    for one in grant.disbursements:
        if one.drawdown_id is not None and one.drawdown_id not in asked:
            yield f"disbursement {one.disbursement_id}"


def _awards(grant: Grant) -> Iterable[str]:
    for year in grant.budget_years:
        drawn = sum(one.open_amount for one in grant.drawdowns if one.budget_year == year)
        drawn += sum(one.amount for one in grant.disbursements if one.budget_year == year)
        if drawn > grant.awarded_for(year):
            yield f"award {grant.grant_id} {year}"


def _dangling(grant: Grant) -> Iterable[str]:
    """A settlement stands on everything that it computed from: only itself may be taken back."""
    settled = grant.settlement
    if settled is not None:
        basis: Sequence[int] = [one for one in grant.entries if one < settled.log_index]
        yield f"settlement {settled.log_index} on {len(basis)} entries"
