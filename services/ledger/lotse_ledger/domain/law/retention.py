"""Until when something must be kept: the latest of all rules, and never earlier."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_ledger.domain.law.periods import years_after
from lotse_ledger.domain.law.rules import RULES, Citation
from lotse_ledger.domain.law.terms import Terms, cite

Kept = Literal["book", "voucher", "other"]

TAX_YEARS: dict[Kept, int] = {"book": 10, "voucher": 8, "other": 6}
"""From the end of the calendar year. Source: § 147 (3), (4) AO; eight years for vouchers since 2025-01-01 by the fourth
act on cutting bureaucracy (BEG IV), ten before."""


@dataclass(frozen=True)
class KeptBecause:
    """One rule and the last day it asks for."""

    until: date
    citation: Citation


@dataclass(frozen=True)
class Retention:
    """`until` is None as long as the proof of use is not handed in: its period has not begun."""

    kept: Kept
    until: date | None
    because: tuple[KeptBecause, ...]


def retention_of(kept: Kept, *, made_on: date, proof_submitted_on: date | None, terms: Terms) -> Retention:
    """The latest of tax law (from the end of the year in which it was made) and the decision (from the proof)."""
    years = TAX_YEARS[kept]
    tax = KeptBecause(
        date(made_on.year + years, 12, 31),
        Citation("AO147", "tax_years", str(years), stated=False, source=RULES["AO147"].source),
    )
    if proof_submitted_on is None:
        return Retention(kept, None, (tax,))
    grant = KeptBecause(years_after(proof_submitted_on, terms.retention_years), cite(terms, "retention_years")[0])
    return Retention(kept, max(tax.until, grant.until), (tax, grant))
