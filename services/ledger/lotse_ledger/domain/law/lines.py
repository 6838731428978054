"""Plan against actual: what each cost line may take, and what of it is eligible (R3, R4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lotse_ledger.domain.law.rules import Citation, of_rule
from lotse_ledger.domain.law.terms import PERCENT, Terms, cite

Approvals: TypeAlias = Mapping[str, int | None]
"""By line, what it may take in all, as approved or caused by an official condition (R4); None: no limit."""


@dataclass(frozen=True)
class Line:
    """A line of a plan, cents."""

    line: str
    title: str
    amount: int


@dataclass(frozen=True)
class LineUse:
    """One line: `allowed` is what may be spent on it (None: no limit), `eligible` what of the spending counts."""

    line: str
    title: str
    planned: int
    actual: int
    committed: int
    allowed: int | None
    eligible: int
    approved: bool

    @property
    def left(self) -> int:
        """Cents of the plan that are neither spent nor committed; negative where it is more."""
        return self.planned - self.actual - self.committed

    @property
    def rejected(self) -> int:
        """Cents that were spent and do not count."""
        return self.actual - self.eligible


@dataclass(frozen=True)
class PlanUse:
    """All lines. `counted` is what the final grant is computed from; `eligible` is also within the plan's total."""

    excess_percent: int | None
    total_binding: bool
    lines: tuple[LineUse, ...]
    planned: int
    actual: int
    counted: int
    eligible: int
    excess_uncovered: int
    citations: tuple[Citation, ...]


def plan_use(
    costs: Sequence[Line],
    actual: Mapping[str, int],
    terms: Terms,
    *,
    approvals: Approvals | None = None,
    committed: Mapping[str, int] | None = None,
    former: Mapping[str, int] | None = None,
) -> PlanUse:
    """Plan against actual, in this order: the limit of each line, then whether what is left of the excess is covered.

    A line that no plan ever had is planned with 0 and counts nothing, but a decision that binds no line and has no
    plan at all limits none. `former` is for lines that an earlier plan had
    and this one has not: what was within that plan when it was paid.
    """
    titles = {line.line: line.title for line in costs}
    planned = {line.line: line.amount for line in costs}
    approvals, former, committed = approvals or {}, former or {}, committed or {}
    for line in (*actual, *committed):
        planned.setdefault(line, 0)
    unplanned = {line: former.get(line, 0) for line in planned if titles and line not in titles}
    limits = {line: unplanned.get(line, allowed_on(amount, terms)) for line, amount in planned.items()}
    lines = tuple(
        LineUse(
            line=line,
            title=titles.get(line, line),
            planned=amount,
            actual=actual.get(line, 0),
            committed=committed.get(line, 0),
            allowed=(limit := _approved(line, limits[line], approvals)),
            eligible=_within(actual.get(line, 0), limit),
            approved=line in approvals,
        )
        for line, amount in planned.items()
    )
    return _summed(lines, terms)


def _summed(lines: Sequence[LineUse], terms: Terms) -> PlanUse:
    planned, counted = sum(one.planned for one in lines), sum(one.eligible for one in lines)
    uncovered = max(0, counted - planned)  # the excess left after the lines' limits, less the savings elsewhere
    return PlanUse(
        excess_percent=terms.line_percent,
        total_binding=terms.binds_total,
        lines=tuple(lines),
        planned=planned,
        actual=sum(one.actual for one in lines),
        counted=counted,
        eligible=counted - uncovered if terms.binds_total else counted,
        excess_uncovered=uncovered,
        citations=(*_cited(terms), *((of_rule("R4"),) if any(one.approved for one in lines) else ())),
    )


def allowed_on(planned: int, terms: Terms) -> int | None:
    """What a line planned with this may take, rounded down to the cent; None where no line is bound."""
    percent = terms.line_percent
    return None if percent is None else planned * (PERCENT + percent) // PERCENT


def _approved(line: str, limit: int | None, approvals: Approvals) -> int | None:
    if line not in approvals:
        return limit
    whole = approvals[line]
    return None if whole is None or limit is None else max(limit, whole)


def _within(actual: int, allowed: int | None) -> int:
    return actual if allowed is None else min(actual, allowed)


def _cited(terms: Terms) -> tuple[Citation, ...]:
    if terms.financing_type == "fixed":
        return cite(terms, "excess_percent", "fixed_binds_lines", "fixed_binds_total")
    return cite(terms, "excess_percent", "total_binding")
