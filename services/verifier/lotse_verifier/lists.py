"""Belegliste and plan against actual, recomputed from the entries (I17): nothing left out, added or twice."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lotse_verifier import cells
from lotse_verifier.books import WHOLE, Books, Charge, amount_of, charged, shares_of, text_of
from lotse_verifier.cells import Misshapen, amount_cell, day_cell, text_cell, titled
from lotse_verifier.entries import Entry
from lotse_verifier.faults import Finding
from lotse_verifier.tiles import Files

BELEGLISTE = "belegliste.csv"
SOLL_IST = "soll_ist.csv"
TITLES = (
    "Lfd. Nr.",
    "Zuwendung",
    "Kostenposition",
    "Beleg-Nr.",
    "Auftragsdatum",
    "Rechnungsdatum",
    "Rechnungsbetrag brutto",
    "USt",
    "Zahlungsdatum",
    "Zahlungsart/Konto",
    "Empfänger/Einzahler",
    "Grund der Zahlung",
    "Gezahlter Betrag",
    "Projektanteil %",
    "Zuwendungsfähig",
    "Ablehnungsgrund",
    "Mittelabruf-Nr. (FIFO)",
    "Beleg-SHA-256",
    "Log-Index",
    "Kennzeichen",
)
NOT_RECOMPUTED = ("Zahlungsart/Konto", "Mittelabruf-Nr. (FIFO)")
SOLL_IST_TITLES = (
    "Zuwendung",
    "Kostenposition",
    "Bezeichnung",
    "Soll",
    "Ist",
    "Abweichung",
    "Abweichung %",
    "Kennzeichen",
)
Key = tuple[str, str, str]
"""Log index, grant, cost line: names a row."""


@dataclass(frozen=True)
class Charged:
    """A line that the Belegliste must have: an entry's part in one cost line; no share may say how much."""

    entry: Entry
    voucher: Entry | None
    charge: Charge
    points: int | None


def charges(books: Books, grants: Sequence[str]) -> list[Charged]:
    """All lines, in their order."""
    wanted = set(grants)
    found = [
        Charged(entry, voucher, charge, points)
        for entry in books.in_force()
        for voucher in (_voucher(entry, books),)
        for charge, points in _charges(entry, voucher).items()
        if charge[0] in wanted
    ]
    return sorted(found, key=lambda one: (*one.charge, one.entry.valid_on, one.entry.index))


def covered_entries(lines: Sequence[Charged]) -> list[Entry]:
    """The entries that the Belegliste names, in the order of the log."""
    found = {one.entry.index: one.entry for one in lines}
    return [found[index] for index in sorted(found)]


def check_belegliste(
    files: Files, lines: Sequence[Charged], opened: Mapping[tuple[int, str], Any]
) -> Iterator[Finding]:
    """Row by row against the entries."""
    there = _list(files, BELEGLISTE, TITLES)
    if there is None:
        yield Finding("edited", "list_misshapen", file=BELEGLISTE)
        return
    wanted = _rows(lines, opened)
    by_key: defaultdict[Key, list[Mapping[str, str]]] = defaultdict(list)
    for row in there:
        by_key[_key(row)].append(row)
    for key, row in wanted.items():
        found = by_key.pop(key, [])
        index = int(key[0])
        if not found:
            yield Finding("removed", "row_missing", index, file=BELEGLISTE)
        elif len(found) > 1:
            yield Finding("inserted", "row_twice", index, file=BELEGLISTE)
        else:
            yield from _row_differs(row, found[0], index)
    for number, _, _ in by_key:
        yield Finding("inserted", "row_of_nothing", _index(number), file=BELEGLISTE)
    in_order = [_key(row) for row in there] == list(wanted) and all(
        row["Lfd. Nr."] == str(number) for number, row in enumerate(there, 1)
    )
    if not in_order:
        yield Finding("edited", "list_order", file=BELEGLISTE)


def _list(files: Files, name: str, titles: Sequence[str]) -> list[dict[str, str]] | None:
    try:
        return titled(files.read(name), titles) if files.has(name) else None
    except Misshapen:
        return None


def _row_differs(wanted: Mapping[str, str], there: Mapping[str, str], index: int) -> Iterator[Finding]:
    for title, cell in wanted.items():
        if there[title] != cell:
            yield Finding("edited", "row_differs", index, file=BELEGLISTE, values=(title,))
            return


