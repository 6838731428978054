"""What the grant ledger hears, says and answers. Amounts are integer minor units (cents)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Code,
    Digest,
    Fact,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Transfer,
    Version,
)
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import TREASURERS

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar day in Europe/Berlin, ISO 8601."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Cents = Annotated[int, Field(strict=True, ge=0, le=10**12, description="integer minor units")]
Year = Annotated[int, Field(ge=2000, le=2100)]
DecisionType = Literal["award", "amendment", "revocation"]
FinancingType = Literal["share", "shortfall", "fixed", "full"]
Standing = Literal["public", "demo", "own"]
"""`public`: a fact of the real case with its source; `demo`: a demonstration value, said in every row and page;
`own`: what an association books for itself."""
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:-]{1,160}$")]
"""A path of names, such as `grant:<id>:2026:awarded`."""
LogOrigin = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""The name of a log, such as `auslaenderrat/grant-ledger`."""
LogSize = Annotated[int, Field(ge=0, le=2**53, description="entries")]
SignedNote = Annotated[str, StringConstraints(min_length=1, max_length=8_192)]
"""A C2SP signed note: the text, a blank line, signature lines."""
ProofHash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
"""SHA-256, base64 with padding."""


Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
BasisPoints = Annotated[int, Field(ge=0, le=10_000, description="1/100 per cent")]
LogIndex = Annotated[int, Field(ge=0, le=2**53)]
FileRef = Annotated[str, StringConstraints(max_length=120)]
"""An authority's file reference."""
Remark = Annotated[str, StringConstraints(max_length=500)]
"""Free text that stays for good: without a person's name."""
MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}$")]
ApplicationState = Literal["applied", "conditional", "decision_expected"]
PlanState = Literal["submitted", "approved"]
FundingKind = Literal["own", "third_party_public", "third_party_private", "income", "grant"]
VoucherKind = Literal["invoice", "payroll", "receipt", "transfer", "flat_rate"]
IncomeSource = Literal["own", "third_party_public", "third_party_private", "participants", "donations"]
NoticeType = Literal[
    "further_funding",
    "purpose_changed",
    "purpose_unreachable",
    "money_not_used",
    "inventory_unused",
    "insolvency",
    "theft_or_misuse",
]
"""R13 a to g, in that order."""
ProofKind = Literal["interim", "final"]
ProofAnswer = Literal["accepted", "objected"]
VoucherQuestionAnswer = Literal["ours", "theirs", "both_in_part"]
"""Of one invoice booked by both: it is ours to charge, it is theirs, or each charges the part that was agreed."""
FreezeFallsOnName = Literal["remainder", "pro_rata"]
DayCount = Literal["30/360", "act/365", "act/act"]
DEADLINE_MONTHS_MAX = 60
SHARES_MAX = 50
ATTACHMENTS_MAX = 20
FACTORS_MAX = 50


class DocumentRef(Part):
    """The document that a reported fact stands on."""

    title: str = Field(max_length=300)
    source: str = Field(max_length=300)


class PlanLine(Part):
    """A line of costs or of funding."""

    line: Code
    title: str = Field(max_length=200)
    amount: Cents
    kind: FundingKind | None = Field(
        default=None, description="of funding only; absent: `grant` for the lines city and grant, `own` for others"
    )


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


class FieldFactor(Part):
    """What a freeze leaves to a field of the budget."""

    field: Code
    factor: BasisPoints


class Share(Part):
    """What part of a voucher a grant's line carries."""

    grant_id: UUID
    line: Code
    basis_points: BasisPoints


class Attachment(Part):
    """A file that is kept beside the log under its digest; what it is called is a private part."""

    sha256: Digest
    bytes: int = Field(ge=0, le=2**40)
    media_type: MediaType
    role: Literal["invoice", "payment", "other"]


class MessageInvoice(Part):
    """The provider's invoice for messages: it makes what was committed until a day an expense."""

    provider: Token
    until: Day


