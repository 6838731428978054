"""Applications, and what the city decided on them."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Part, Token, Transfer
from lotse_contracts.ledger.entries import GrantOrder, LedgerFact
from lotse_contracts.ledger.values import BasisPoints, Cents, Currency, Day, FileRef, Remark, Standing, Year

DecisionType = Literal["award", "amendment", "revocation"]
FinancingType = Literal["share", "shortfall", "fixed", "full"]
ApplicationState = Literal["applied", "conditional", "decision_expected"]
DayCount = Literal["30/360", "act/365", "act/act"]
DEADLINE_MONTHS_MAX = 60


class YearDay(Part):
    """A day that an authority names for a budget year."""

    budget_year: Year
    day: Day


class DecisionTerms(Part):
    """What the decision says about a rule; what is absent keeps the rule's default, as every answer says."""

    excess_percent: int | None = Field(default=None, ge=0, le=100, description="R3: by how much a line may be exceeded")
    binds_lines: bool | None = Field(default=None, description="R3; false: no line is bound")
    total_binding: bool | None = Field(default=None, description="R3: an excess counts only as far as others saved")
    fixed_binds_total: bool | None = None
    final_rounding: Literal["down", "half_up"] | None = None
    no_overfunding: bool | None = None
    own_beyond_plan_counts: bool | None = Field(default=None, description="R2")
    shortfall_covers_missing_funds: bool | None = None
    de_minimis_cents: Cents | None = Field(default=None, description="R10")
    de_minimis_basis: Literal["costs", "covering_funds", "costs_or_covering_funds", "reduction"] | None = None
    de_minimis_types: tuple[FinancingType, ...] | None = Field(default=None, max_length=4)
    use_within_months: int | None = Field(default=None, ge=1, le=24, description="R6")
    use_within_days: int | None = Field(default=None, ge=1, le=730, description="R6, instead of months")
    payout_day: Literal["credit", "third_day_after_order"] | None = None
    fixed_part: Literal["whole", "pro_rata"] | None = Field(default=None, description="R7")
    budget_reservation: bool | None = None
    day_count: DayCount | None = None
    interest_points_bp: int | None = Field(default=None, ge=0, le=2_000, description="R27: over the base rate")
    interest_from: Literal["payout", "deadline"] | None = None
    interest_waiver_cents: Cents | None = Field(default=None, description="R28")
    interim_months: int | None = Field(default=None, ge=0, le=DEADLINE_MONTHS_MAX, description="R16")
    final_months: int | None = Field(default=None, ge=0, le=DEADLINE_MONTHS_MAX, description="R15")
    interim_due: tuple[YearDay, ...] | None = Field(default=None, max_length=10)
    final_due_on: Day | None = None
    retention_years: int | None = Field(default=None, ge=0, le=30, description="R23")
    notify_costs_fall_bp: BasisPoints | None = Field(default=None, description="R13")
    notify_costs_fall_cents: Cents | None = Field(default=None, description="R13")
    inventory_cents: Cents | None = Field(default=None, description="R12")
    vat_deductible: bool | None = Field(default=None, description="R19")


class YearAmount(Part):
    """A budget year's part of one decision."""

    budget_year: Year
    amount: Cents


class FileApplication(GrantOrder):
    """An application stands as applied, conditional, or with a decision expected; absent amount: the remainder."""

    NAME: ClassVar[str] = "file-application"

    application_id: UUID
    state: ApplicationState
    applicant: Token
    budget_year: Year
    amount: Cents | None = None
    currency: Currency = "EUR"
    valid_on: Day
    remark: Remark = ""


class PermitEarlyStart(GrantOrder):
    """Costs from this day on are eligible before the decision, at own risk."""

    NAME: ClassVar[str] = "permit-early-start"

    permit_id: UUID
    start_from: Day
    valid_on: Day
    file_ref: FileRef


class RecordDecision(GrantOrder):
    """A decision of the city arrived: award, amendment or revocation."""

    NAME: ClassVar[str] = "record-decision"

    decision_id: UUID
    type: DecisionType
    financing_type: FinancingType
    amount: Cents = Field(description="award and amendment: what is added; revocation: what is taken back")
    currency: Currency = "EUR"
    budget_year: Year
    valid_on: Day
    period_from: Day
    period_to: Day
    file_ref: str = Field(max_length=120)
    years: tuple[YearAmount, ...] = Field(
        default=(), max_length=10, description="one award over several budget years; absent: all in `budget_year`"
    )
    terms: DecisionTerms = DecisionTerms()


class DecisionRecorded(LedgerFact):
    """A decision is in the books."""

    NAME: ClassVar[str] = "decision-recorded"

    decision_id: UUID
    type: DecisionType


class AwardTold(Transfer):
    """What the city awarded us, told to the partner because the remainder is hers."""

    NAME: ClassVar[str] = "award-told"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    budget_year: Year
    amount: Cents
    currency: Currency
    standing: Standing
    type: DecisionType = Field(default="award", description="revocation: `amount` is taken back")
