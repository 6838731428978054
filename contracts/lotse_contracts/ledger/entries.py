"""What every entry of a treasurer says, that it is in the books, and how it is taken back."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order
from lotse_contracts.ledger.values import Day, LogIndex, Remark, Standing
from lotse_contracts.values import TREASURERS


class LedgerOrder(Order):
    """What a treasurer enters. Ids are chosen by the sender: the same id with the same body takes effect once."""

    SERVICE: ClassVar[str] = "ledger"
    ROLES: ClassVar[frozenset[str]] = TREASURERS


class GrantOrder(LedgerOrder):
    """About one grant."""

    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    standing: Standing


class ReverseEntry(LedgerOrder):
    """An entry was wrong; its mirror is booked, once. A reversal may itself be reversed."""

    NAME: ClassVar[str] = "reverse-entry"
    KEY: ClassVar[str] = "reversal_id"

    reversal_id: UUID
    log_index: LogIndex
    reason: Remark = Field(min_length=1)
    valid_on: Day | None = Field(default=None, description="absent: the entry's own day, or today if that is closed")


class LedgerFact(Fact):
    """Something is in the books."""

    SERVICE: ClassVar[str] = "ledger"
    KEY: ClassVar[str] = "grant_id"

    grant_id: UUID
    recorded_at: AwareDatetime
    standing: Standing


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
