"""The voucher list of a proof of use (Belegliste): each payment once in each cost line that it charges.

Source: R18; the columns are those that Saxon forms ask for, merged, with the digest and place that a proof is found by.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.lists.charges import Charge
from lotse_ledger.domain.lists.spreadsheet import Amount, Cell, Percent

RULE = "R18"
DEMO = "DEMO"
WHOLE = 10_000  # basis points
TITLES = (
    *("Lfd. Nr.", "Zuwendung", "Kostenposition", "Beleg-Nr.", "Auftragsdatum", "Rechnungsdatum"),
    *("Rechnungsbetrag brutto", "USt", "Zahlungsdatum", "Zahlungsart/Konto", "Empfänger/Einzahler"),
    *("Grund der Zahlung", "Gezahlter Betrag", "Projektanteil %", "Zuwendungsfähig", "Ablehnungsgrund"),
    *("Mittelabruf-Nr. (FIFO)", "Beleg-SHA-256", "Log-Index", "Kennzeichen"),
)
_ASSETS = {"bank": "Bank", "cash": "Kasse"}


def belegliste(
    charges: Iterable[Charge], *, payees: Mapping[int, str], drawdowns: Mapping[tuple[UUID, int], Sequence[str]]
) -> list[tuple[Cell, ...]]:
    """The rows. `payees` are by log index, empty for who may not see them; `drawdowns` say which money paid what."""
    return [
        _row(number, charge, payees.get(charge.entry.log_index, ""), _money(charge, drawdowns))
        for number, charge in enumerate(charges, 1)
    ]


def _row(number: int, charge: Charge, payee: str, drawdowns: str) -> tuple[Cell, ...]:
    entry = charge.entry
    data: Mapping[str, Any] = charge.voucher.data if charge.voucher is not None else entry.data
    return (
        number,
        str(charge.grant_id),
        charge.line,
        _text(data, "number"),
        _day(data, "ordered_on"),
        _day(data, "invoiced_on"),
        _amount(data, "gross"),
        _amount(data, "vat"),
        entry.valid_on,
        _paid_from(entry),
        payee,
        _text(data, "reason"),
        _paid(entry),
        Percent(WHOLE if charge.basis_points is None else charge.basis_points),
        Amount(charge.amount),
        _text(data, "refused_reason"),
        drawdowns,
        _text(data, "document_sha256"),
        entry.log_index,
        DEMO if entry.is_demo else "",
    )


def _money(charge: Charge, drawdowns: Mapping[tuple[UUID, int], Sequence[str]]) -> str:
    return ", ".join(drawdowns.get((charge.grant_id, charge.entry.log_index), ()))


def _paid(entry: Recorded) -> Amount | None:
    """What left the account; what came back is negative."""
    if entry.kind == "refund":
        return Amount(-int(entry.data["amount"]))
    if entry.kind == "voucher":
        return Amount(int(entry.data.get("paid", entry.data.get("amount", "0"))))
    return None


def _paid_from(entry: Recorded) -> str:
    named = {posting.account.split(":")[1] for posting in entry.postings if posting.account.startswith("assets:")}
    return ", ".join(_ASSETS.get(name, name) for name in sorted(named))


def _text(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name) or "")


def _day(data: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(data[name]) if data.get(name) else None


def _amount(data: Mapping[str, Any], name: str) -> Amount | None:
    return Amount(int(data[name])) if data.get(name) not in (None, "") else None
