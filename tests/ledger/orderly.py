"""Entries as orders make them, and books grown from them, without a database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from lotse_ledger.domain.checkpoints import Head
from lotse_ledger.domain.entries import Draft, Place, Posting, Recorded, entered, mirrored
from lotse_ledger.domain.invariants.books import Books, Moment, summed
from lotse_ledger.domain.merkle import root_of
from tests.ledger import given

GRANT, OTHER = given.GRANT, UUID("b1a7c8d4-3e9f-4c06-8d27-6b4f9e1a2026")
YEAR, TODAY = 2026, date(2026, 11, 25)
DOCUMENT = "ab" * 32


def draft(kind: str, data: Mapping[str, Any], *rows: tuple[str, int], on: str = "2026-02-01", **changed: Any) -> Draft:
    plain: dict[str, Any] = {
        "key": f"{kind}:{uuid4()}",
        "kind": kind,
        "standing": "demo",
        "valid_on": date.fromisoformat(on),
        "data": data,
        "request_sha256": "",
        "postings": tuple(Posting(account, amount, "EUR") for account, amount in rows),
        "grant_id": GRANT,
        "budget_year": YEAR,
    }
    return Draft(**plain | changed)


def award(amount: int = 50_000_00, **changed: Any) -> Draft:
    data = {
        "decision_id": str(uuid4()),
        "type": "award",
        "financing_type": "share",
        "amount": str(amount),
        "currency": "EUR",
        "period_from": "2025-10-01",
        "period_to": "2026-12-31",
        "file_ref": "DEMO",
    }
    account = f"grant:{GRANT}:{YEAR}:awarded"
    return draft("decision", data, (account, amount), ("commitment:city", -amount), on="2025-11-20", **changed)


def plan(costs: int = 60_000_00, funding: int = 60_000_00) -> Draft:
    def lines(**amounts: int) -> list[dict[str, str]]:
        return [{"line": name, "title": name, "amount": str(amount)} for name, amount in amounts.items()]

    data = {
        "plan_id": str(uuid4()),
        "version": 1,
        "state": "approved",
        "currency": "EUR",
        "costs": lines(material=costs),
        "funding": lines(city=50_000_00, own=funding - 50_000_00),
    }
    return draft("plan", data, on="2025-11-18")


def drawdown(amount: int = 10_000_00, drawdown_id: str = "d1") -> Draft:
    data = {"drawdown_id": str(UUID(int=int(drawdown_id[1:]))), "amount": str(amount), "expires_on": "2026-12-31"}
    rows = (f"grant:{GRANT}:{YEAR}:drawdown_requested", amount), (f"grant:{GRANT}:{YEAR}:awarded", -amount)
    return draft("drawdown", data, *rows, on="2026-01-15")


def disbursement(amount: int = 10_000_00, drawdown_id: str = "d1") -> Draft:
    data = {
        "disbursement_id": str(uuid4()),
        "drawdown_id": str(UUID(int=int(drawdown_id[1:]))),
        "amount": str(amount),
    }
    return draft(
        "disbursement",
        data,
        (f"grant:{GRANT}:{YEAR}:disbursed", amount),
        (f"grant:{GRANT}:{YEAR}:drawdown_requested", -amount),
        ("assets:bank", amount),
        (f"liab:grant_unused:{GRANT}", -amount),
        on="2026-01-20",
    )


def voucher(amount: int = 6_000_00, *, points: int = 10_000, on: str = "2026-02-03", **data: Any) -> Draft:
    share = {
        "grant_id": str(GRANT),
        "line": "material",
        "basis_points": points,
        "eligible": str(amount),
        "ineligible": "0",
    }
    plain = {
        "voucher_id": str(uuid4()),
        "line": "material",
        "gross": str(amount),
        "paid": str(amount),
        "eligible": str(amount),
        "reason": "Druck",
        "currency": "EUR",
        "document_sha256": DOCUMENT,
        "payment_sha256": "cd" * 32,
        "shares": [share],
    }
    given_data = {name: value for name, value in (plain | data).items() if value is not None}
    return draft("voucher", given_data, (f"expense:{GRANT}:material", amount), ("assets:bank", -amount), on=on)


def recognised(amount: int) -> Draft:
    rows = (f"liab:grant_unused:{GRANT}", amount), (f"income:grant:{GRANT}", -amount)
    return draft("use_recognised", {"amount": str(amount)}, *rows, on="2026-02-03")


def reported(kind: str, amount: int, **data: Any) -> Draft:
    account = f"reported:city:available:{YEAR}"
    rows = (account, amount), (f"reported:city:appropriation:{YEAR}", -amount)
    return draft(kind, {"amount": str(abs(amount)), "currency": "EUR", **data}, *rows, on="2025-03-31", grant_id=None)


def reversal(of: int, entry: Draft, **changed: Any) -> Draft:
    plain: dict[str, Any] = {"reverses": of, "postings": mirrored(entry.postings)}
    return draft("reversal", {"reason": "test"}, on="2026-03-01", **plain | changed)


def orderly() -> list[Draft]:
    paid = voucher()
    return [
        reported("appropriation_reported", 100_000_00),
        plan(),
        award(),
        drawdown(),
        disbursement(),
        paid,
        recognised(5_000_00),
        voucher(on="2026-02-04", document_sha256="ef" * 32),
        draft("period_closed", {"until": "2026-01-31"}, on="2026-02-28", grant_id=None, budget_year=None),
    ]


def books(drafts: Sequence[Draft], *, sums: Callable[[Sequence[Recorded]], Any] = summed) -> Books:
    entries, leaves = [], []
    for index, one in enumerate(drafts):
        entry = entered(one, Place(given.ORIGIN, index, given.NOW - timedelta(days=200) + timedelta(hours=index)))
        leaves.append(entry.body)
        entries.append(recorded(index, one, entry.leaf_sha256, entry.recorded_at))
    hashes = [one.leaf_sha256 for one in entries]
    return Books(
        association="auslaenderrat",
        today=TODAY,
        entries=entries,
        leaves=leaves,
        sums=sums(entries),
        moments=[Moment(date(2026, 1, 31), min(5, len(entries)), summed(entries[:5], valid_to=date(2026, 1, 31)))],
        heads=[
            Head(given.ORIGIN, size, root_of(hashes[:size]))
            for size in sorted({3, 5, len(hashes)})
            if size <= len(hashes)
        ],
    )


def recorded(index: int, one: Draft, leaf: bytes, at: Any) -> Recorded:
    return Recorded(
        log_index=index,
        key=one.key,
        kind=one.kind,
        standing=one.standing,
        valid_on=one.valid_on,
        recorded_at=at,
        known_at=at,
        reconstructed=False,
        grant_id=one.grant_id,
        budget_year=one.budget_year,
        reverses=one.reverses,
        data=one.data,
        postings=one.postings,
        leaf_sha256=leaf,
    )
