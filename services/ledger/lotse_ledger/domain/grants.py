"""A grant as its entries tell it: who asked, what was decided, which plan is in force, what was spent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lotse_contracts.ledger import FinancingType, Standing
from lotse_ledger.domain.deadlines import Deadline, GrantPeriod, deadlines_of
from lotse_ledger.domain.entries import Recorded, out_of_force
from lotse_ledger.domain.plans import Line, PlanUse, line_rule, plan_use


@dataclass(frozen=True)
class Decision:
    """An act of the city; `amount` in cents, taken back if negative."""

    log_index: int
    type: str
    financing_type: FinancingType
    amount: int
    currency: str
    budget_year: int
    valid_on: date
    period: GrantPeriod
    file_ref: str
    standing: Standing


@dataclass(frozen=True)
class Plan:
    """The version in force."""

    log_index: int
    version: int
    costs: tuple[Line, ...]
    funding: tuple[Line, ...]
    currency: str
    standing: Standing


@dataclass(frozen=True)
class Grant:
    """All of it, in force on the two dates that the entries were chosen by.

    `applied` is None where no amount is known; `asks_for_remainder` says that there is none to know.
    """

    grant_id: UUID
    grantee: str
    budget_years: tuple[int, ...]
    applied: int | None
    asks_for_remainder: bool
    partner_awards: tuple[int, ...]
    decisions: tuple[Decision, ...]
    plan: Plan | None
    spent: dict[str, int]
    drawn: int
    currency: str
    standing: Standing
    entries: tuple[int, ...]

    @property
    def awarded(self) -> int:
        """Cents, over all decisions."""
        return sum(one.amount for one in self.decisions)

    @property
    def financing_type(self) -> FinancingType | None:
        """That of the latest decision."""
        return self.decisions[-1].financing_type if self.decisions else None

    def plan_use(self) -> PlanUse:
        """Plan against actual under the rule of the latest decision."""
        costs = self.plan.costs if self.plan else ()
        return plan_use(costs, self.spent, line_rule(self.financing_type))

    def deadlines(self) -> tuple[Deadline, ...]:
        """From the grant period of each budget year, as its latest decision has it."""
        periods = {one.budget_year: one.period for one in self.decisions if one.type != "revocation"}
        return deadlines_of(periods.values())


def in_force(entries: Iterable[Recorded]) -> list[Recorded]:
    """Without the entries that were reversed, and without the reversals."""
    found = list(entries)
    dead = out_of_force([(one.log_index, one.reverses) for one in found if one.reverses is not None])
    return [one for one in found if one.log_index not in dead and one.reverses is None]


def grants_of(entries: Iterable[Recorded], association: str) -> tuple[Grant, ...]:
    """Every grant that an entry names, by the order in which it was first named."""
    grouped: dict[UUID, list[Recorded]] = {}
    for entry in in_force(entries):
        if entry.grant_id is not None:
            grouped.setdefault(entry.grant_id, []).append(entry)
    return tuple(_grant(grant_id, its, association) for grant_id, its in grouped.items())


def _grant(grant_id: UUID, entries: Sequence[Recorded], association: str) -> Grant:
    decisions = tuple(_decision(one) for one in _by_day(entries, "decision"))
    applications = [one for one in entries if one.kind == "application_reported"]
    plans = [_plan(one) for one in entries if one.kind == "plan"]
    amounts = [int(one.data["amount"]) for one in applications if "amount" in one.data]
    return Grant(
        grant_id=grant_id,
        grantee=_grantee(entries, association),
        budget_years=tuple(sorted({one.budget_year for one in entries if one.budget_year is not None})),
        applied=sum(amounts) if amounts else None,
        asks_for_remainder=bool(applications) and not amounts,
        partner_awards=tuple(int(one.data["amount"]) for one in entries if one.kind == "partner_award"),
        decisions=decisions,
        plan=max(plans, key=lambda plan: (plan.version, plan.log_index)) if plans else None,
        spent=_spent(entries),
        drawn=sum(int(one.data["amount"]) for one in entries if one.kind == "drawdown"),
        currency=decisions[-1].currency if decisions else "EUR",
        standing=_standing(entries),
        entries=tuple(one.log_index for one in entries),
    )


def _by_day(entries: Sequence[Recorded], kind: str) -> list[Recorded]:
    return sorted((one for one in entries if one.kind == kind), key=lambda one: (one.valid_on, one.log_index))


def _grantee(entries: Sequence[Recorded], association: str) -> str:
    for one in entries:
        if one.kind == "application_reported":
            return str(one.data["applicant"])
        if one.kind == "partner_award":
            return str(one.data["reported_by"])
    return association


def _standing(entries: Sequence[Recorded]) -> Standing:
    """One demonstration value makes the whole grant one: a sum of both would be no fact."""
    standings = {one.standing for one in entries}
    if "demo" in standings:
        return "demo"
    return "own" if "own" in standings else "public"


def _spent(entries: Sequence[Recorded]) -> dict[str, int]:
    spent: dict[str, int] = {}
    for one in entries:
        if one.kind == "voucher":
            line = str(one.data["line"])
            spent[line] = spent.get(line, 0) + int(one.data["amount"])
    return spent


def _decision(entry: Recorded) -> Decision:
    data = entry.data
    amount = int(data["amount"])
    return Decision(
        log_index=entry.log_index,
        type=data["type"],
        financing_type=data["financing_type"],
        amount=-amount if data["type"] == "revocation" else amount,
        currency=data["currency"],
        budget_year=entry.budget_year or entry.valid_on.year,
        valid_on=entry.valid_on,
        period=GrantPeriod(date.fromisoformat(data["period_from"]), date.fromisoformat(data["period_to"])),
        file_ref=data["file_ref"],
        standing=entry.standing,
    )


def _plan(entry: Recorded) -> Plan:
    def lines(name: str) -> tuple[Line, ...]:
        return tuple(Line(one["line"], one["title"], int(one["amount"])) for one in entry.data[name])

    return Plan(
        log_index=entry.log_index,
        version=int(entry.data["version"]),
        costs=lines("costs"),
        funding=lines("funding"),
        currency=entry.data["currency"],
        standing=entry.standing,
    )
