"""What an auditor would ask about a voucher: warnings with their rule; none of them refuses anything."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import Terms, cite

WarningCode = Literal["prepaid", "discount_taken", "recorded_late", "evidence_missing", "vat_charged", "inventory"]
RECORDING_DAYS = 10  # § 146 (1) AO asks for timely entries; DATEV's guidance on GoBD reads that as ten days


@dataclass(frozen=True)
class VoucherFacts:
    """What is known of one. Amounts in cents; `delivered_on` is the invoice's day where no delivery is known."""

    paid_on: date
    recorded_on: date
    gross: int
    vat: int
    paid: int
    eligible: int
    delivered_on: date | None
    has_payee: bool
    has_reason: bool
    has_document: bool
    has_payment_evidence: bool
    has_project: bool
    is_object: bool = False


@dataclass(frozen=True)
class VoucherWarning:
    """`amount` in cents or `days` where the warning has a measure; `missing` names what is not shown."""

    code: WarningCode
    citations: tuple[Citation, ...]
    amount: int | None = None
    days: int | None = None
    missing: tuple[str, ...] = ()


def warnings_of(facts: VoucherFacts, terms: Terms) -> tuple[VoucherWarning, ...]:
    """Everything that is odd about a voucher, in a fixed order."""
    found = (_prepaid(facts), _discount(facts), _recorded_late(facts), _evidence(facts), _vat(facts, terms))
    return tuple(one for one in (*found, _inventory(facts, terms)) if one is not None)


def _prepaid(facts: VoucherFacts) -> VoucherWarning | None:
    if facts.delivered_on is None or facts.paid_on >= facts.delivered_on:
        return None
    return VoucherWarning("prepaid", (of_rule("R9"),), days=(facts.delivered_on - facts.paid_on).days)


def _discount(facts: VoucherFacts) -> VoucherWarning | None:
    """Less was paid than invoiced: only what was paid may be charged."""
    if facts.gross <= facts.paid:
        return None
    return VoucherWarning("discount_taken", (of_rule("R29"),), amount=facts.gross - facts.paid)


def _recorded_late(facts: VoucherFacts) -> VoucherWarning | None:
    days = (facts.recorded_on - facts.paid_on).days
    return VoucherWarning("recorded_late", (of_rule("GOBD10"),), days=days) if days > RECORDING_DAYS else None


def _evidence(facts: VoucherFacts) -> VoucherWarning | None:
    shown = {
        "payee": facts.has_payee,
        "reason": facts.has_reason,
        "document": facts.has_document,
        "payment_evidence": facts.has_payment_evidence,
        "project": facts.has_project,
    }
    missing = tuple(name for name, there in shown.items() if not there)
    return VoucherWarning("evidence_missing", (of_rule("R21"),), missing=missing) if missing else None


def _vat(facts: VoucherFacts, terms: Terms) -> VoucherWarning | None:
    """Input tax that can be deducted is no expenditure."""
    beyond = facts.eligible - (facts.paid - facts.vat)
    if not terms.vat_deductible or facts.vat == 0 or beyond <= 0:
        return None
    return VoucherWarning("vat_charged", cite(terms, "vat_deductible"), amount=beyond)


def _inventory(facts: VoucherFacts, terms: Terms) -> VoucherWarning | None:
    net = facts.gross - facts.vat
    if not facts.is_object or net < terms.inventory_cents:
        return None
    return VoucherWarning("inventory", cite(terms, "inventory_cents"), amount=net)
