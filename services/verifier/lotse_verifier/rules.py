"""Rules of the books that need nothing but the entries: I1, I8, I11 (its second half) and I12.

The names are those of docs/guides/bundle.md. A signed log that breaks one was never kept by the service.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lotse_verifier.books import WHOLE, amount_of, out_of_force, shares_of
from lotse_verifier.entries import Entry
from lotse_verifier.faults import Finding

CLOSINGS = ("period_closed", "period_reopened")


def broken_rules(entries: Sequence[Entry]) -> Iterator[Finding]:
    """In the order of the checks."""
    yield from _unbalanced(entries)
    yield from _not_mirrored(entries)
    yield from _in_closed_period(entries)
    yield from _charged_too_much(entries)


def _unbalanced(entries: Sequence[Entry]) -> Iterator[Finding]:
    """I1: debits and credits are equal in each currency."""
    for entry in entries:
        sums: defaultdict[str, int] = defaultdict(int)
        for posting in entry.postings:
            sums[posting.currency] += posting.amount
        if any(sums.values()):
            yield Finding("rule", "not_balanced", entry.index, values=("I1",))


def _not_mirrored(entries: Sequence[Entry]) -> Iterator[Finding]:
    """I12: a reversal takes back the whole of an earlier entry, each once."""
    by_index = {one.index: one for one in entries}
    reversed_by: dict[int, int] = {}
    for entry in entries:
        if entry.reverses is None:
            if entry.kind == "reversal":
                yield Finding("rule", "reverses_nothing", entry.index, values=("I12",))
            continue
        target = by_index.get(entry.reverses)
        if target is None or target.index >= entry.index:
            yield Finding("rule", "reverses_nothing", entry.index, values=("I12",))
            continue
        mirrored = sorted((one.account, one.currency, -one.amount) for one in target.postings)
        if mirrored != sorted((one.account, one.currency, one.amount) for one in entry.postings):
            yield Finding("rule", "not_mirrored", entry.index, values=("I12", str(target.index)))
        if target.index in reversed_by:
            yield Finding("rule", "reversed_twice", entry.index, values=("I12", str(target.index)))
        reversed_by[target.index] = entry.index


def _in_closed_period(entries: Sequence[Entry]) -> Iterator[Finding]:
    """I11: nothing enters a closed period; a close or a reopening says up to which day it is closed from then on."""
    closed = ""
    for entry in entries:
        if closed and entry.valid_on <= closed:
            yield Finding("rule", "in_closed_period", entry.index, values=("I11", closed))
        if entry.kind in CLOSINGS and isinstance(entry.data.get("until"), str):
            closed = entry.data["until"]


def _charged_too_much(entries: Sequence[Entry]) -> Iterator[Finding]:
    """I8: a voucher's shares, and all vouchers with one document, charge at most the whole of it."""
    dead = out_of_force(entries)
    vouchers = [one for one in entries if one.kind == "voucher" and one.index not in dead]
    for entry in vouchers:
        if sum(one.basis_points for one in shares_of(entry)) > WHOLE or any(
            one.basis_points < 0 for one in shares_of(entry)
        ):
            yield Finding("rule", "shares_over_whole", entry.index, values=("I8",))
    for document, use in charged_documents(vouchers).items():
        if use.points > WHOLE and len(use.indexes) > 1:
            yield Finding("rule", "voucher_twice", use.indexes[-1], values=("I8", str(use.indexes[0]), document[:16]))


@dataclass
class DocumentUse:
    """How much of one document is charged.

    `points` in basis points of whatever was paid, `parts` in basis points of minor units, `gross` in minor units.
    """

    gross: int
    points: int
    parts: int
    indexes: list[int]


def charged_documents(vouchers: Sequence[Entry]) -> dict[str, DocumentUse]:
    """By digest of the document."""
    found: dict[str, DocumentUse] = {}
    for entry in vouchers:
        document, paid = entry.data.get("document_sha256"), amount_of(entry, "paid", "amount")
        if isinstance(document, str) and paid is not None:
            gross = amount_of(entry, "gross", "paid", "amount") or 0
            use = found.setdefault(document, DocumentUse(0, 0, 0, []))
            use.gross = max(use.gross, gross, paid)
            points = sum(one.basis_points for one in shares_of(entry))
            use.points += points
            use.parts += paid * points
            use.indexes.append(entry.index)
    return found


def charged_twice(bundles: Sequence[tuple[str, Sequence[Entry]]]) -> Iterator[tuple[str, Finding]]:
    """I8 across logs: documents that several of them charge, together beyond what was invoiced. With the log's origin.

    Two associations may each pay their part of an invoice and charge all of it, so here the money counts.
    """
    seen: dict[str, tuple[str, DocumentUse]] = {}
    for origin, entries in bundles:
        dead = out_of_force(entries)
        vouchers = [one for one in entries if one.kind == "voucher" and one.index not in dead]
        for document, use in charged_documents(vouchers).items():
            other, before = seen.setdefault(document, (origin, use))
            if other != origin and before.parts + use.parts > max(before.gross, use.gross) * WHOLE:
                values = ("I8", other, str(before.indexes[0]), document[:16])
                yield origin, Finding("rule", "voucher_twice_across", use.indexes[0], values=values)
