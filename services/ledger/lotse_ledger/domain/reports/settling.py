"""The final grant as it stands: what remains of the award, and what follows from it for the money."""

from dataclasses import dataclass
from uuid import UUID

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.financing import Balance, FinalGrant, Funds, balance_of, final_grant

OTHER_SOURCES = ("third_party_public", "third_party_private", "participants", "donations")


@dataclass(frozen=True)
class SettlementReport:
    """`planned` and `actual` are what the formula compares; `balance` is against what is disbursed and not repaid."""

    grant_id: UUID
    standing: Standing
    currency: str
    planned: Funds
    actual: Funds
    final: FinalGrant
    disbursed: int
    repaid: int
    balance: Balance
    is_booked: bool

    @property
    def is_demo(self) -> bool:
        """Whether every row must say DEMO."""
        return self.standing == "demo"


def settlement_of(grant: Grant) -> SettlementReport:
    """Compute it from the plan in force and what came of it; nothing is booked by asking."""
    planned, actual = _planned(grant), _actual(grant)
    final = final_grant(grant.awarded, planned, actual, grant.terms)
    return SettlementReport(
        grant_id=grant.grant_id,
        standing=grant.standing,
        currency=grant.currency,
        planned=planned,
        actual=actual,
        final=final,
        disbursed=grant.disbursed,
        repaid=grant.repaid,
        balance=balance_of(final.amount, grant.disbursed - grant.repaid),
        is_booked=grant.settlement is not None,
    )


def _planned(grant: Grant) -> Funds:
    plan = grant.plan
    if plan is None:
        return Funds(grant.awarded, 0, 0)
    other = plan.funded_by("third_party_public", "third_party_private", "income")
    return Funds(plan.total, plan.funded_by("own"), other)


def _actual(grant: Grant) -> Funds:
    return Funds(grant.plan_use().counted, grant.income_of("own"), grant.income_of(*OTHER_SOURCES))
