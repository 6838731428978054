"""The list of vouchers (Belegliste): each eligible payment exactly once, with the money that it used."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.acts import VoucherPart
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.law.vouchers import VoucherFacts, VoucherWarning, warnings_of
from lotse_ledger.domain.reports.use import fifo_of


@dataclass(frozen=True)
class VoucherRow:
    """One line of the list. `disbursements` are the entries of the money that it used, with cents of each.

    `is_provisional`: a partner was asked whether she booked the same invoice and has not answered.
    """

    number: int
    part: VoucherPart
    line_title: str
    grant_part: int
    disbursements: tuple[tuple[int, int], ...]
    warnings: tuple[VoucherWarning, ...]
    is_provisional: bool
    has_question: bool

    @property
    def is_demo(self) -> bool:
        """Whether it must say DEMO."""
        return self.part.standing == "demo"


@dataclass(frozen=True)
class VoucherList:
    """By line and date (R18). `eligible` is the sum of the rows after refunds, `charged` what was charged."""

    grant_id: UUID
    standing: Standing
    currency: str
    rows: tuple[VoucherRow, ...]

    @property
    def charged(self) -> int:
        """Cents."""
        return sum(row.part.charged for row in self.rows)

    @property
    def eligible(self) -> int:
        """Cents, refunds taken off."""
        return sum(row.part.net_eligible for row in self.rows)


def belegliste(grant: Grant, today: date, *, provisional: Collection[int] = ()) -> VoucherList:
    """Every voucher of the grant; `provisional` are the log indexes that a partner has not answered for."""
    report = fifo_of(grant, today)
    parts: dict[int, int] = {}
    for part in report.parts:
        parts[part.log_index] = parts.get(part.log_index, 0) + part.part
    took: dict[int, dict[int, int]] = {}
    for one in report.fifo.slices:
        if one.ended == "used":
            its = took.setdefault(one.ended_by, {})
            its[one.disbursement] = its.get(one.disbursement, 0) + one.amount
    titles = {line.line: line.title for plan in grant.plans for line in plan.costs}
    order = {line: place for place, line in enumerate(titles)}
    asked = {question.voucher_id for question in grant.questions if question.settled_as is None}
    ordered = sorted(grant.vouchers, key=lambda one: (order.get(one.line, len(order)), one.paid_on, one.log_index))
    return VoucherList(
        grant_id=grant.grant_id,
        standing=grant.standing,
        currency=grant.currency,
        rows=tuple(
            VoucherRow(
                number=number,
                part=one,
                line_title=titles.get(one.line, one.line),
                grant_part=parts.get(one.log_index, 0),
                disbursements=tuple(sorted(took.get(one.log_index, {}).items())),
                warnings=warnings_of(_facts(one), grant.terms),
                is_provisional=one.log_index in provisional,
                has_question=one.voucher_id in asked,
            )
            for number, one in enumerate(ordered, start=1)
        ),
    )


def _facts(one: VoucherPart) -> VoucherFacts:
    """The payee stands beside the log and is looked at by whoever may open it."""
    delivered: date | None = one.invoiced_on
    return VoucherFacts(
        paid_on=one.paid_on,
        recorded_on=day_of(one.recorded_at),
        gross=one.gross,
        vat=one.vat or 0,
        paid=one.paid,
        eligible=one.eligible,
        delivered_on=delivered,
        has_payee=True,
        has_reason=bool(one.reason),
        has_document=bool(one.document_sha256),
        has_payment_evidence=one.payment_sha256 is not None,
        has_project=True,
    )
