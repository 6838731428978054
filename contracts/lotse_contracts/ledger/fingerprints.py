"""One invoice booked by both associations: how they find out, and how it is settled."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Digest, Token, Transfer
from lotse_contracts.ledger.entries import GrantOrder, LedgerFact
from lotse_contracts.ledger.values import Day, Remark

VoucherQuestionAnswer = Literal["ours", "theirs", "both_in_part"]
"""Of one invoice booked by both: it is ours to charge, it is theirs, or each charges the part that was agreed."""


class SettleVoucherQuestion(GrantOrder):
    """Both associations booked one invoice: two people of ours must say the same before it is settled."""

    NAME: ClassVar[str] = "settle-voucher-question"

    settlement_id: UUID
    voucher_id: UUID
    partner: Token
    answer: VoucherQuestionAnswer
    valid_on: Day
    remark: Remark = ""


class VoucherQuestionRaised(LedgerFact):
    """The partner booked the same invoice, and earlier: two people must look at it."""

    NAME: ClassVar[str] = "voucher-question-raised"

    voucher_id: UUID
    partner: Token


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
