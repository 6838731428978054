"""Drawn money and what became of it: disbursements, uses, repayments, and the slices that match them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_ledger.domain.law.rules import Citation

Ended = Literal["used", "repaid"]


@dataclass(frozen=True)
class Disbursement:
    """Money that came, cents. `pool` is its decision and, where that awards by year, the money's budget year."""

    log_index: int
    pool: str
    credited_on: date
    amount: int
    ordered_on: date | None = None


@dataclass(frozen=True)
class Use:
    """The grant's part of a payment, cents; negative if a refund gives it back, and then `refunds` names the use."""

    log_index: int
    pool: str
    used_on: date
    amount: int
    refunds: int | None = None


@dataclass(frozen=True)
class Repayment:
    """Money given back to the city, cents; of a named disbursement, or of the oldest."""

    log_index: int
    pool: str
    repaid_on: date
    amount: int
    disbursement: int | None = None


@dataclass(frozen=True)
class Slice:
    """Cents of one disbursement that one use or repayment took. `since` is payout, or the day of a refund."""

    disbursement: int
    amount: int
    since: date
    use_by: date
    ended_on: date
    ended_by: int
    ended: Ended

    @property
    def is_late(self) -> bool:
        """Whether the use or repayment came after the last day."""
        return self.ended_on > self.use_by


@dataclass(frozen=True)
class Unused:
    """Cents of a disbursement that nothing took yet."""

    disbursement: int
    amount: int
    since: date
    use_by: date

    def is_overdue(self, today: date) -> bool:
        """Whether the last day is over."""
        return today > self.use_by


@dataclass(frozen=True)
class Waiting:
    """Cents of a use that no disbursement covers yet: paid in advance."""

    log_index: int
    pool: str
    amount: int


@dataclass(frozen=True)
class Returned:
    """Cents that a refund put back into a disbursement."""

    disbursement: int
    amount: int
    returned_on: date
    by: int


@dataclass(frozen=True)
class Fifo:
    """disbursed + returned = used + repaid + unused; `repaid_beyond` is more than ever came and was not given back."""

    slices: tuple[Slice, ...]
    unused: tuple[Unused, ...]
    waiting: tuple[Waiting, ...]
    returned: tuple[Returned, ...]
    repaid_beyond: int
    citations: tuple[Citation, ...]

    @property
    def late(self) -> tuple[Slice, ...]:
        """What was used or given back too late."""
        return tuple(one for one in self.slices if one.is_late)

    @property
    def unused_total(self) -> int:
        """Cents."""
        return sum(one.amount for one in self.unused)