class PrivateFile(BaseModel):
    """What a file is called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: Digest
    name: str = Field(max_length=200)


class VoucherPrivate(BaseModel):
    """What is sealed in `RecordVoucher.private`: it may name persons, so the log holds only a commitment to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payee: str = Field(default="", max_length=200)
    account: str = Field(default="", max_length=64, description="where the money went, such as an IBAN")
    person_id: UUID | None = Field(default=None, description="if the payee is a person that Lotse knows")
    files: tuple[PrivateFile, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


# Orders


class LedgerOrder(Order):
    """What a treasurer enters. Ids are chosen by the sender: the same id with the same body takes effect once."""

    SERVICE: ClassVar[str] = "ledger"
    ROLES: ClassVar[frozenset[str]] = TREASURERS


class GrantOrder(LedgerOrder):
    """About one grant."""

    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    standing: Standing


class ReportAppropriation(LedgerOrder):
    """A document says what the city put into its budget; never the city's books."""

    NAME: ClassVar[str] = "report-appropriation"
    KEY: ClassVar[str] = "report_id"

    report_id: UUID
    budget_year: Year
    amount: Cents
    currency: Currency = "EUR"
    budget_part: str = Field(max_length=200)
    title: str = Field(max_length=300)
    valid_on: Day
    documents: tuple[DocumentRef, ...] = Field(min_length=1, max_length=20)
    standing: Standing


class ReportFreeze(LedgerOrder):
    """A document says that the city froze part of a budget year, or released it: what is left to each field."""

    NAME: ClassVar[str] = "report-freeze"
    KEY: ClassVar[str] = "report_id"

    report_id: UUID
    budget_year: Year
    factors: tuple[FieldFactor, ...] = Field(min_length=1, max_length=FACTORS_MAX)
    posted_as: Code = Field(description="the field whose factor is taken for what is left; `every_field` for the rest")
    freeze_falls_on: FreezeFallsOnName = Field(default="remainder", description="an assumption, said in every answer")
    currency: Currency = "EUR"
    exempt: str = Field(default="", max_length=300)
    title: str = Field(max_length=300)
    valid_on: Day
    documents: tuple[DocumentRef, ...] = Field(min_length=1, max_length=20)
    standing: Standing


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


class SubmitPlan(GrantOrder):
    """A version of the cost and financing plan; costs equal funding."""

    NAME: ClassVar[str] = "submit-plan"

    plan_id: UUID
    version: int = Field(ge=1, le=1000)
    valid_on: Day
    costs: tuple[PlanLine, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    funding: tuple[PlanLine, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    currency: Currency = "EUR"
    state: PlanState = "submitted"


class ApprovePlan(GrantOrder):
    """The city approved a version of the plan."""

    NAME: ClassVar[str] = "approve-plan"

    plan_id: UUID
    valid_on: Day
    file_ref: FileRef = ""


class ApproveExcess(GrantOrder):
    """A line may be exceeded beyond the rule (R4): by approval, or because an authority's condition caused it."""

    NAME: ClassVar[str] = "approve-excess"

    approval_id: UUID
    line: Code
    amount: Cents | None = Field(default=None, description="what the line may take in all; absent: no limit")
    override_ref: FileRef
    valid_on: Day


class RequestDrawdown(GrantOrder):
    """Money is asked for, only as far and as early as needed."""

    NAME: ClassVar[str] = "request-drawdown"

    drawdown_id: UUID
    amount: Cents
    currency: Currency = "EUR"
    budget_year: Year
    requested_on: Day
    expires_on: Day | None = Field(default=None, description="absent: the end of the budget year")


class WithdrawDrawdown(GrantOrder):
    """What was asked for and not yet paid out is asked for no more."""

    NAME: ClassVar[str] = "withdraw-drawdown"

    drawdown_id: UUID
    valid_on: Day
    remark: Remark = ""


class RecordDisbursement(GrantOrder):
    """The city's money arrived."""

    NAME: ClassVar[str] = "record-disbursement"

    disbursement_id: UUID
    drawdown_id: UUID | None = None
    amount: Cents
    currency: Currency = "EUR"
    budget_year: Year
    credited_on: Day
    ordered_on: Day | None = Field(default=None, description="when the city told its bank, if known")


class EnterCommitment(GrantOrder):
    """A contract binds part of a line before anything is paid."""

    NAME: ClassVar[str] = "enter-commitment"

    commitment_id: UUID
    line: Code
    amount: Cents
    currency: Currency = "EUR"
    valid_on: Day
    reason: str = Field(max_length=200)


class ReleaseCommitment(GrantOrder):
    """What was bound is free again, or paid; absent amount: all that is left of it."""

    NAME: ClassVar[str] = "release-commitment"

    release_id: UUID
    commitment_id: UUID
    amount: Cents | None = None
    valid_on: Day


class RecordVoucher(GrantOrder):
    """A paid invoice, or one person's pay of one month under a code, with its evidence.

    Without shares the grant's line carries the whole; what shares leave of 100 % is own cost.
    """

    NAME: ClassVar[str] = "record-voucher"

    voucher_id: UUID
    line: Code
    paid_on: Day
    amount: Cents = Field(description="what was paid")
    currency: Currency = "EUR"
    reason: str = Field(max_length=200, description="the reason of the payment, without a person's name")
    document_sha256: Digest
    number: str = Field(default="", max_length=60)
    kind: VoucherKind = "invoice"
    ordered_on: Day | None = None
    invoiced_on: Day | None = None
    gross: Cents | None = Field(default=None, description="as invoiced; absent: what was paid")
    vat: Cents | None = None
    eligible: Cents | None = Field(default=None, description="of what was paid; absent: all of it")
    refused_reason: Remark = ""
    shares: tuple[Share, ...] = Field(default=(), max_length=SHARES_MAX)
    person_code: Token | None = Field(default=None, description="payroll only: a code, never a name")
    month: Month | None = Field(default=None, description="payroll only")
    payment_sha256: Digest | None = None
    paid_from: Literal["bank", "cash"] = "bank"
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)
    commitment_id: UUID | None = Field(default=None, description="the commitment that this payment uses up")
    messages: MessageInvoice | None = None
    private: Sealed | None = Field(default=None, description="`VoucherPrivate` as JSON, sealed to the ledger's key")


class RecordRefund(GrantOrder):
    """Part of a voucher came back; it is split as the voucher was."""

    NAME: ClassVar[str] = "record-refund"

    refund_id: UUID
    voucher_id: UUID
    amount: Cents
    currency: Currency = "EUR"
    received_on: Day
    reason: str = Field(max_length=200)


class RecordIncome(GrantOrder):
    """Money of anybody but the city arrived for the purpose."""

    NAME: ClassVar[str] = "record-income"

    income_id: UUID
    source: IncomeSource
    amount: Cents
    currency: Currency = "EUR"
    received_on: Day
    planned_line: Code | None = None
    reason: str = Field(default="", max_length=200)


class MoveCash(LedgerOrder):
    """Money went from the bank into the cash box, or back; a cash box is never below zero."""

    NAME: ClassVar[str] = "move-cash"
    KEY: ClassVar[str] = "transfer_id"

    transfer_id: UUID
    direction: Literal["to_cash", "to_bank"]
    amount: Cents
    currency: Currency = "EUR"
    moved_on: Day
    standing: Standing


class GiveNotice(GrantOrder):
    """The city was told at once what it must be told (R13)."""

    NAME: ClassVar[str] = "give-notice"

    notice_id: UUID
    type: NoticeType
    about: Remark
    sent_on: Day
    happened_on: Day | None = None
    document_sha256: Digest | None = None


class SubmitProof(GrantOrder):
    """A proof of use went to the city; after an objection the same proof again under another submission."""

    NAME: ClassVar[str] = "submit-proof"

    proof_id: UUID
    submission_id: UUID
    proof: ProofKind
    budget_year: Year
    submitted_on: Day
    narrative_sha256: Digest | None = None


class AnswerProof(GrantOrder):
    """The city accepted a proof of use, or objected to it."""

    NAME: ClassVar[str] = "answer-proof"

    answer_id: UUID
    proof_id: UUID
    answer: ProofAnswer
    answered_on: Day
    file_ref: FileRef = ""
    remark: Remark = ""


class RecordFinding(GrantOrder):
    """An examiner found something."""

    NAME: ClassVar[str] = "record-finding"

    finding_id: UUID
    about: Remark
    found_on: Day
    log_index: LogIndex | None = Field(default=None, description="the entry in question")
    amount: Cents | None = None
    file_ref: FileRef = ""


class ResolveFinding(GrantOrder):
    """A finding is settled."""

    NAME: ClassVar[str] = "resolve-finding"

    finding_id: UUID
    resolved_on: Day
    how: Remark


class ComputeSettlement(GrantOrder):
    """Book the final grant: what was used becomes income, what is left is to be paid back."""

    NAME: ClassVar[str] = "compute-settlement"

    settlement_id: UUID
    valid_on: Day


class RecordRepayment(GrantOrder):
    """Money went back to the city."""

    NAME: ClassVar[str] = "record-repayment"

    repayment_id: UUID
    amount: Cents
    currency: Currency = "EUR"
    paid_on: Day
    disbursement_id: UUID | None = Field(default=None, description="absent: the oldest money first")
    budget_year: Year | None = Field(default=None, description="absent: of the disbursement, else the oldest unused")


class AssessInterest(GrantOrder):
    """A decision of the city demands interest; until then it is only a risk."""

    NAME: ClassVar[str] = "assess-interest"

    interest_id: UUID
    amount: Cents
    currency: Currency = "EUR"
    period_from: Day
    period_to: Day
    valid_on: Day
    file_ref: FileRef


class WaiveInterest(GrantOrder):
    """The city demands the rest of it no more."""

    NAME: ClassVar[str] = "waive-interest"

    interest_id: UUID
    valid_on: Day
    file_ref: FileRef = ""


class PayInterest(GrantOrder):
    """Interest was paid."""

    NAME: ClassVar[str] = "pay-interest"

    payment_id: UUID
    interest_id: UUID
    amount: Cents
    paid_on: Day


class SetRetention(GrantOrder):
    """An authority names how long the books of a grant are kept."""

    NAME: ClassVar[str] = "set-retention"

    retention_id: UUID
    years: int = Field(ge=1, le=30)
    valid_on: Day
    file_ref: FileRef = ""


class ClosePeriod(LedgerOrder):
    """Nothing valid until this day may be entered any more, once a second person has approved it."""

    NAME: ClassVar[str] = "close-period"
    KEY: ClassVar[str] = "period_id"

    period_id: UUID
    until: Day
    standing: Standing


class ReopenPeriod(LedgerOrder):
    """The period closed last may be entered into again, once a second person has approved it."""

    NAME: ClassVar[str] = "reopen-period"
    KEY: ClassVar[str] = "period_id"

    period_id: UUID
    until: Day = Field(description="the last day that stays closed")
    reason: Remark = Field(min_length=1)
    standing: Standing


class ApprovePeriod(LedgerOrder):
    """The second person: somebody other than who asked for it closes or reopens the period."""

    NAME: ClassVar[str] = "approve-period"
    KEY: ClassVar[str] = "period_id"

    period_id: UUID


class ReverseEntry(LedgerOrder):
    """An entry was wrong; its mirror is booked, once. A reversal may itself be reversed."""

    NAME: ClassVar[str] = "reverse-entry"
    KEY: ClassVar[str] = "reversal_id"

    reversal_id: UUID
    log_index: LogIndex
    reason: Remark = Field(min_length=1)
    valid_on: Day | None = Field(default=None, description="absent: the entry's own day, or today if that is closed")


class SettleVoucherQuestion(GrantOrder):
    """Both associations booked one invoice: two people of ours must say the same before it is settled."""

    NAME: ClassVar[str] = "settle-voucher-question"

    settlement_id: UUID
    voucher_id: UUID
    partner: Token
    answer: VoucherQuestionAnswer
    valid_on: Day
    remark: Remark = ""


class ErasePerson(ErasureOrder):
    """The ledger's part of an erasure: openings are erased; entries, proofs and what the law keeps stay."""

    SERVICE: ClassVar[str] = "ledger"


# Facts


class LedgerFact(Fact):
    """Something is in the books."""

    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    recorded_at: AwareDatetime
    standing: Standing


class DecisionRecorded(LedgerFact):
    """A decision is in the books."""

    NAME: ClassVar[str] = "decision-recorded"

    decision_id: UUID
    type: DecisionType


class PlanSubmitted(LedgerFact):
    """A plan version is in the books."""

    NAME: ClassVar[str] = "plan-submitted"

    plan_id: UUID
    version: Version


class VoucherBooked(LedgerFact):
    """A voucher is in the books."""

    NAME: ClassVar[str] = "voucher-booked"

    voucher_id: UUID
    warnings: tuple[Code, ...] = Field(default=(), max_length=20, description="what an auditor would ask about")


class DrawdownRequested(LedgerFact):
    """Money is asked for."""

    NAME: ClassVar[str] = "drawdown-requested"

    drawdown_id: UUID
    warnings: tuple[Code, ...] = Field(default=(), max_length=20, description="such as `above_need` (R6)")


class EntryRecorded(Fact):
    """Something else is in the books; `kind` is the entry's."""

    NAME: ClassVar[str] = "entry-recorded"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "kind"

    kind: Code
    log_index: LogIndex
    recorded_at: AwareDatetime
    grant_id: UUID | None = None
    standing: Standing
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class VoucherQuestionRaised(LedgerFact):
    """The partner booked the same invoice, and earlier: two people must look at it."""

    NAME: ClassVar[str] = "voucher-question-raised"

    voucher_id: UUID
    partner: Token


class DeadlineNear(Fact):
    """A date that an authority named comes near."""

    NAME: ClassVar[str] = "deadline-near"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    deadline: Code
    due_on: Day


class CheckpointSigned(Fact):
    """The books up to this entry are fixed by a digest over all of them, signed."""

    NAME: ClassVar[str] = "checkpoint-signed"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token = Field(description="the last part of the log's name")
    origin: LogOrigin
    size: LogSize
    root_sha256: Digest
    note: SignedNote


class PersonErased(ErasureReceipt):
    """The ledger's receipt."""

    SERVICE: ClassVar[str] = "ledger"


# Questions


class Balance(SaidPart):
    """One account."""

    account: Account
    amount: int = Field(description="minor units; debit positive")
    currency: Currency
    standing: Standing


class BalancesAnswer(Answer):
    """As of a valid day, as known on a recorded instant."""

    valid_to: Day
    recorded_to: AwareDatetime
    balances: tuple[Balance, ...] = Field(max_length=ITEMS_MAX)


class AskBalances(Question):
    """What stood in the accounts, as we knew it then?"""

    NAME: ClassVar[str] = "balances"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = BalancesAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    valid_to: Day | None = None
    recorded_to: AwareDatetime | None = None


class LineHeadroom(SaidPart):
    """What is left in one cost line."""

    line: Code
    planned: int
    actual: int
    left: int
    committed: int = Field(default=0, description="bound by contracts and not paid yet")
    allowed: int | None = Field(default=None, description="what the rule lets be spent; absent: no rule binds the line")


class HeadroomAnswer(Answer):
    """By plan line, minor units."""

    grant_id: UUID
    currency: Currency
    standing: Standing
    lines: tuple[LineHeadroom, ...] = Field(max_length=ITEMS_MAX)
    rule: Token = "R3"
    eligible_of_amount: int | None = Field(default=None, description="of `amount` on `line`, if it were spent")


class AskHeadroom(Question):
    """What is left in each line, and what if this amount were spent on that line?"""

    NAME: ClassVar[str] = "headroom"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = HeadroomAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
    line: Code | None = None
    amount: Cents | None = None


class NamedDeadline(SaidPart):
    """A deadline with the rule it comes from."""

    deadline: Code
    due_on: Day
    rule: Token


class DeadlinesAnswer(Answer):
    """Earliest first."""

    grant_id: UUID
    deadlines: tuple[NamedDeadline, ...] = Field(max_length=ITEMS_MAX)


class AskDeadlines(Question):
    """What must be done by when?"""

    NAME: ClassVar[str] = "deadlines"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = DeadlinesAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID


class OpenMatter(SaidPart):
    """What waits for a second person."""

    kind: Literal["period", "voucher_question"]
    id: UUID
    log_index: LogIndex
    asked: Code = Field(description="close, reopen or question")


class OpenMattersAnswer(Answer):
    """Oldest first."""

    matters: tuple[OpenMatter, ...] = Field(max_length=ITEMS_MAX)


class AskOpenMatters(Question):
    """What waits for a second person?"""

    NAME: ClassVar[str] = "open-matters"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = OpenMattersAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS


class AskSealingKey(Question):
    """The ledger's public key, to seal the private part of a voucher to."""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class AskPersonData(PersonDataQuestion):
    """The ledger's part of what is held about a person."""

    SERVICE: ClassVar[str] = "ledger"


# Between associations


class KeyRotation(SaidPart):
    """A log's new key, signed by the old one and by itself; see the guide for auditors."""

    old_vkey: str = Field(max_length=400)
    new_vkey: str = Field(max_length=400)
    old_signature: str = Field(max_length=100)
    new_signature: str = Field(max_length=100)


class CheckpointOffered(Transfer):
    """Our latest checkpoint, for you to countersign, with the proof that it grew out of the last one you saw."""

    NAME: ClassVar[str] = "checkpoint-offered"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    note: SignedNote
    old_size: LogSize = Field(description="the size that you countersigned last, as far as we know")
    proof: tuple[ProofHash, ...] = Field(default=(), max_length=63, description="RFC 6962 consistency proof")
    rotations: tuple[KeyRotation, ...] = Field(default=(), max_length=16, description="every key that followed")


class CheckpointCosigned(Transfer):
    """We have seen your checkpoint, and the last one we saw has grown into it."""

    NAME: ClassVar[str] = "checkpoint-cosigned"
    VERSION: ClassVar[int] = 2
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    size: LogSize
    cosignature: str = Field(max_length=1_000, description="the line of the signed note, with its newline")


class CheckpointRefused(Transfer):
    """We do not countersign this: why, as C2SP tlog-witness says it, and what we saw last."""

    NAME: ClassVar[str] = "checkpoint-refused"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "log"

    log: Token
    size: LogSize
    code: Code
    status: int = Field(ge=400, le=499, description="what the specification answers over HTTP")
    latest_size: LogSize


class VoucherFingerprintAsked(Transfer):
    """Did you book the same invoice? An HMAC under a shared key, never the voucher."""

    NAME: ClassVar[str] = "voucher-fingerprint-asked"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "fingerprint"

    fingerprint: Digest


class VoucherFingerprintAnswered(Transfer):
    """Known or unknown here; known is a question to two people."""

    NAME: ClassVar[str] = "voucher-fingerprint-answered"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "fingerprint"

    fingerprint: Digest
    known: bool
    recorded_at: AwareDatetime | None = Field(default=None, description="when it was first booked here, if known")


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
