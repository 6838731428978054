"""From an order to a draft: its key, its day, what the leaf says of it, what it posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from lotse_contracts.envelope import Message, Order
from lotse_contracts.ledger import LedgerOrder, Standing
from lotse_ledger.domain.entries import Attachment, Draft, Posting, digest_of
from lotse_ledger.domain.refusals import NotAllowed

AMOUNTS = frozenset({"amount", "gross", "vat", "eligible", "ineligible"})
"""Amounts are text in a leaf: JSON's numbers are exact only up to 2^53."""
OF_THE_ENTRY = frozenset({"grant_id", "standing", "budget_year", "private", "attachments"})
"""Said by the entry itself, or not in the leaf at all."""


@dataclass(frozen=True)
class Rest:
    """What an entry has besides its data; most have nothing of it."""

    postings: tuple[Posting, ...] = ()
    grant_id: UUID | None = None
    budget_year: int | None = None
    attachments: tuple[Attachment, ...] = ()
    private: Mapping[str, Any] = field(default_factory=dict, repr=False)
    persons: Mapping[str, UUID] = field(default_factory=dict)


def drafted(order: Order, *, key: str, kind: str, valid_on: date, data: Mapping[str, Any], rest: Rest) -> Draft:
    """The entry that an order becomes; it stands as the order says, and is about the order's grant."""
    return Draft(
        key=key,
        kind=kind,
        standing=standing_of(order),
        valid_on=valid_on,
        data=data,
        request_sha256=request_of(order),
        postings=rest.postings,
        grant_id=rest.grant_id or getattr(order, "grant_id", None),
        budget_year=rest.budget_year or getattr(order, "budget_year", None),
        attachments=rest.attachments,
        private=rest.private,
        persons=rest.persons,
    )


def standing_of(order: Order) -> Standing:
    """What an order is worth; one that only answers another order stands as that one, which its function says."""
    standing: Standing = getattr(order, "standing", "own")
    return standing


def request_of(order: Message) -> str:
    """The digest of what was ordered. Its private part is left out: the digest of a name could be guessed."""
    return digest_of(order.model_dump(mode="json", exclude={"private"}))


def key_of(order: LedgerOrder, pattern: str) -> str:
    """The name of the entry, from the order's own ids: known before anything is looked up."""
    return pattern.format(**{name: getattr(order, name) for name in type(order).model_fields})


def said(order: Message, *, without: Sequence[str] = (), **more: Any) -> dict[str, Any]:
    """The order's fields as the leaf says them: amounts as text, nothing that is empty, and `more`."""
    left_out = OF_THE_ENTRY.union(without)
    given = order.model_dump(mode="json", exclude_none=True)
    fields = {name: _texts(name, value) for name, value in given.items() if name not in left_out}
    whole = fields | {name: _texts(name, value) for name, value in more.items()}
    return {name: value for name, value in whole.items() if value is not None and value not in ("", [], {})}


def moved(debit: str, credit: str, amount: int, currency: str) -> tuple[Posting, ...]:
    """From the credited account to the debited one; a negative amount goes the other way."""
    if amount == 0:
        return ()
    return Posting(debit, amount, currency), Posting(credit, -amount, currency)


def summed(*postings: Posting) -> tuple[Posting, ...]:
    """One posting for each account and currency, without those that come to nothing."""
    sums: dict[tuple[str, str], int] = {}
    for one in postings:
        sums[one.account, one.currency] = sums.get((one.account, one.currency), 0) + one.amount
    return tuple(Posting(account, amount, currency) for (account, currency), amount in sums.items() if amount)


def day(text: str, name: str) -> date:
    """The calendar day. Raises NotAllowed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAllowed("not_a_day", name) from None


def days(order: Message, *names: str) -> None:
    """Every day of an order is one. Raises NotAllowed naming the field."""
    for name in names:
        given = getattr(order, name)
        if given is not None:
            day(given, name)


def _texts(name: str, value: Any) -> Any:
    if name in AMOUNTS and isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return [_texts("", one) for one in value]
    if isinstance(value, dict):
        return {key: _texts(key, one) for key, one in value.items() if one is not None}
    return value
