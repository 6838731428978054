"""What became of each disbursement: how much of it was used by when, and how many days are left for the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_ledger.domain.acts import Disbursement
from lotse_ledger.domain.law.fifo import Fifo

State = Literal["running", "late", "done"]


@dataclass(frozen=True)
class Clock:
    """Cents. `use_by` is the earliest last day of what is left, or of the whole; None where no clock runs."""

    paid: Disbursement
    use_by: date | None
    used: int
    late: int
    repaid: int
    unused: int
    state: State


def clocks_of(paid: Sequence[Disbursement], used: Fifo, today: date) -> tuple[Clock, ...]:
    """One for each disbursement, in the order given."""
    return tuple(_clock(one, used, today) for one in paid)


def _clock(paid: Disbursement, used: Fifo, today: date) -> Clock:
    taken = [one for one in used.slices if one.disbursement == paid.log_index]
    left = [one for one in used.unused if one.disbursement == paid.log_index]
    days = [one.use_by for one in left] or [one.use_by for one in taken]
    overdue = any(one.is_overdue(today) for one in left)
    return Clock(
        paid=paid,
        use_by=min(days, default=None),
        used=sum(one.amount for one in taken if one.ended == "used"),
        late=sum(one.amount for one in taken if one.is_late and one.ended == "used"),
        repaid=sum(one.amount for one in taken if one.ended == "repaid"),
        unused=sum(one.amount for one in left),
        state="late" if overdue else "running" if left else "done",
    )
