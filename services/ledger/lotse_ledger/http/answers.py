"""The shapes of the answers: amounts in integer minor units, the standing in every row."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from lotse_contracts.ledger import FinancingType, Standing
from lotse_ledger.domain.availability import FreezeFallsOn, SplitStanding, TreatedAs


class Shape(BaseModel):
    """An answer, or part of one."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Marked(Shape):
    """A row that says what it is worth: a public fact, the association's own books, or a demonstration value."""

    standing: Standing

    demo: bool = Field(default=False, description="true: a demonstration value, DEMO")

    def model_post_init(self, context: Any, /) -> None:
        """Say it twice, so that nobody needs to know the codes."""
        object.__setattr__(self, "demo", self.standing == "demo")


class AsOfShape(Shape):
    """The two dates that an answer stands on."""

    valid_to: date
    recorded_to: datetime


class PostingShape(Shape):
    """Debit positive, credit negative; text, since it may exceed what JSON's numbers hold exactly."""

    account: str
    amount: str
    currency: str


class EntryShape(Marked):
    """One entry of the log."""

    log_index: int
    key: str
    kind: str
    valid_on: date
    recorded_at: datetime
    known_at: datetime
    reconstructed: bool
    grant_id: UUID | None
    budget_year: int | None
    reverses: int | None
    data: dict[str, Any]
    postings: tuple[PostingShape, ...]
    leaf_sha256: str


class EntriesShape(Shape):
    """A page; `next` is the cursor of the following one, absent on the last."""

    entries: tuple[EntryShape, ...]
    next: int | None


class BalanceShape(Marked):
    """One account; demonstration values are summed apart from facts."""

    account: str
    amount: str
    currency: str


class BalancesShape(AsOfShape):
    """All accounts by name; `truncated` where there are more than fit."""

    balances: tuple[BalanceShape, ...]
    truncated: bool


class DecisionShape(Marked):
    """An act of the city."""

    log_index: int
    type: str
    financing_type: FinancingType
    amount: int
    currency: str
    budget_year: int
    valid_on: date
    period_from: date
    period_to: date
    file_ref: str


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
    spent: int
    decisions: tuple[DecisionShape, ...]
    plan_version: int | None
    entries: tuple[int, ...]


class GrantsShape(AsOfShape):
    """Every grant that an entry names."""

    grants: tuple[GrantShape, ...]


class LineShape(Marked):
    """One cost line, cents; `allowed` is what the rule lets be spent on it, null where no rule binds it."""

    line: str
    title: str
    planned: int
    actual: int
    left: int
    allowed: int | None
    eligible: int


class PlanAgainstActualShape(AsOfShape, Marked):
    """Plan against actual, with the rule and the parameter that it was computed by."""

    grant_id: UUID
    currency: str
    plan_version: int | None
    rule: str
    excess_percent: int | None
    lines: tuple[LineShape, ...]
    planned: int
    actual: int
    eligible: int
    excess_uncovered: int


class DeadlineShape(Marked):
    """A date to work by, never shifted for a weekend, and the rule it comes from."""

    grant_id: UUID
    deadline: str
    due_on: date
    rule: str


class DeadlinesShape(AsOfShape):
    """Earliest first."""

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


class CheckpointShape(Shape):
    """A signed root over the log; `cosigned_by` names the partners that saw it."""

    origin: str
    size: int
    root_sha256: str
    signed_at: datetime
    signature: str
    cosigned_by: tuple[str, ...]


class CheckpointsShape(Shape):
    """The latest, newest first."""

    checkpoints: tuple[CheckpointShape, ...]
    not_proven: str
