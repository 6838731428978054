"""Cost and financing plans, and what is left in each of their lines."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Part, Question, SaidPart, Token, Version
from lotse_contracts.ledger.entries import GrantOrder, LedgerFact
from lotse_contracts.ledger.values import Cents, Currency, Day, FileRef, Standing
from lotse_contracts.values import TREASURERS

PlanState = Literal["submitted", "approved"]
FundingKind = Literal["own", "third_party_public", "third_party_private", "income", "grant"]


class PlanLine(Part):
    """A line of costs or of funding."""

    line: Code
    title: str = Field(max_length=200)
    amount: Cents
    kind: FundingKind | None = Field(
        default=None, description="of funding only; absent: `grant` for the lines city and grant, `own` for others"
    )


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


class PlanSubmitted(LedgerFact):
    """A plan version is in the books."""

    NAME: ClassVar[str] = "plan-submitted"

    plan_id: UUID
    version: Version


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
