"""Which entries charge which cost lines of which grants: what a voucher list has a row for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from lotse_ledger.domain.entries import Recorded, out_of_force

EXPENSE = "expense"


@dataclass(frozen=True)
class Charge:
    """One entry's part in one cost line; `voucher` is what the entry is or takes from, `basis_points` its share."""

    entry: Recorded
    voucher: Recorded | None
    grant_id: UUID
    line: str
    amount: int
    basis_points: int | None


def charges_of(entries: Iterable[Recorded], grants: frozenset[UUID] | None = None) -> list[Charge]:
    """Sorted by grant, cost line, day and index, of these grants or of all.

    `entries` are all of a log up to a valid day, as far as it was known: what reverses them is among them.
    """
    found = list(entries)
    dead = out_of_force([(one.log_index, one.reverses) for one in found if one.reverses is not None])
    vouchers = {str(one.data.get("voucher_id")): one for one in found if one.kind == "voucher"}
    charges = [
        charge
        for one in found
        if one.log_index not in dead and one.reverses is None
        for charge in _charges(one, vouchers)
        if grants is None or charge.grant_id in grants
    ]
    return sorted(charges, key=_order)


def _charges(entry: Recorded, vouchers: Mapping[str, Recorded]) -> Iterator[Charge]:
    posted = _posted(entry)
    voucher = _voucher(entry, vouchers)
    shares = _shares(voucher) if voucher is not None else {}
    for pair in {**shares, **posted}:
        yield Charge(entry, voucher, *pair, amount=posted.get(pair, 0), basis_points=shares.get(pair))


def _voucher(entry: Recorded, vouchers: Mapping[str, Recorded]) -> Recorded | None:
    if entry.kind == "voucher":
        return entry
    return vouchers.get(str(entry.data.get("voucher_id"))) if entry.kind == "refund" else None


def _shares(voucher: Recorded) -> dict[tuple[UUID, str], int | None]:
    """What a voucher charges; without shares its grant's line, wholly."""
    shares: Sequence[Mapping[str, object]] = voucher.data.get("shares") or ()
    if shares:
        return {(UUID(str(one["grant_id"])), str(one["line"])): int(str(one["basis_points"])) for one in shares}
    if voucher.grant_id is None or "line" not in voucher.data:
        return {}
    return {(voucher.grant_id, str(voucher.data["line"])): None}


def _posted(entry: Recorded) -> dict[tuple[UUID, str], int]:
    """Sums of what the entry posts to `expense:<grant>:<line>`."""
    sums: dict[tuple[UUID, str], int] = {}
    for posting in entry.postings:
        pair = pair_of(posting.account)
        if pair is not None:
            sums[pair] = sums.get(pair, 0) + posting.amount
    return sums


def pair_of(account: str) -> tuple[UUID, str] | None:
    """Grant and cost line of an expense account; None for any other account."""
    first, _, rest = account.partition(":")
    grant, gap, line = rest.partition(":")
    if first != EXPENSE or not gap:
        return None
    try:
        return UUID(grant), line
    except ValueError:
        return None


def _order(charge: Charge) -> tuple[str, str, str, int]:
    entry = charge.entry
    return str(charge.grant_id), charge.line, entry.valid_on.isoformat(), entry.log_index
