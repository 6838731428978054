"""What was bound and paid, with its evidence."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lotse_contracts.envelope import Code, Digest, Part, Sealed, Token
from lotse_contracts.ledger.entries import GrantOrder, LedgerFact
from lotse_contracts.ledger.values import BasisPoints, Cents, Currency, Day, Month, Remark

MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}$")]
VoucherKind = Literal["invoice", "payroll", "receipt", "transfer", "flat_rate"]
SHARES_MAX = 50
ATTACHMENTS_MAX = 20


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


class VoucherBooked(LedgerFact):
    """A voucher is in the books."""

    NAME: ClassVar[str] = "voucher-booked"

    voucher_id: UUID
    warnings: tuple[Code, ...] = Field(default=(), max_length=20, description="what an auditor would ask about")
