"""What a decision looks at: the books as they stand at the time of the act, loaded before and never changed here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from lotse_contracts.ledger import VoucherPrivate
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.refusals import NotAllowed

T = TypeVar("T")


@dataclass(frozen=True)
class Reported:
    """What documents say of a budget year, cents; None where no appropriation is known."""

    appropriation: int | None = None
    frozen: int = 0

    @property
    def available(self) -> int | None:
        """What is left of it."""
        return None if self.appropriation is None else self.appropriation - self.frozen


@dataclass(frozen=True)
class Known:
    """`target` is the entry that an order is about; `first_person` who gave the order that now needs a second.

    `entries` are all those about `grants`, reversals included. `twins` are vouchers in force with the same document or
    invoice, or the refunds of a voucher; `answered` the answers to a question, each with who gave it.
    """

    today: date
    actor: str | None = None
    grants: Mapping[UUID, Grant] = field(default_factory=dict)
    entries: Sequence[Recorded] = ()
    reported: Mapping[int, Reported] = field(default_factory=dict)
    awarded: Mapping[int, int] = field(default_factory=dict)
    target: Recorded | None = None
    first_person: str | None = None
    closed_until: date | None = None
    twins: Sequence[Recorded] = ()
    answered: Sequence[tuple[Recorded, str | None]] = ()
    private: VoucherPrivate | None = None
    open_messages: int = 0
    cash: int = 0
    log_size: int = 0
    log_root: str = ""

    def grant(self, grant_id: UUID, name: str = "grant_id") -> Grant:
        """A grant that some entry names. Raises NotAllowed."""
        found = self.grants.get(grant_id)
        if found is None:
            raise NotAllowed("unknown_grant", name)
        return found


def one_of(found: Sequence[T], wanted: Callable[[T], bool], code: str, name: str) -> T:
    """The one that an order names. Raises NotAllowed."""
    for one in found:
        if wanted(one):
            return one
    raise NotAllowed(code, name)


def check_currency(grant: Grant, given: Any) -> None:
    """A grant is kept in one currency. Raises NotAllowed."""
    if given != grant.currency:
        raise NotAllowed("currency_differs", "currency")
