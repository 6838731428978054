"""One voucher on one sheet: invoice and payment, its line in the plan, the money that it used, the rules applied."""

from dataclasses import dataclass

from lotse_chassis.faults import Refused
from lotse_ledger.domain import reports
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.fifo import Slice
from lotse_ledger.domain.law.lines import LineUse
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.reports.vouchers import VoucherRow
from lotse_ledger.http.books import INDEX_MAX, entry_at
from lotse_ledger.http.openings import Private, opened
from lotse_ledger.http.page.grants import SECTION, grant_of
from lotse_ledger.http.page.journal import documents_of
from lotse_ledger.http.page.typed import whole_number
from lotse_ledger.http.page.visits import Page, Visit
from lotse_ledger.store import witness


@dataclass(frozen=True)
class Sheet:
    """What an examiner wants to see of a voucher, for one line of one grant."""

    grant: Grant
    row: VoucherRow
    entry: Recorded
    documents: tuple[tuple[str, str], ...]
    private: Private
    line: LineUse | None
    slices: tuple[Slice, ...]
    citations: tuple[Citation, ...]
    is_covered: bool


@dataclass(frozen=True)
class Listed:
    """A grant with what its sheets are taken from, computed once for all of them."""

    grant: Grant
    rows: tuple[VoucherRow, ...]
    lines: tuple[LineUse, ...]
    slices: tuple[Slice, ...]
    citations: tuple[Citation, ...]
    signed_size: int


async def listed(visit: Visit, grant: Grant) -> Listed:
    """The vouchers of a grant as of the two dates."""
    latest = await witness.latest(visit.at.tx)
    today = visit.at.as_of.valid_to
    use, fifo = grant.plan_use(), reports.fifo_of(grant, today).fifo
    cited = tuple(dict.fromkeys((*use.citations, *fifo.citations)))
    return Listed(
        grant, reports.belegliste(grant, today).rows, use.lines, fifo.slices, cited, latest.size if latest else 0
    )


async def sheets(visit: Visit, found: Listed, log_index: int) -> list[Sheet]:
    """The sheets of a voucher in this grant, one for each line that it is charged to."""
    rows = [row for row in found.rows if row.part.log_index == log_index]
    if not rows:
        return []
    entry = await entry_at(visit.at, log_index)
    private = await opened(visit.request, visit.at, entry)
    return [
        Sheet(
            grant=found.grant,
            row=row,
            entry=entry,
            documents=documents_of(entry),
            private=private,
            line=next((line for line in found.lines if line.line == row.part.line), None),
            slices=tuple(one for one in found.slices if one.ended_by == log_index and one.ended == "used"),
            citations=tuple(dict.fromkeys((*found.citations, *(c for w in row.warnings for c in w.citations)))),
            is_covered=log_index < found.signed_size,
        )
        for row in rows
    ]


async def voucher(visit: Visit) -> Page:
    """One voucher of a grant. Raises Refused."""
    grant = await grant_of(visit)
    index = whole_number(visit.parts["log_index"], INDEX_MAX)
    found = [] if index is None else await sheets(visit, await listed(visit, grant), index)
    if not found:
        raise Refused("unknown_voucher", fields=("log_index",))
    return Page("grant_voucher.html", SECTION, "voucher", {"grant": grant, "grant_page": "vouchers", "sheets": found})
