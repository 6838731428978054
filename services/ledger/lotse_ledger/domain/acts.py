"""What happened to a grant, one shape for each kind of entry. Amounts in cents, days in Berlin."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from lotse_contracts.ledger import (
    ApplicationState,
    DecisionType,
    FinancingType,
    FundingKind,
    IncomeSource,
    PlanState,
    Standing,
    VoucherKind,
)

DrawdownState = Literal["open", "paid_out", "withdrawn", "expired"]
InterestState = Literal["open", "waived", "paid"]


@dataclass(frozen=True)
class Period:
    """First and last day of a grant."""

    first: date
    last: date


@dataclass(frozen=True)
class Application:
    """`amount` is None where it asks for the remainder."""

    log_index: int
    applicant: str
    state: ApplicationState
    amount: int | None
    budget_year: int | None
    valid_on: date


@dataclass(frozen=True)
class EarlyStart:
    """Costs from this day on are eligible, at own risk."""

    log_index: int
    start_from: date
    file_ref: str


@dataclass(frozen=True)
class Decision:
    """An act of the city; `amount` is taken back if negative. `years`: its part of each budget year."""

    log_index: int
    decision_id: UUID
    type: DecisionType
    financing_type: FinancingType
    amount: int
    currency: str
    budget_year: int
    years: tuple[tuple[int, int], ...]
    valid_on: date
    period: Period
    file_ref: str
    terms: dict[str, object]
    standing: Standing


@dataclass(frozen=True)
class PlanLine:
    """A line of a plan; `kind` only of funding."""

    line: str
    title: str
    amount: int
    kind: FundingKind | None = None


@dataclass(frozen=True)
class Plan:
    """A version; `approved_on` is None until the city approved it."""

    log_index: int
    plan_id: UUID
    version: int
    state: PlanState
    valid_on: date
    approved_on: date | None
    costs: tuple[PlanLine, ...]
    funding: tuple[PlanLine, ...]
    currency: str
    standing: Standing

    @property
    def total(self) -> int:
        """Of the costs, which is that of the funding."""
        return sum(line.amount for line in self.costs)

    def funded_by(self, *kinds: FundingKind) -> int:
        """What the plan expects from these sources."""
        return sum(line.amount for line in self.funding if line.kind in kinds)


@dataclass(frozen=True)
class ExcessApproval:
    """A line may take `amount` in all; None: no limit."""

    log_index: int
    line: str
    amount: int | None
    override_ref: str
    valid_on: date


@dataclass(frozen=True)
class Drawdown:
    """What was asked for. `paid_out` of it has arrived."""

    log_index: int
    drawdown_id: UUID
    amount: int
    budget_year: int
    requested_on: date
    expires_on: date
    paid_out: int
    state: DrawdownState

    @property
    def open_amount(self) -> int:
        """What may still arrive on it."""
        return self.amount - self.paid_out if self.state == "open" else 0


@dataclass(frozen=True)
class Disbursement:
    """Money that arrived on a day; `ordered_on` is when the city told its bank, if known."""

    log_index: int
    disbursement_id: UUID
    drawdown_id: UUID | None
    amount: int
    budget_year: int
    credited_on: date
    ordered_on: date | None


@dataclass(frozen=True)
class Commitment:
    """A contract; `left` of it is neither paid nor released."""

    log_index: int
    commitment_id: UUID
    line: str
    amount: int
    left: int
    valid_on: date
    reason: str


@dataclass(frozen=True)
class VoucherPart:
    """This grant's part of a voucher on one line. `charged` = `eligible` + `ineligible`, refunds not yet taken off.

    `gross`, `vat` and `paid` are of the whole voucher, `basis_points` is this part of it.
    """

    log_index: int
    voucher_id: UUID
    number: str
    kind: VoucherKind
    line: str
    ordered_on: date | None
    invoiced_on: date | None
    paid_on: date
    recorded_at: datetime
    gross: int
    vat: int | None
    paid: int
    basis_points: int
    eligible: int
    ineligible: int
    refunded: int
    refunded_ineligible: int
    refused_reason: str
    reason: str
    person_code: str | None
    month: str | None
    document_sha256: str
    payment_sha256: str | None
    standing: Standing

    @property
    def charged(self) -> int:
        """Of this grant."""
        return self.eligible + self.ineligible

    @property
    def net_eligible(self) -> int:
        """After refunds."""
        return self.eligible - self.refunded


@dataclass(frozen=True)
class Refund:
    """What came back of a voucher: this grant's part of it, on the line of the voucher."""

    log_index: int
    refund_id: UUID
    voucher_id: UUID
    line: str
    amount: int
    received_on: date


@dataclass(frozen=True)
class Income:
    """Money of anybody but the city."""

    log_index: int
    income_id: UUID
    source: IncomeSource
    amount: int
    received_on: date
    planned_line: str | None


@dataclass(frozen=True)
class Settled:
    """The final grant as booked."""

    log_index: int
    final_grant: int
    to_repay: int
    to_receive: int
    valid_on: date


@dataclass(frozen=True)
class Repayment:
    """Money that went back."""

    log_index: int
    repayment_id: UUID
    amount: int
    budget_year: int
    paid_on: date
    disbursement_id: UUID | None


@dataclass(frozen=True)
class Interest:
    """Interest that a decision demands; `paid` of it was paid."""

    log_index: int
    interest_id: UUID
    amount: int
    paid: int
    period: Period
    state: InterestState
