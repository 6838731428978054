"""From the rows of a sheet to vouchers, and to what is wrong with the others, by line and column.

A fault names where it is and what would be allowed. It never quotes the cell: it may hold a person's name.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from lotse_ledger.domain.voucher_list import cells
from lotse_ledger.domain.voucher_list.cells import WHOLE, CellRefused, PaidFrom
from lotse_ledger.domain.voucher_list.columns import BY_NAME, COMPUTED
from lotse_ledger.domain.voucher_list.names import addresses_a_person, is_person_code

T = TypeVar("T")
INVOICE, PAYROLL = "invoice", "payroll"
PAYEE_CHARACTERS_MAX = 120
NUMBER_CHARACTERS_MAX = 60
_KINDS = {
    **dict.fromkeys(("", "rechnung", "quittung", "honorar", "beleg", "invoice"), INVOICE),
    **dict.fromkeys(("gehalt", "lohn", "personal", "personalkosten", "payroll"), PAYROLL),
}


@dataclass(frozen=True)
class Row:
    """A row as it was read: its line in the file (from 1), its texts, and which of them are formulas (from 0)."""

    line: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong and where; an empty column means the whole row."""

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class Voucher:
    """One row that makes sense, amounts in cents. `payee` and the names of files are private: never in a leaf.

    `eligible` is the project's part of what is eligible, as the list shows it.
    """

    line_number: int
    number: str
    line: str
    kind: str
    paid_on: date
    paid: int
    gross: int
    vat: int | None
    eligible: int
    basis_points: int
    paid_from: PaidFrom
    reason: str
    ordered_on: date | None = None
    invoiced_on: date | None = None
    refused_reason: str = ""
    person_code: str = ""
    month: str = ""
    document_sha256: str = ""
    payee: str = field(default="", repr=False)
    document: str = field(default="", repr=False)
    payment: str = field(default="", repr=False)


def read_rows(
    rows: Iterable[Row], places: Mapping[str, int], *, lines: Sequence[str] | None, today: date
) -> tuple[list[Voucher], list[Fault]]:
    """The vouchers and the faults. `lines` are the cost lines of the plan; None where there is no plan to ask."""
    vouchers, faults = list[Voucher](), list[Fault]()
    numbers: dict[str, int] = {}
    for row in rows:
        cursor = _Cells(row, places)
        if not cursor.is_empty:
            found = _voucher(cursor, lines, today)
            if found is not None and numbers.setdefault(found.number, row.line) != row.line:
                cursor.fault("number", "number_twice")
            vouchers += [found] if found is not None and not cursor.faults else []
            faults += cursor.faults
    return vouchers, sorted(set(faults))


class _Cells:
    """One row, cell by cell; what is refused is noted and reads as its default."""

    def __init__(self, row: Row, places: Mapping[str, int]) -> None:
        self.line, self.faults = row.line, list[Fault]()
        self._texts: dict[str, str] = {}
        for name, place in places.items():
            self._texts[name] = self._plain(row, name, place) if name not in COMPUTED else ""

    @property
    def is_empty(self) -> bool:
        return not self.faults and not any(self._texts.values())

    def text(self, name: str) -> str:
        return self._texts.get(name, "")

    def read(self, name: str, parse: Callable[[str], T], default: T, *, needed: bool = False) -> T:
        """What the cell says; `default` where it is empty or refused."""
        text = self.text(name)
        if not text:
            if needed:
                self.fault(name, "empty")
            return default
        try:
            return parse(text)
        except CellRefused as fault:
            self.fault(name, fault.code)
            return default

    def fault(self, name: str, code: str) -> None:
        """Only the first of a cell is told."""
        heading = BY_NAME[name].heading
        if all(one.column != heading for one in self.faults):
            self.faults.append(Fault(self.line, heading, code))

    def _plain(self, row: Row, name: str, place: int) -> str:
        text = row.cells[place] if place < len(row.cells) else ""
        try:
            if place in row.formulas or cells.is_formula(text):
                raise CellRefused("formula")
            return cells.plain(text)
        except CellRefused as fault:
            self.fault(name, fault.code)
            return ""


