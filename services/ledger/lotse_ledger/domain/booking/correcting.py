"""Taking back an entry, once; and whether something that came later stands on it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lotse_contracts.ledger import ReverseEntry
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import day, request_of
from lotse_ledger.domain.booking.known import Known
from lotse_ledger.domain.booking.settling import use_corrected
from lotse_ledger.domain.entries import Draft, Recorded, reversal_of
from lotse_ledger.domain.grants import Grant, grants_of, in_force
from lotse_ledger.domain.law.parts import UnknownVoucher
from lotse_ledger.domain.law.terms import WHOLE_BP
from lotse_ledger.domain.refusals import NotAllowed
from lotse_ledger.domain.reports.use import fifo_of


def reversal(order: ReverseEntry, known: Known) -> tuple[Draft, ...]:
    """The mirror of an entry on its own day, or on the first open one. Raises NotAllowed.

    Use that was booked of money which with it never came is corrected before it.
    """
    if known.target is None:
        raise NotAllowed("unknown_entry", "log_index")
    valid_on = known.target.valid_on if order.valid_on is None else day(order.valid_on, "valid_on")
    check_nothing_stands_on(known.target, known)
    drafted = reversal_of(known.target, reason=order.reason, valid_on=valid_on)
    own = replace(
        drafted,
        key=f"reversal:{order.reversal_id}",
        request_sha256=request_of(order),
        moves_if_closed=order.valid_on is None,
    )
    corrected = [use_corrected(one, known.today, order.reversal_id) for one in _afterwards(known.target, known)]
    return (*(one for one in corrected if one is not None), own)


NAMED_BY: Mapping[str, tuple[str, frozenset[str]]] = {
    "plan": ("plan_id", frozenset({"plan_approved"})),
    "drawdown": ("drawdown_id", frozenset({"disbursement", "drawdown_withdrawn", "drawdown_expired"})),
    "disbursement": ("disbursement_id", frozenset({"repayment"})),
    "commitment": ("commitment_id", frozenset({"commitment_released", "voucher"})),
    "voucher": ("voucher_id", frozenset({"refund"})),
    "proof": ("proof_id", frozenset({"proof"})),
    "finding": ("finding_id", frozenset({"finding_resolved"})),
    "interest_assessed": ("interest_id", frozenset({"interest_paid", "interest_waived"})),
    "voucher_question": ("voucher_id", frozenset({"voucher_question_answered", "voucher_question_settled"})),
}
"""By kind, the id under which later entries of these kinds name it."""
SETTLEMENT = "settlement"
SETTLED_FROM = frozenset(
    {
        *("decision", "plan", "plan_approved", "excess_approved", "voucher", "refund", "income"),
        *("disbursement", "repayment", "use_recognised"),
    }
)
"""What a settlement was computed from; a notice or a finding before it may still be taken back."""
MOVED_AS_SETTLED = frozenset({"disbursement", "repayment"})


def check_nothing_stands_on(target: Recorded, known: Known) -> None:
    """An entry that a later one names, or without which sums would not hold, stays in force; so does the reversal of
    one that fits no more. Raises NotAllowed.

    What was broken before counts no more: a freeze or a revocation does not make the past invalid.
    """
    now, then = in_force(known.entries), in_force([*known.entries, _reversing(target, known)])
    there = {one.log_index for one in now}
    back = [one for one in then if one.log_index not in there]
    if any(_is_named(target, one) for one in now) or any(_fits_no_more(one, then, known) for one in back):
        raise NotAllowed("depended_on", "log_index")
    taken = sum(row.amount for row in target.postings if row.account == accounts.CASH)
    if 0 < taken > known.cash:
        raise NotAllowed("depended_on", "log_index")
    before = _broken(grants_of(known.entries, ""), known)
    after = _broken(_afterwards(target, known), known)
    if after - before:
        raise NotAllowed("depended_on", "log_index")


def _is_named(target: Recorded, by: Recorded) -> bool:
    """Whether a later entry names it; money that moved since a settlement was booked as the settlement has it."""
    if by.log_index <= target.log_index:
        return False
    if target.kind == SETTLEMENT:
        return by.kind in MOVED_AS_SETTLED and by.grant_id == target.grant_id
    name, kinds = NAMED_BY.get(target.kind, ("", frozenset()))
    return by.kind in kinds and by.data.get(name) == target.data[name]


def _fits_no_more(back: Recorded, then: Sequence[Recorded], known: Known) -> bool:
    """Whether an entry whose reversal is taken back names what is gone, ends what moved on, or is charged elsewhere."""
    for kind, (name, kinds) in NAMED_BY.items():
        if back.kind in kinds and name in back.data:
            named = [one for one in then if one.kind == kind and one.data.get(name) == back.data[name]]
            if not named:
                return True
    if back.kind == "voucher":
        charged = sum(int(share["basis_points"]) for one in (back, *known.twins) for share in one.data["shares"])
        return charged > WHOLE_BP
    grants = grants_of(known.entries, "")
    if back.kind in ("drawdown_withdrawn", "drawdown_expired"):
        asked = [one for grant in grants for one in grant.drawdowns if str(one.drawdown_id) == back.data["drawdown_id"]]
        return any(one.open_amount != int(back.data["amount"]) for one in asked)
    if back.kind in ("interest_paid", "interest_waived"):
        owed = [one for grant in grants for one in grant.interests if str(one.interest_id) == back.data["interest_id"]]
        return any(one.state != "open" or one.amount - one.paid < int(back.data["amount"]) for one in owed)
    return False


def _afterwards(target: Recorded, known: Known) -> tuple[Grant, ...]:
    """The grants without this entry."""
    return grants_of([*known.entries, _reversing(target, known)], "")


def _reversing(target: Recorded, known: Known) -> Recorded:
    index = 1 + max((one.log_index for one in known.entries), default=target.log_index)
    return replace(target, log_index=index, kind="reversal", reverses=target.log_index, data={}, postings=())


def _broken(grants: Iterable[Grant], known: Known) -> frozenset[str]:
    return frozenset(name for grant in grants for name in _broken_of(grant, known))


def _broken_of(grant: Grant, known: Known) -> Iterable[str]:
    """Each by a name that tells it from others."""
    yield from (f"commitment {one.commitment_id}" for one in grant.commitments if one.left < 0)
    versions = Counter(one.version for one in grant.plans)
    yield from (f"plan {grant.grant_id} {version}" for version, count in versions.items() if count > 1)
    yield from (f"drawdown {one.drawdown_id}" for one in grant.drawdowns if one.paid_out > one.amount)
    yield from (f"award {grant.grant_id} {year}" for year in grant.budget_years if _is_overdrawn(grant, year))
    if grant.settlement is not None:  # it stands on what it was computed from
        before = [one for one in known.entries if one.log_index < grant.settlement.log_index]
        basis = sum(1 for one in before if one.kind in SETTLED_FROM and one.log_index in grant.entries)
        yield f"settlement {grant.settlement.log_index} on {basis} entries"
    try:
        if fifo_of(grant, known.today).fifo.repaid_beyond:
            yield f"repayments {grant.grant_id}"
    except UnknownVoucher:
        yield f"use {grant.grant_id}"


def _is_overdrawn(grant: Grant, budget_year: int) -> bool:
    drawn = sum(one.open_amount for one in grant.drawdowns if one.budget_year == budget_year)
    drawn += sum(one.amount for one in grant.disbursements if one.budget_year == budget_year)
    return drawn > grant.awarded_for(budget_year)
