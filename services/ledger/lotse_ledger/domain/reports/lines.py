"""Plan against actual (Soll-Ist) with a light for each line, and what one more payment would count."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from lotse_contracts.ledger import Standing
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law import headroom as law
from lotse_ledger.domain.law.headroom import Headroom, JudgedPayment
from lotse_ledger.domain.law.lines import LineUse, PlanUse

Light = Literal["green", "amber", "red"]


@dataclass(frozen=True)
class SollIst:
    """All lines under the rule of the decision. `use.citations` names rules and parameters."""

    grant_id: UUID
    standing: Standing
    currency: str
    plan_version: int | None
    plan_is_approved: bool
    use: PlanUse
    lights: tuple[Light, ...]

    @property
    def is_demo(self) -> bool:
        """Whether every row must say DEMO."""
        return self.standing == "demo"

    @property
    def rows(self) -> tuple[tuple[LineUse, Light], ...]:
        """Each line with its light."""
        return tuple(zip(self.use.lines, self.lights, strict=True))


def soll_ist(grant: Grant) -> SollIst:
    """Plan against actual under the plan in force."""
    use = grant.plan_use()
    return SollIst(
        grant_id=grant.grant_id,
        standing=grant.standing,
        currency=grant.currency,
        plan_version=grant.plan.version if grant.plan else None,
        plan_is_approved=bool(grant.plan and grant.plan.approved_on),
        use=use,
        lights=tuple(_light(one) for one in use.lines),
    )


def headroom(grant: Grant, line: str, amount: int) -> Headroom:
    """What if `amount` cents were spent on this line now; contracts count as if they were paid."""
    return law.headroom(grant.plan_use(), line, amount, grant.terms)


def line_history(grant: Grant) -> tuple[JudgedPayment, ...]:
    """Each payment against the plan that was approved on its day and against the current one; both are shown."""
    return law.judged(grant.binding_plans, grant.charges, grant.terms)


def _light(one: LineUse) -> Light:
    """Red: more is spent or bound than the line may take; amber: more than planned, or all of it."""
    bound = one.actual + one.committed
    if one.allowed is not None and bound > one.allowed:
        return "red"
    return "amber" if bound >= one.planned and bound > 0 else "green"
