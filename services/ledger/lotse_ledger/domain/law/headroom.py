"""What a line can still take before anything is ordered, and which limit held on the day of each payment (R3, R4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lotse_ledger.domain.law.lines import Approvals, Line, PlanUse, allowed_on, plan_use
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.law.terms import Terms


@dataclass(frozen=True)
class ApprovedPlan:
    """A version that the city approved, in force from that day."""

    version: int
    approved_on: date
    costs: tuple[Line, ...]


@dataclass(frozen=True)
class LinePayment:
    """An eligible payment of a line, cents; a refund is negative."""

    log_index: int
    day: date
    line: str
    amount: int


@dataclass(frozen=True)
class JudgedPayment:
    """A line after a payment, against the plan of that day and against today's; a limit of None binds nothing.

    `version_then` is None where no plan was approved yet: then the first one that was is taken.
    """

    payment: LinePayment
    line_total: int
    version_then: int | None
    limit_then: int | None
    limit_now: int | None
    counted_then: int

    @property
    def within_then(self) -> bool:
        """Within the limit of its own day."""
        return self.limit_then is None or self.line_total <= self.limit_then

    @property
    def within_now(self) -> bool:
        """Within today's limit."""
        return self.limit_now is None or self.line_total <= self.limit_now


@dataclass(frozen=True)
class Headroom:
    """What one more payment would do to a line, cents. `counts` of `amount` would be eligible as things stand."""

    line: str
    amount: int
    within_plan: int
    within_excess: int
    counts: int
    needs_approval: bool
    citations: tuple[Citation, ...]


def judged(plans: Sequence[ApprovedPlan], payments: Sequence[LinePayment], terms: Terms) -> tuple[JudgedPayment, ...]:
    """Every payment in the order of its day, against the plan approved then and the current one. Shows, decides not."""
    ordered = sorted(plans, key=lambda one: (one.approved_on, one.version))
    totals: defaultdict[str, int] = defaultdict(int)
    counted: defaultdict[str, int] = defaultdict(int)
    found = []
    for payment in sorted(payments, key=lambda one: (one.day, one.log_index)):
        then = [one for one in ordered if one.approved_on <= payment.day]
        limit = _limit(then[-1] if then else next(iter(ordered), None), payment.line, terms)
        totals[payment.line] += payment.amount
        total = totals[payment.line]
        counts = _counts(payment.amount, total, limit, counted[payment.line])
        counted[payment.line] += counts
        found.append(
            JudgedPayment(
                payment=payment,
                line_total=total,
                version_then=then[-1].version if then else None,
                limit_then=limit,
                limit_now=_limit(ordered[-1] if ordered else None, payment.line, terms),
                counted_then=counts,
            )
        )
    return tuple(found)


def use_of(
    plans: Sequence[ApprovedPlan],
    payments: Sequence[LinePayment],
    terms: Terms,
    *,
    approvals: Approvals | None = None,
    committed: Mapping[str, int] | None = None,
) -> PlanUse:
    """Plan against actual under the current plan; a line that only an earlier one had counts what was within that."""
    ordered = sorted(plans, key=lambda one: (one.approved_on, one.version))
    had = {line.line for plan in ordered for line in plan.costs}
    actual: defaultdict[str, int] = defaultdict(int)
    former: defaultdict[str, int] = defaultdict(int)
    for one in judged(plans, payments, terms):
        actual[one.payment.line] += one.payment.amount
        if one.payment.line in had:
            former[one.payment.line] += one.counted_then
    costs = ordered[-1].costs if ordered else ()
    return plan_use(costs, actual, terms, approvals=approvals, committed=committed, former=former)


def headroom(use: PlanUse, line: str, amount: int, terms: Terms) -> Headroom:
    """What would one more payment count? Commitments are held against the line and the total as if they were paid."""
    one = next((one for one in use.lines if one.line == line), None)
    planned, taken = (one.planned, one.actual + one.committed) if one else (0, 0)
    # A line that no plan ever had counts nothing; without any plan it is as if planned with 0.
    allowed = one.allowed if one else 0 if use.planned else allowed_on(0, terms)
    left = sum(other.left for other in use.lines)  # of the whole plan, excesses set off against savings
    by_line = amount if allowed is None else max(0, allowed - taken)
    counts = max(0, min(amount, by_line, *((left,) if use.total_binding else ())))
    within_plan = max(0, min(amount, planned - taken, counts))
    return Headroom(
        line=line,
        amount=amount,
        within_plan=within_plan,
        within_excess=counts - within_plan,
        counts=counts,
        needs_approval=counts < amount,
        citations=use.citations,
    )


def _counts(amount: int, total: int, limit: int | None, before: int) -> int:
    """A limit that falls later takes nothing back; a refund takes back what the line no longer has."""
    if amount < 0:
        return min(before, max(0, total)) - before
    return max(0, (total if limit is None else min(total, limit)) - before)


def _limit(plan: ApprovedPlan | None, line: str, terms: Terms) -> int | None:
    """A line that the plan has not may take nothing; without any plan it is as if planned with 0."""
    if plan is None:
        return allowed_on(0, terms)
    amounts = {one.line: one.amount for one in plan.costs}
    return allowed_on(amounts[line], terms) if line in amounts else 0