def _key(row: Mapping[str, str]) -> Key:
    return row["Log-Index"], row["Zuwendung"], row["Kostenposition"]


def _index(number: str) -> int | None:
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 16 else None


def _charges(entry: Entry, voucher: Entry | None) -> dict[Charge, int | None]:
    """What the entry charges, with the share in basis points; None where no share says one."""
    found: dict[Charge, int | None] = {}
    for share in shares_of(voucher) if voucher else ():
        charge = share.grant_id, share.line
        found[charge] = (found.get(charge) or 0) + share.basis_points
    for charge, _ in charged(entry):
        found.setdefault(charge, None)
    return found


def _voucher(entry: Entry, books: Books) -> Entry | None:
    if entry.kind == "voucher":
        return entry
    return books.vouchers.get(text_of(entry.data, "voucher_id")) if entry.kind == "refund" else None


def _rows(lines: Sequence[Charged], opened: Mapping[tuple[int, str], Any]) -> dict[Key, dict[str, str]]:
    rows = {}
    for line in lines:
        payee = opened.get((line.entry.index, "payee"))
        row = _row(line.entry, line.voucher, line.charge, line.points)
        row["Empfänger/Einzahler"] = text_cell(payee.get("name") if isinstance(payee, dict) else "")
        rows[_key(row)] = row
    return rows


def _row(entry: Entry, voucher: Entry | None, charge: Charge, points: int | None) -> dict[str, str]:
    said = (voucher or entry).data
    paid = amount_of(entry, "paid", "amount")
    if entry.kind == "refund" and paid is not None:
        paid = -paid
    eligible = sum(amount for (charges, _), amount in charged(entry).items() if charges == charge)
    return {
        "Zuwendung": charge[0],
        "Kostenposition": charge[1],
        "Beleg-Nr.": text_cell(said.get("number")),
        "Auftragsdatum": day_cell(said.get("ordered_on")),
        "Rechnungsdatum": day_cell(said.get("invoiced_on")),
        "Rechnungsbetrag brutto": amount_cell(amount_of(voucher or entry, "gross")),
        "USt": amount_cell(amount_of(voucher or entry, "vat")),
        "Zahlungsdatum": day_cell(entry.valid_on),
        "Grund der Zahlung": text_cell(said.get("reason")),
        "Gezahlter Betrag": amount_cell(paid if entry.kind in ("voucher", "refund") else None),
        "Projektanteil %": amount_cell(WHOLE if points is None else points),
        "Zuwendungsfähig": amount_cell(eligible),
        "Ablehnungsgrund": text_cell(said.get("refused_reason")),
        "Beleg-SHA-256": text_cell(said.get("document_sha256")),
        "Log-Index": str(entry.index),
        "Kennzeichen": "DEMO" if entry.leaf["standing"] == "demo" else "",
    }


def check_soll_ist(files: Files, books: Books, grants: Sequence[str]) -> Iterator[Finding]:
    """Actual figures are the balances of the cost lines; each line with money in it has its row."""
    there = _list(files, SOLL_IST, SOLL_IST_TITLES)
    if there is None:
        yield Finding("edited", "list_misshapen", file=SOLL_IST)
        return
    sums: defaultdict[Charge, int] = defaultdict(int)
    for (charge, _), amount in books.balances().items():
        sums[charge] += amount
    seen = set()
    for row in there:
        charge = row["Zuwendung"], row["Kostenposition"]
        planned, actual = cells.amount_in(row["Soll"] or "0,00"), cells.amount_in(row["Ist"])
        if charge[0] not in grants or charge in seen:
            yield Finding("inserted", "line_of_nothing", file=SOLL_IST, values=(charge[1][:40],))
        elif actual != sums[charge] or planned is None or cells.amount_in(row["Abweichung"]) != actual - planned:
            yield Finding("edited", "line_differs", file=SOLL_IST, values=(charge[1][:40],))
        seen.add(charge)
    for charge, amount in sorted(sums.items()):
        if amount and charge[0] in grants and charge not in seen:
            yield Finding("removed", "line_missing", file=SOLL_IST, values=(charge[1][:40],))