def _voucher(row: _Cells, lines: Sequence[str] | None, today: date) -> Voucher | None:
    """None if anything needed is missing; further faults are in the row."""
    kind = row.read("kind", _kind, INVOICE)
    paid = row.read("paid", cells.cents, 0, needed=True)
    paid_on = row.read("paid_on", cells.day, None, needed=True)
    share = row.read("share", cells.basis_points, WHOLE)
    found = Voucher(
        line_number=row.line,
        number=row.read("number", _number, "", needed=True),
        line=_cost_line(row, lines),
        kind=kind,
        paid_on=paid_on or today,
        paid=paid,
        gross=row.read("gross", cells.cents, paid),
        vat=row.read("vat", cells.cents, None),
        eligible=row.read("eligible", cells.cents, part_of(paid, share)),
        basis_points=share,
        paid_from=row.read("paid_from", cells.paid_from, "bank"),
        reason=_reason(row, kind),
        ordered_on=row.read("ordered_on", cells.day, None),
        invoiced_on=row.read("invoiced_on", cells.day, None),
        refused_reason=row.read("refused_reason", cells.words, ""),
        person_code=row.read("person_code", _person_code, "", needed=kind == PAYROLL),
        month=row.read("month", cells.month, "", needed=kind == PAYROLL),
        document_sha256=row.read("document_sha256", cells.digest, ""),
        payee=_payee(row, kind),
        document=row.text("document"),
        payment=row.text("payment"),
    )
    _check(row, found, today)
    return None if row.faults else found


def _check(row: _Cells, found: Voucher, today: date) -> None:
    """What two cells say must fit."""
    if found.paid_on > today:
        row.fault("paid_on", "in_future")
    if found.paid == 0:
        row.fault("paid", "empty")
    if found.paid > found.gross:
        row.fault("paid", "more_than_invoiced")
    if (found.vat or 0) > found.gross:
        row.fault("vat", "more_than_invoiced")
    whole = part_of(found.paid, found.basis_points)
    if found.eligible > whole:
        row.fault("eligible", "more_than_paid")
    if found.eligible < whole and not found.refused_reason:
        row.fault("refused_reason", "empty")
    for name in ("document", "payment"):
        if not is_file_name(row.text(name)):
            row.fault(name, "not_a_file_name")
    if found.kind != PAYROLL and (row.text("person_code") or row.text("month")):
        row.fault("kind", "payroll_only")


def part_of(amount: int, basis_points: int) -> int:
    """A project's part beside own cost, by largest remainder: of two parts that is rounding to the nearest."""
    return (amount * basis_points + WHOLE // 2) // WHOLE


def whole_of(part: int, basis_points: int) -> int:
    """The amount of which this is the part; `part_of` it is the part again."""
    return (part * WHOLE + basis_points // 2) // basis_points


def is_file_name(text: str) -> bool:
    """A name in the folder of evidence, never a way out of it."""
    return "/" not in text and "\\" not in text and not text.startswith(".")


def _cost_line(row: _Cells, lines: Sequence[str] | None) -> str:
    line = row.read("line", cells.code, "", needed=True)
    if line and lines is not None and line not in lines:
        row.fault("line", "line_not_planned")
    return line


def _reason(row: _Cells, kind: str) -> str:
    """Of a payroll row nothing that somebody wrote comes into the log: what, for whom and when is in other columns."""
    if kind == PAYROLL:
        return "Personalkosten"
    reason = row.read("reason", cells.words, "", needed=True)
    if addresses_a_person(reason):
        row.fault("reason", "person_in_reason")
    return reason


def _payee(row: _Cells, kind: str) -> str:
    """Who was paid; in a payroll row a code or nothing."""
    payee = row.text("payee")
    if kind == PAYROLL:
        if payee and not is_person_code(payee):
            row.fault("payee", "name_in_payroll")
        return ""
    if len(payee) > PAYEE_CHARACTERS_MAX:
        row.fault("payee", "too_long")
    return row.read("payee", str, "", needed=True)


def _kind(text: str) -> str:
    found = _KINDS.get(text.casefold())
    if found is None:
        raise CellRefused("kind_unknown")
    return found


def _number(text: str) -> str:
    if len(text) > NUMBER_CHARACTERS_MAX:
        raise CellRefused("too_long")
    if addresses_a_person(text):
        raise CellRefused("person_in_reason")
    return text


def _person_code(text: str) -> str:
    if not is_person_code(text):
        raise CellRefused("not_a_person_code")
    return text
