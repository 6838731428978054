"""Which money each payment used, by when the rest must be used, and what interest the city could claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.acts import Decision
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law import fifo as law
from lotse_ledger.domain.law.fifo import Fifo, Unused
from lotse_ledger.domain.law.interest import BaseRate, InterestPreview, claims_of, interest_preview
from lotse_ledger.domain.law.parts import Award, GrantPart, Paid, Parts, parts_of, settled

NO_DECISION = "none"
Pools: TypeAlias = tuple[tuple[Decision, str], ...]


@dataclass(frozen=True)
class FifoReport:
    """`parts` is what the grant bears of each payment, `fifo` which disbursement that took.

    `recognised` is what of the disbursed money counts as used, `unused` the rest that was not repaid.
    """

    grant_id: UUID
    standing: Standing
    currency: str
    today: date
    parts: tuple[GrantPart, ...]
    fifo: Fifo

    @property
    def is_demo(self) -> bool:
        """Whether every row must say DEMO."""
        return self.standing == "demo"

    @property
    def recognised(self) -> int:
        """Cents of disbursed money that a payment used."""
        used = sum(one.amount for one in self.fifo.slices if one.ended == "used")
        return used - sum(one.amount for one in self.fifo.returned)

    @property
    def unused(self) -> int:
        """Cents received, neither used nor repaid (I13: never below zero)."""
        return self.fifo.unused_total

    @property
    def overdue(self) -> tuple[Unused, ...]:
        """What should have been used by now."""
        return tuple(one for one in self.fifo.unused if one.is_overdue(self.today))


def fifo_of(grant: Grant, today: date) -> FifoReport:
    """The use of every disbursement by the grant's part of each payment, up to this day.

    After a settlement the parts are trued up, so that they sum to the final grant.
    """
    pools = _pools(grant)
    parts = _parts(grant, pools, today)
    pool_of = {part.log_index: name for name, its in parts for part in its.parts}
    flat = sorted((part for _, its in parts for part in its.parts), key=lambda one: (one.day, one.log_index))
    if grant.settlement is not None and grant.settlement.valid_on <= today:
        flat = list(settled(flat, grant.settlement.final_grant).parts)
    uses = [law.Use(one.log_index, pool_of[one.log_index], one.day, one.part, one.refunds) for one in flat]
    by_id = {one.disbursement_id: one.log_index for one in grant.disbursements}
    found = law.fifo(
        [
            law.Disbursement(
                one.log_index, _pool_of_year(pools, one.budget_year), one.credited_on, one.amount, one.ordered_on
            )
            for one in grant.disbursements
            if one.credited_on <= today
        ],
        uses,
        [
            law.Repayment(
                one.log_index,
                _pool_of_year(pools, one.budget_year),
                one.paid_on,
                one.amount,
                by_id.get(one.disbursement_id) if one.disbursement_id else None,
            )
            for one in grant.repayments
            if one.paid_on <= today
        ],
        grant.terms,
    )
    return FifoReport(grant.grant_id, grant.standing, grant.currency, today, tuple(flat), found)


def unused_of_year(grant: Grant, today: date, budget_year: int) -> int:
    """Cents of the award that gives to this budget year, received and neither used nor repaid."""
    pools = _pools(grant)
    pool_of = {one.log_index: _pool_of_year(pools, one.budget_year) for one in grant.disbursements}
    wanted = _pool_of_year(pools, budget_year)
    return sum(one.amount for one in fifo_of(grant, today).fifo.unused if pool_of[one.disbursement] == wanted)


def interest_of(grant: Grant, rates: Sequence[BaseRate], today: date) -> InterestPreview:
    """The risk, should the city claim it; no amount where a base rate is unknown."""
    claims = claims_of(fifo_of(grant, today).fifo, grant.terms, today)
    return interest_preview(claims, rates, grant.terms)


def _pools(grant: Grant) -> Pools:
    """The awards, each with the pool of its money and that of its amendments.

    Awards that give to one budget year share a pool: a disbursement names the year and not the decision.
    """
    found: list[tuple[Decision, str]] = []
    for award in (one for one in grant.decisions if one.type == "award"):
        shared = [name for one, name in found if _years(one) & _years(award)]
        pool = shared[0] if shared else str(award.decision_id)
        found = [(one, pool if name in shared else name) for one, name in found]
        found.append((award, pool))
    return tuple(found)


def _years(award: Decision) -> set[int]:
    return {year for year, _ in award.years}


def _pool_of_year(pools: Pools, budget_year: int) -> str:
    """Money belongs to the award of its budget year; the latest one where none names that year."""
    for one, name in reversed(pools):
        if budget_year in _years(one):
            return name
    return pools[-1][1] if pools else NO_DECISION


def _pool_of_day(pools: Pools, day: date) -> str:
    """A payment belongs to the award whose period it lies in; before any, to the first."""
    for one, name in reversed(pools):
        if one.period.first <= day:
            return name
    return pools[0][1] if pools else NO_DECISION


def _parts(grant: Grant, pools: Pools, today: date) -> list[tuple[str, Parts]]:
    day_of = {one.log_index: one.paid_on for one in grant.vouchers}
    index_of = {one.voucher_id: one.log_index for one in grant.vouchers}
    payments: dict[str, dict[int, Paid]] = {}
    for one in grant.vouchers:
        if one.paid_on <= today:
            pool = _pool_of_day(pools, one.paid_on)
            _collect(payments, pool, Paid(one.log_index, one.paid_on, one.eligible, _award(grant, pools, one.paid_on)))
    for back in grant.refunds:
        of = index_of.get(back.voucher_id)
        if of is None or not back.amount:
            continue
        day = max(back.received_on, day_of[of])
        if day <= today:
            award = _award(grant, pools, day_of[of])
            _collect(payments, _pool_of_day(pools, day_of[of]), Paid(back.log_index, day, -back.amount, award, of))
    return [(pool, parts_of(list(its.values()), grant.terms)) for pool, its in payments.items()]


def _collect(payments: dict[str, dict[int, Paid]], pool: str, paid: Paid) -> None:
    """Several lines of one voucher are one payment."""
    its = payments.setdefault(pool, {})
    before = its.get(paid.log_index)
    amount = paid.amount + (before.amount if before else 0)
    its[paid.log_index] = Paid(paid.log_index, paid.day, amount, paid.award, paid.refunds)


def _award(grant: Grant, pools: Pools, day: date) -> Award:
    """The decision and the plan in force at a payment; before the decision, the first one that came."""
    pool = _pool_of_day(pools, day)
    its = [one for one, name in pools if name == pool]
    start = its[0].valid_on if its else day
    years = {year for one in its for year in _years(one)}
    amount = sum(
        part for one in grant.decisions if one.valid_on <= max(day, start) for year, part in one.years if year in years
    )
    plan = grant.plan_on(day)
    if plan is None:
        return Award(max(0, amount), max(0, amount), 0, 0)
    other = plan.funded_by("third_party_public", "third_party_private", "income")
    return Award(max(0, amount), plan.total, plan.funded_by("own"), other)
