"""What the grant ledger hears, says and answers. Amounts are integer minor units (cents)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Digest,
    Fact,
    Order,
    Part,
    Question,
    SaidPart,
    Token,
    Transfer,
    Version,
)
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import TREASURERS

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""A calendar day in Europe/Berlin, ISO 8601."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Cents = Annotated[int, Field(ge=0, le=10**12, description="integer minor units")]
Year = Annotated[int, Field(ge=2000, le=2100)]
DecisionType = Literal["award", "amendment", "revocation"]
FinancingType = Literal["share", "shortfall", "fixed", "full"]
Standing = Literal["public", "demo", "own"]
"""`public`: a fact of the real case with its source; `demo`: a demonstration value, said in every row and page;
`own`: what an association books for itself."""
Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:-]{1,160}$")]
"""A path of names, such as `grant:<id>:2026:awarded`."""


class DocumentRef(Part):
    """The document that a reported fact stands on."""

    title: str = Field(max_length=300)
    source: str = Field(max_length=300)


class PlanLine(Part):
    """A line of costs or of funding."""

    line: Code
    title: str = Field(max_length=200)
    amount: Cents


# Orders


class RecordDecision(Order):
    """A decision of the city arrived: award, amendment or revocation."""

    NAME: ClassVar[str] = "record-decision"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
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
    standing: Standing


class SubmitPlan(Order):
    """A version of the cost and financing plan; costs equal funding."""

    NAME: ClassVar[str] = "submit-plan"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
    plan_id: UUID
    version: int = Field(ge=1, le=1000)
    valid_on: Day
    costs: tuple[PlanLine, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    funding: tuple[PlanLine, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    currency: Currency = "EUR"
    standing: Standing


class RecordVoucher(Order):
    """A paid invoice with its evidence."""

    NAME: ClassVar[str] = "record-voucher"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
    voucher_id: UUID
    line: Code
    paid_on: Day
    amount: Cents
    currency: Currency = "EUR"
    reason: str = Field(max_length=200, description="the reason of the payment, without a person's name")
    document_sha256: Digest
    standing: Standing


class RequestDrawdown(Order):
    """Money is asked for, only as far and as early as needed."""

    NAME: ClassVar[str] = "request-drawdown"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID
    drawdown_id: UUID
    amount: Cents
    currency: Currency = "EUR"
    budget_year: Year
    requested_on: Day
    standing: Standing


class ErasePerson(ErasureOrder):
    """The ledger's part of an erasure; it holds no person in this version."""

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


class DrawdownRequested(LedgerFact):
    """Money is asked for."""

    NAME: ClassVar[str] = "drawdown-requested"

    drawdown_id: UUID


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
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "origin"

    origin: Token
    size: int = Field(ge=0)
    root_sha256: Digest
    signature: Base64Url


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


class HeadroomAnswer(Answer):
    """By plan line, minor units."""

    grant_id: UUID
    currency: Currency
    standing: Standing
    lines: tuple[LineHeadroom, ...] = Field(max_length=ITEMS_MAX)


class AskHeadroom(Question):
    """What is left in each line?"""

    NAME: ClassVar[str] = "headroom"
    SERVICE: ClassVar[str] = "ledger"
    ANSWER: ClassVar[type[Answer]] = HeadroomAnswer
    ROLES: ClassVar[frozenset[str]] = TREASURERS

    grant_id: UUID


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


class AskPersonData(PersonDataQuestion):
    """The ledger's part of what is held about a person."""

    SERVICE: ClassVar[str] = "ledger"


# Between associations


class CheckpointOffered(Transfer):
    """Our latest checkpoint, for you to countersign."""

    NAME: ClassVar[str] = "checkpoint-offered"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "origin"

    origin: Token
    size: int = Field(ge=0)
    root_sha256: Digest
    signature: Base64Url


class CheckpointCosigned(Transfer):
    """We have seen your checkpoint and it is not older than the last one we saw."""

    NAME: ClassVar[str] = "checkpoint-cosigned"
    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "origin"

    origin: Token
    size: int = Field(ge=0)
    root_sha256: Digest
    cosignature: Base64Url
    seen_at: AwareDatetime


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
