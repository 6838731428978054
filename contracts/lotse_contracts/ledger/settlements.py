"""What is paid back at the end, and the interest on it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.ledger.entries import GrantOrder
from lotse_contracts.ledger.values import Cents, Currency, Day, FileRef, Year


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
