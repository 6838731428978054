"""Money that is asked for, arrives, moves, and stands in the accounts."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Question, SaidPart
from lotse_contracts.ledger.entries import GrantOrder, LedgerFact, LedgerOrder
from lotse_contracts.ledger.values import Cents, Currency, Day, Remark, Standing, Year
from lotse_contracts.values import TREASURERS

Account = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:-]{1,160}$")]
"""A path of names, such as `grant:<id>:2026:awarded`."""
IncomeSource = Literal["own", "third_party_public", "third_party_private", "participants", "donations"]


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


class DrawdownRequested(LedgerFact):
    """Money is asked for."""

    NAME: ClassVar[str] = "drawdown-requested"

    drawdown_id: UUID
    warnings: tuple[Code, ...] = Field(default=(), max_length=20, description="such as `above_need` (R6)")


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
