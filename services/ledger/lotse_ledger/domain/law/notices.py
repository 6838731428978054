"""Which notices to the city are due (R13): what the books themselves show, less what was already told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from lotse_contracts.ledger import NoticeType
from lotse_ledger.domain.law.fifo import Fifo
from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import WHOLE_BP, Terms, cite

COSTS = "costs"


@dataclass(frozen=True)
class ThirdPartyIncome:
    """Third-party money received, cents. `planned` is what the plan has for its line, 0 where it has none."""

    log_index: int
    received_on: date
    line: str
    amount: int
    planned: int


@dataclass(frozen=True)
class NoticeDue:
    """To be sent without delay. `about` is the entry or the thing that it is about, `amount` in cents."""

    type: NoticeType
    about: str
    since: date
    amount: int
    citations: tuple[Citation, ...]


def notices_due(
    *,
    incomes: Sequence[ThirdPartyIncome],
    used: Fifo,
    planned_costs: int,
    expected_costs: int,
    told: Collection[tuple[NoticeType, str]],
    terms: Terms,
    today: date,
) -> tuple[NoticeDue, ...]:
    """Further funding, money not used in time, costs that fall; earliest first.

    What only people know (purpose changed or out of reach, insolvency, theft, idle inventory) they report themselves.
    """
    found = (*_funding(incomes), *_unused(used, today), *_costs(planned_costs, expected_costs, terms, today))
    return tuple(sorted((one for one in found if (one.type, one.about) not in told), key=lambda one: one.since))


def _funding(incomes: Sequence[ThirdPartyIncome]) -> list[NoticeDue]:
    """Of each line the income that goes beyond its plan."""
    so_far: dict[str, int] = {}
    found = []
    for one in sorted(incomes, key=lambda income: (income.received_on, income.log_index)):
        before = so_far.get(one.line, 0)
        so_far[one.line] = before + one.amount
        beyond = min(one.amount, so_far[one.line] - one.planned)
        if beyond > 0:
            cited = (of_rule("R13"),)
            found.append(NoticeDue("further_funding", str(one.log_index), one.received_on, beyond, cited))
    return found


def _unused(used: Fifo, today: date) -> list[NoticeDue]:
    cited = (of_rule("R13"), *used.citations)
    return [
        NoticeDue("money_not_used", str(one.disbursement), one.use_by, one.amount, cited)
        for one in used.unused
        if one.is_overdue(today)
    ]


def _costs(planned: int, expected: int, terms: Terms, today: date) -> list[NoticeDue]:
    """Only where the decision names how far costs may fall unsaid."""
    fall = planned - expected
    by_part, by_amount = terms.notify_costs_fall_bp, terms.notify_costs_fall_cents
    is_due = (by_part is not None and fall * WHOLE_BP > planned * by_part) or (
        by_amount is not None and fall > by_amount
    )
    if not is_due:
        return []
    cited = cite(terms, "notify_costs_fall_bp", "notify_costs_fall_cents")
    return [NoticeDue("purpose_changed", COSTS, today, fall, cited)]
