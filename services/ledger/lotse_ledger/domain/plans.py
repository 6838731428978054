"""Plan against actual: what each cost line may take, and what of it is eligible.

Rules are parameters of a decision with a default; `R3` names the rule that a line may be exceeded by a percentage.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lotse_contracts.ledger import FinancingType

LINE_RULE = "R3"
LINE_EXCESS_PERCENT = 20  # Source: ANBest-P No. 1.2 as most federal states have it; a decision may say otherwise


class CostsDifferFromFunding(ValueError):
    """A plan's costs and its funding must be one sum."""


@dataclass(frozen=True)
class Line:
    """A line of a plan, cents."""

    line: str
    title: str
    amount: int


@dataclass(frozen=True)
class LineRule:
    """By how much a line may be exceeded; None where the decision binds no line."""

    excess_percent: int | None

    @property
    def name(self) -> str:
        """How an answer cites it."""
        return LINE_RULE if self.excess_percent is not None else "none"


@dataclass(frozen=True)
class LineUse:
    """One line: `allowed` is what the rule lets be spent on it, `left` what remains of the plan."""

    line: str
    title: str
    planned: int
    actual: int
    allowed: int | None
    eligible: int

    @property
    def left(self) -> int:
        """Cents; negative where more was spent than planned."""
        return self.planned - self.actual


@dataclass(frozen=True)
class PlanUse:
    """All lines, with what is eligible in total under the rule."""

    rule: LineRule
    lines: tuple[LineUse, ...]
    planned: int
    actual: int
    eligible: int
    excess_uncovered: int


def check_costs_equal_funding(costs: Sequence[Line], funding: Sequence[Line]) -> None:
    """Raises CostsDifferFromFunding."""
    if sum(line.amount for line in costs) != sum(line.amount for line in funding):
        raise CostsDifferFromFunding("costs differ from funding")


def line_rule(financing_type: FinancingType | None, excess_percent: int | None = None) -> LineRule:
    """The rule of a decision: a fixed grant binds no line unless the decision says so."""
    if excess_percent is None and financing_type == "fixed":
        return LineRule(None)
    return LineRule(LINE_EXCESS_PERCENT if excess_percent is None else excess_percent)


def plan_use(costs: Sequence[Line], actual: Mapping[str, int], rule: LineRule) -> PlanUse:
    """Plan against actual. A line that no plan had is planned with 0.

    A line's excess counts only as far as other lines were left: what they do not cover is not eligible either.
    """
    titles = {line.line: line.title for line in costs}
    planned = {line.line: line.amount for line in costs} | {line: 0 for line in actual if line not in titles}
    lines = tuple(_line(line, titles.get(line, line), planned[line], actual.get(line, 0), rule) for line in planned)
    total = sum(planned.values())
    excess = sum(max(0, one.eligible - one.planned) for one in lines)
    savings = sum(max(0, one.planned - one.actual) for one in lines)
    return PlanUse(
        rule=rule,
        lines=lines,
        planned=total,
        actual=sum(actual.values()),
        eligible=min(sum(one.eligible for one in lines), total),
        excess_uncovered=max(0, excess - savings),
    )


def _line(line: str, title: str, planned: int, actual: int, rule: LineRule) -> LineUse:
    allowed = None if rule.excess_percent is None else planned * (100 + rule.excess_percent) // 100
    return LineUse(
        line=line,
        title=title,
        planned=planned,
        actual=actual,
        allowed=allowed,
        eligible=actual if allowed is None else min(actual, allowed),
    )
