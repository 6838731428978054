"""Bundles over a history, as the format's page has them: a mapping of names to bytes, and the ZIP of it."""

import base64
import hashlib
import struct
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from tests.verifier.histories import POLICY, WITNESS_KEY, WITNESSED_AT, History, Key

Files = dict[str, bytes]
VALID_TO = "2099-12-31"
PAYMENTS = ("voucher", "refund")


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


class Recursion:
    """The Merkle tree as RFC 6962, section 2.1 defines it; a hash is kept once it was computed."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self.hashes = hashes
        self.known: dict[tuple[int, int], bytes] = {}

    def root(self, start: int = 0, end: int | None = None) -> bytes:
        stop = len(self.hashes) if end is None else end
        if stop - start == 0:
            return hashlib.sha256(b"").digest()
        if stop - start == 1:
            return self.hashes[start]
        if (start, stop) not in self.known:
            middle = start + _half(stop - start)
            joined = b"\x01" + self.root(start, middle) + self.root(middle, stop)
            self.known[start, stop] = hashlib.sha256(joined).digest()
        return self.known[start, stop]

    def path(self, index: int, start: int = 0, end: int | None = None) -> list[bytes]:
        stop = len(self.hashes) if end is None else end
        if stop - start <= 1:
            return []
        middle = start + _half(stop - start)
        if index < middle:
            return [*self.path(index, start, middle), self.root(middle, stop)]
        return [*self.path(index, middle, stop), self.root(start, middle)]


def _half(count: int) -> int:
    """The largest power of two below it."""
    return 1 << (count - 1).bit_length() - 1


def note(origin: str, size: int, root: bytes) -> bytes:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()


def signed(text: bytes, key: Key, *witnesses: Key, at: int = WITNESSED_AT) -> bytes:
    """A checkpoint with its cosignatures."""
    lines = key.line(key.private.sign(text))
    for witness in witnesses:
        blob = at.to_bytes(8, "big") + witness.private.sign(f"cosignature/v1\ntime {at}\n".encode() + text)
        lines += witness.line(blob)
    return text + b"\n" + lines.encode()


def tile_files(bodies: Sequence[bytes], hashes: Sequence[bytes]) -> Files:
    """Tiles and entry bundles."""
    files: Files = {}
    for start in range(0, len(bodies), 256):
        some = bodies[start : start + 256]
        raw = b"".join(struct.pack(">H", len(body)) + body for body in some)
        files[tile_path("entries", start // 256, len(some))] = raw
    level, row = 0, list(hashes)
    while row:
        for start in range(0, len(row), 256):
            some = row[start : start + 256]
            files[tile_path(str(level), start // 256, len(some))] = b"".join(some)
        row = [Recursion(row[at : at + 256]).root() for at in range(0, len(row) - 255, 256)]
        level += 1
    return files


def tile_path(level: str, number: int, width: int) -> str:
    parts = [f"{number:03d}"]
    if number >= 1000:
        parts = [f"x{number // 1000:03d}", f"{number % 1000:03d}"]
    return f"log/tile/{level}/{'/'.join(parts)}" + ("" if width == 256 else f".p/{width}")


def proof(index: int, tree: Recursion, checkpoint: bytes) -> bytes:
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}"]
    lines += [base64.b64encode(one).decode() for one in tree.path(index)]
    return "\n".join(lines).encode() + b"\n\n" + checkpoint


def bundle(
    kept: History,
    *,
    checkpoint: bytes | None = None,
    key: Key | None = None,
    witnesses: Sequence[Key] = (WITNESS_KEY,),
    bodies: Sequence[bytes] | None = None,
) -> Files:
    """All files of a bundle over a history. `bodies` replace the entries, everything else is made to fit them."""
    written = kept.bodies if bodies is None else list(bodies)
    hashes = [leaf_hash(body) for body in written]
    tree = Recursion(hashes)
    origin = kept.leaves[0]["origin"] if kept.leaves else "alpha.example/grant-ledger"
    note_raw = checkpoint or signed(note(origin, len(written), tree.root()), key or kept.key, *witnesses)
    rows = belegliste_rows(kept)
    about: dict[str, Any] = {
        "format": "lotse-bundle@v1",
        "origin": origin,
        "size": len(written),
        "valid_to": VALID_TO,
        "grants": kept.grants,
        "belege_missing": sorted(kept.missing & _covered_files(kept, rows)),
    }
    if kept.leaves:
        about["recorded_to"] = kept.leaves[-1]["recorded_at"]
    files: Files = {
        "LIESMICH.txt": b"drei Schritte\n",
        "bundle.json": rfc8785.dumps(about) + b"\n",
        "policy.txt": POLICY,
        "log/checkpoint": note_raw,
        **tile_files(written, hashes),
        **{f"proofs/{index}.tlog-proof": proof(index, tree, note_raw) for index in {int(row[18]) for row in rows}},
        "openings.jsonl": openings(kept),
        **{f"belege/{digest}": raw for digest, raw in kept.evidence.items()},
        "belegliste.csv": table(BELEGLISTE, rows),
        "soll_ist.csv": table(SOLL_IST, soll_ist_rows(kept)),
        "journal.hledger": hledger(kept),
        "journal.beancount": beancount(kept),
        "verify.html": b"<!doctype html>",
    }
    return with_manifest(files)


def _covered_files(kept: History, rows: Sequence[Sequence[str]]) -> set[str]:
    covered = {int(row[18]) for row in rows}
    return {
        one["sha256"] for leaf in kept.leaves if leaf["log_index"] in covered for one in leaf.get("attachments", ())
    }


def with_manifest(files: Mapping[str, bytes]) -> Files:
    """The same files with the manifest that fits them."""
    rest = {name: raw for name, raw in files.items() if name != "MANIFEST.sha256"}
    lines = [f"{hashlib.sha256(rest[name]).hexdigest()}  {name}\n" for name in sorted(rest)]
    return {**rest, "MANIFEST.sha256": "".join(lines).encode()}


def openings(kept: History) -> bytes:
    found = sorted(kept.openings, key=lambda one: (one["log_index"], one["part"]))
    return b"".join(rfc8785.dumps(one) + b"\n" for one in found)


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
    pairs = {*kept.plans, *(pair for pair, amount in spent.items() if amount and pair[0] in kept.grants)}
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


def zipped(files: Mapping[str, bytes], *, deflate: bool = False) -> bytes:
    """The ZIP to the byte, as the format has it."""
    out, directory = b"", b""
    for name in sorted(files):
        raw = files[name]
        packed = _deflated(raw) if deflate else raw
        method = 8 if deflate else 0
        sizes = (zlib.crc32(raw), len(packed), len(raw), len(name), 0)
        local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, method, 0, 33, *sizes)
        directory += (
            struct.pack(
                "<IHHHHHHIIIHHHHHII",
                0x02014B50,
                3 << 8 | 20,
                20,
                0,
                method,
                0,
                33,
                *sizes,
                0,
                0,
                0,
                0o100644 << 16,
                len(out),
            )
            + name.encode()
        )
        out += local + name.encode() + packed
    return (
        out
        + directory
        + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(files), len(files), len(directory), len(out), 0)
    )


def _deflated(raw: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(raw) + packing.flush()
