"""The shapes of the answers about grants; where the domain has a shape of its own, it is the answer's."""

from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.ledger import FinancingType
from lotse_ledger.domain import acts, proving
from lotse_ledger.domain.availability import FreezeFallsOn, SplitStanding, TreatedAs
from lotse_ledger.domain.law.fifo import Fifo, Unused
from lotse_ledger.domain.law.interest import InterestPreview
from lotse_ledger.domain.law.parts import GrantPart
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.law.vouchers import VoucherWarning
from lotse_ledger.domain.reports.duties import Urgency
from lotse_ledger.domain.reports.freeze import FreezeStep
from lotse_ledger.domain.reports.lines import Light
from lotse_ledger.http.answers import AsOfShape, Marked, Shape, WholeEntryShape

T = TypeVar("T")


class DecisionShape(Marked):
    """An act of the city; `amount` is taken back if negative, `terms` are the parameters that it names."""

    log_index: int
    decision_id: UUID
    type: str
    financing_type: FinancingType
    amount: int
    currency: str
    budget_year: int
    valid_on: date
    period_from: date
    period_to: date
    file_ref: str
    terms: dict[str, object]


class GrantShape(Marked):
    """A grant; amounts in cents. `applied` and `partner_awards` are null or empty where not known here."""

    grant_id: UUID
    grantee: str
    budget_years: tuple[int, ...]
    currency: str
    applied: int | None
    asks_for_remainder: bool
    partner_awards: tuple[int, ...]
    awarded: int
    drawn: int
    disbursed: int
    repaid: int
    spent: int
    decisions: tuple[DecisionShape, ...]
    plan_version: int | None
    proofs: tuple[proving.Proof, ...]
    findings: tuple[proving.Finding, ...]
    entries: tuple[int, ...]


class GrantsShape(AsOfShape):
    """Every grant that an entry names."""

    grants: tuple[GrantShape, ...]


class OfGrant(AsOfShape, Marked, Generic[T]):
    """An answer about one grant, as of both dates; amounts in cents."""

    grant_id: UUID
    currency: str
    answer: T


class PlanShape(Shape):
    """A version of the plan, and which others there are."""

    versions: tuple[int, ...]
    plan: acts.Plan
    total: int


class DrawdownShape(Marked):
    """What was asked for; `open_amount` may still arrive."""

    log_index: int
    drawdown_id: UUID
    amount: int
    budget_year: int
    requested_on: date
    expires_on: date
    paid_out: int
    state: acts.DrawdownState
    open_amount: int


class DrawdownsShape(Shape):
    """What was asked for, what arrived and what went back."""

    drawdowns: tuple[DrawdownShape, ...]
    disbursements: tuple[acts.Disbursement, ...]
    repayments: tuple[acts.Repayment, ...]


class DeadlineShape(Marked):
    """A date to work by, never shifted for a weekend, and the rule it comes from.

    `remark_on` is where § 193 BGB would move the end of a declaration's period, if at all: a remark, not the date.
    """

    grant_id: UUID
    deadline: str
    due_on: date
    rule: str
    remark_on: date | None
    urgency: Urgency
    days_left: int
    amount: int | None
    citations: tuple[Citation, ...]


class DeadlinesShape(AsOfShape):
    """Earliest first; `valid_to` is the day from which it is counted."""

    deadlines: tuple[DeadlineShape, ...]


class ShareShape(Shape):
    """What one applicant could get, cents."""

    applicant: str
    amount: int


class ReadingShape(Shape):
    """The answer under one reading of what the documents leave open."""

    freeze_falls_on: FreezeFallsOn
    treated_as: TreatedAs
    factor_basis_points: int
    available: int
    shares: tuple[ShareShape, ...]


class AvailabilityShape(AsOfShape, Marked):
    """What could the city pay for a budget year; reported facts, never the city's books."""

    budget_year: int
    currency: str
    appropriation: int
    split: SplitStanding
    answer: ReadingShape
    other_readings: tuple[ReadingShape, ...]
    rule: str
    entries: tuple[int, ...]


class FreezesShape(AsOfShape):
    """What was decided about a budget year and when the public learned it; reported facts, never the city's books."""

    budget_year: int
    steps: tuple[FreezeStep, ...]


class LineShape(Marked):
    """A cost line, cents; `allowed` is what the rule lets be spent on it, null where no rule binds it."""

    line: str
    title: str
    planned: int
    actual: int
    committed: int
    left: int
    allowed: int | None
    eligible: int
    approved: bool
    light: Light


class SollIstShape(Shape):
    """Plan against actual, with the rules and the parameters that it was computed by."""

    plan_version: int | None
    plan_is_approved: bool
    lines: tuple[LineShape, ...]
    planned: int
    actual: int
    eligible: int
    counted: int
    excess_uncovered: int
    total_binding: bool
    citations: tuple[Citation, ...]


class FifoShape(Shape):
    """`parts`: what the grant bears of each payment; `slices`: which disbursement it took; `unused`: what is left."""

    parts: tuple[GrantPart, ...]
    fifo: Fifo
    recognised: int
    unused_total: int
    overdue: tuple[Unused, ...]


class InterestShape(Shape):
    """A risk, should the city claim it, never a debt. `amount` is null where a base rate is unknown: see `unknown`."""

    preview: InterestPreview
    is_waived: bool


class VoucherRowShape(Marked):
    """A line of the list of vouchers; `opened` holds payee and files, with the scope `vouchers` only."""

    number: int
    part: acts.VoucherPart
    line_title: str
    grant_part: int
    disbursements: tuple[tuple[int, int], ...]
    warnings: tuple[VoucherWarning, ...]
    is_provisional: bool
    has_question: bool
    proof: str
    opened: dict[str, object]


class VoucherListShape(Shape):
    """By line and date (R18), whole: `rows_total`, `charged` and `eligible` are over all pages."""

    rows_total: int
    charged: int
    eligible: int
    rows: tuple[VoucherRowShape, ...]
    next: int | None = Field(description="`first` of the following page")


class DuplicateShape(Shape):
    """Another voucher that may be the same: `by` says in what. One that the token does not reach is not named."""

    log_index: int | None
    voucher_id: UUID | None
    grant_ids: tuple[UUID, ...]
    by: tuple[str, ...]
    reversed: bool


class VoucherShape(AsOfShape, Marked):
    """A voucher over all its grants that may be seen. `partners_with_it`: who booked a document with this digest."""

    voucher_id: UUID
    entry: WholeEntryShape
    parts: dict[str, tuple[acts.VoucherPart, ...]] = Field(description="by grant")
    basis_points_charged: int = Field(description="over all grants, at most 10,000")
    duplicates: tuple[DuplicateShape, ...]
    partners_with_it: tuple[str, ...]
    citations: tuple[Citation, ...] = ()
