"""The shapes of the answers: amounts in integer minor units, the standing in every row."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from lotse_contracts.ledger import Standing


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


class AttachmentShape(Shape):
    """A file that an entry stands on; it is had under `/v1/evidence/` with the scope `vouchers`."""

    sha256: str
    bytes: int
    media_type: str
    role: str


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
    commitments: dict[str, str] = Field(default={}, description="SHA-256 of what is private, by its part")
    attachments: tuple[AttachmentShape, ...] = ()
    cause: UUID | None = None


class WholeEntryShape(EntryShape):
    """An entry with what belongs to it; `opened` holds the private parts, with the scope `vouchers` only."""

    reversed_by: int | None
    opened: dict[str, Any]
    erased: tuple[str, ...] = Field(description="parts that nobody can open any more")
    proof: str = Field(description="where its proof of inclusion is")


class EntriesShape(AsOfShape):
    """A page; `next` is the cursor of the following one, null on the last."""

    entries: tuple[EntryShape, ...]
    next: str | None


class BalanceShape(Marked):
    """One account; demonstration values are summed apart from facts."""

    account: str
    amount: str
    currency: str


class BalancesShape(AsOfShape):
    """All accounts by name; `truncated` where there are more than fit."""

    balances: tuple[BalanceShape, ...]
    truncated: bool


class TotalShape(Shape):
    """Either side of all accounts of a currency; text, since it may exceed what JSON's numbers hold exactly."""

    currency: str
    standing: Standing
    debit: str
    credit: str
    is_balanced: bool

    @field_validator("debit", "credit", mode="before")
    @classmethod
    def as_text(cls, value: object) -> str:
        """Every digit."""
        return str(value)


class TrialBalanceShape(BalancesShape):
    """`whole` says whether the token sees every account: only then totals must balance."""

    whole: bool
    totals: tuple[TotalShape, ...]


class MovementShape(Marked):
    """A posting; `balance` is what its currency and standing stood at after it."""

    log_index: int
    position: int
    valid_on: date
    known_at: datetime
    kind: str
    account: str
    currency: str
    amount: str
    balance: str

    @field_validator("amount", "balance", mode="before")
    @classmethod
    def as_text(cls, value: object) -> str:
        """Every digit."""
        return str(value)


class StatementShape(AsOfShape):
    """What moved an account and those below it; `next` is the cursor of the following page."""

    account: str
    movements: tuple[MovementShape, ...]
    next: str | None


class AccountChangeShape(Marked):
    """An account that differs between the two states."""

    account: str
    currency: str
    before: str
    after: str
    change: str

    @field_validator("before", "after", "change", mode="before")
    @classmethod
    def as_text(cls, value: object) -> str:
        """Every digit."""
        return str(value)


class ChangesShape(AsOfShape):
    """What entered between the two states. `reversed_before`: entries of the earlier state that this page takes back.

    The sizes are those of the log then and now: `/consistency` proves that the one begins with the other.
    """

    recorded_from: datetime
    old_size: int
    new_size: int
    entries: tuple[EntryShape, ...]
    reversed_before: tuple[int, ...]
    accounts: tuple[AccountChangeShape, ...]
    next: str | None


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


class RuleShape(Shape):
    """A rule that answers cite."""

    code: str
    title_de: str
    title_en: str
    source: str


class ParameterShape(Shape):
    """What a decision may say otherwise."""

    parameter: str
    rule: str
    meaning: str
    default: str


class RulesShape(Shape):
    """Everything that an answer can cite."""

    rules: tuple[RuleShape, ...]
    parameters: tuple[ParameterShape, ...]
