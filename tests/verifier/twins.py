"""The lists and journals of a bundle, computed from the leaves after docs/guides/bundle.md."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tests.verifier.histories import History

PAYMENTS = ("voucher", "refund")
BELEGLISTE = (
    "Lfd. Nr.;Zuwendung;Kostenposition;Beleg-Nr.;Auftragsdatum;Rechnungsdatum;Rechnungsbetrag brutto;USt;Zahlungsdatum;"
    "Zahlungsart/Konto;Empfänger/Einzahler;Grund der Zahlung;Gezahlter Betrag;Projektanteil %;Zuwendungsfähig;"
    "Ablehnungsgrund;Mittelabruf-Nr. (FIFO);Beleg-SHA-256;Log-Index;Kennzeichen"
)
SOLL_IST = "Zuwendung;Kostenposition;Bezeichnung;Soll;Ist;Abweichung;Abweichung %;Kennzeichen"


def table(titles: str, rows: Sequence[Sequence[str]]) -> bytes:
    lines = [titles, *(";".join(_quoted(cell) for cell in row) for row in rows)]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(';"\r\n') else cell


def _text(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _euros(cents: int | None) -> str:
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _day(day: str | None) -> str:
    return f"{day[8:]}.{day[5:7]}.{day[:4]}" if day else ""


def _dead(kept: History) -> set[int]:
    dead: set[int] = set()
    for leaf in reversed(kept.leaves):
        if "reverses" in leaf and leaf["log_index"] not in dead:
            dead.add(leaf["reverses"])
    return dead


def belegliste_rows(kept: History) -> list[list[str]]:
    dead = _dead(kept)
    vouchers = {one["data"]["voucher_id"]: one for one in kept.leaves if one["kind"] == "voucher"}
    payees = {one["log_index"]: one["content"]["name"] for one in kept.openings if one["part"] == "payee"}
    rows = []
    for leaf in kept.leaves:
        if leaf["log_index"] in dead or "reverses" in leaf:
            continue
        voucher = vouchers.get(leaf.get("data", {}).get("voucher_id")) if leaf["kind"] in PAYMENTS else None
        posted = _posted(leaf)
        shares = {}
        if voucher:
            whole = [{"grant_id": voucher["grant_id"], "line": voucher["data"]["line"], "basis_points": 10_000}]
            shares = {
                (one["grant_id"], one["line"]): one["basis_points"] for one in voucher["data"].get("shares", whole)
            }
        rows += [
            _row(leaf, voucher or leaf, pair, (shares.get(pair, 10_000), posted.get(pair, 0)), payees)
            for pair in {**shares, **posted}
            if pair[0] in kept.grants
        ]
    rows.sort(key=lambda row: (row[1], row[2], row[8][6:] + row[8][3:5] + row[8][:2], int(row[18])))
    return [[str(number), *row[1:]] for number, row in enumerate(rows, 1)]


def _posted(leaf: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in leaf.get("postings", ()):
        parts = posting["account"].split(":")
        if parts[0] == "expense" and len(parts) == 3:
            found[parts[1], parts[2]] += int(posting["amount"])
    return dict(found)


def _row(
    leaf: Mapping[str, Any],
    said: Mapping[str, Any],
    pair: tuple[str, str],
    share: tuple[int, int],
    payees: Mapping[int, str],
) -> list[str]:
    data, own = said.get("data", {}), leaf.get("data", {})
    paid = int(own["amount"]) if leaf["kind"] in PAYMENTS else None
    if leaf["kind"] == "refund" and paid is not None:
        paid = -paid
    money = {name: int(data[name]) if name in data else None for name in ("gross", "vat")}
    return [
        "",
        *pair,
        _text(data.get("number", "")),
        _day(data.get("ordered_on")),
        _day(data.get("invoiced_on")),
        _euros(money["gross"]),
        _euros(money["vat"]),
        _day(leaf["valid_on"]),
        "Bank",
        _text(payees.get(leaf["log_index"], "")),
        _text(data.get("reason", "")),
        _euros(paid),
        _euros(share[0]),
        _euros(share[1]),
        _text(data.get("refused_reason", "")),
        "",
        data.get("document_sha256", ""),
        str(leaf["log_index"]),
        "DEMO" if leaf["standing"] == "demo" else "",
    ]


def soll_ist_rows(kept: History) -> list[list[str]]:
    spent: defaultdict[tuple[str, str], int] = defaultdict(int)
    for leaf in kept.leaves:
        for pair, amount in _posted(leaf).items():
            spent[pair] += amount
    pairs = {
        *(pair for pair in kept.plans if pair[0] in kept.grants),
        *(pair for pair, amount in spent.items() if amount and pair[0] in kept.grants),
    }
    return [
        [*pair, pair[1].title(), _euros(planned), _euros(spent[pair]), _euros(spent[pair] - planned), "", ""]
        for pair in sorted(pairs)
        for planned in (kept.plans.get(pair, 0),)
    ]


def _decimal(amount: str) -> str:
    return _euros(int(amount)).replace(",", ".")


def hledger(kept: History) -> bytes:
    text = "; DEMO\n\ndecimal-mark .\n\ncommodity 1000.00 EUR\n"
    for leaf in kept.leaves:
        if leaf.get("postings"):
            text += f"\n{leaf['valid_on']} ({leaf['log_index']}) {leaf['kind']}\n"
            text += "".join(
                f"    {one['account']}  {_decimal(one['amount'])} {one['currency']}\n" for one in leaf["postings"]
            )
    return text.encode()


def beancount(kept: History) -> bytes:
    accounts = sorted({one["account"] for leaf in kept.leaves for one in leaf.get("postings", ())})
    names = {account: f"Equity:A{number}" for number, account in enumerate(accounts)}
    text = 'option "title" "alpha"\n\n2025-01-01 commodity EUR\n  name: "EUR"\n'
    text += "".join(f"2025-01-01 open {name}\n" for name in names.values())
    for leaf in kept.leaves:
        if leaf.get("postings"):
            text += f'\n{leaf["valid_on"]} * "{leaf["kind"]}"\n  log_index: "{leaf["log_index"]}"\n'
            text += "".join(
                f"  {names[one['account']]}  {_decimal(one['amount'])} {one['currency']}\n" for one in leaf["postings"]
            )
    return text.encode()
