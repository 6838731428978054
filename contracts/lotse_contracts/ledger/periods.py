"""Periods that are closed and opened again, and what waits for a second person."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Question, SaidPart
from lotse_contracts.ledger.entries import LedgerOrder
from lotse_contracts.ledger.values import Day, LogIndex, Remark, Standing
from lotse_contracts.values import TREASURERS


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
