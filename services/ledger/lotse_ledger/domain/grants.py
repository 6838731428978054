"""A grant as its entries tell it: who asked, what was decided and planned, what came, what was spent and proved.

A fold over entries and nothing else: the same entries make the same grant, in whichever order their messages arrived.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from lotse_contracts.ledger import FinancingType, Standing
from lotse_ledger.domain import reading
from lotse_ledger.domain.acts import (
    Application,
    Commitment,
    Decision,
    Disbursement,
    Drawdown,
    EarlyStart,
    ExcessApproval,
    Income,
    Interest,
    Period,
    Plan,
    Refund,
    Repayment,
    Settled,
    VoucherPart,
)
from lotse_ledger.domain.entries import Recorded, out_of_force
from lotse_ledger.domain.gathering import (
    commitments,
    drawdowns,
    findings,
    interests,
    proofs,
    terms_in_force,
    voucher_questions,
)
from lotse_ledger.domain.law.deadlines import Deadline, GrantPeriod, deadlines_of
from lotse_ledger.domain.law.headroom import ApprovedPlan, LinePayment, use_of
from lotse_ledger.domain.law.lines import Line, PlanUse
from lotse_ledger.domain.law.periods import accepts_costs
from lotse_ledger.domain.law.terms import Terms
from lotse_ledger.domain.proving import Finding, Notice, Proof, VoucherQuestion

T = TypeVar("T")


@dataclass(frozen=True)
class Grant:
    """All of it, in force on the two dates that the entries were chosen by.

    `applied` is None where no amount is known; `asks_for_remainder` says that there is none to know. `partner_awards`
    is what a partner reports of her own grant; a revocation is negative.
    """

    grant_id: UUID
    grantee: str
    budget_years: tuple[int, ...]
    applied: int | None
    asks_for_remainder: bool
    partner_awards: tuple[int, ...]
    applications: tuple[Application, ...]
    early_starts: tuple[EarlyStart, ...]
    decisions: tuple[Decision, ...]
    plans: tuple[Plan, ...]
    approvals: tuple[ExcessApproval, ...]
    drawdowns: tuple[Drawdown, ...]
    disbursements: tuple[Disbursement, ...]
    commitments: tuple[Commitment, ...]
    vouchers: tuple[VoucherPart, ...]
    refunds: tuple[Refund, ...]
    incomes: tuple[Income, ...]
    notices: tuple[Notice, ...]
    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    repayments: tuple[Repayment, ...]
    interests: tuple[Interest, ...]
    questions: tuple[VoucherQuestion, ...]
    settlement: Settled | None
    retention_years: int | None
    recognised: int
    currency: str
    standing: Standing
    entries: tuple[int, ...]

    @property
    def awarded(self) -> int:
        """Cents, over all decisions."""
        return sum(one.amount for one in self.decisions)

    def awarded_for(self, budget_year: int) -> int:
        """Cents that the decisions give to a budget year."""
        return sum(amount for one in self.decisions for year, amount in one.years if year == budget_year)

    @property
    def is_known_to_the_city(self) -> bool:
        """Whether money may be spent on it: there is a decision, or a permit for an early start."""
        return bool(self.decisions or self.early_starts)

    @property
    def disbursed(self) -> int:
        """What arrived, cents."""
        return sum(one.amount for one in self.disbursements)

    @property
    def repaid(self) -> int:
        """What went back, cents."""
        return sum(one.amount for one in self.repayments)

    @property
    def drawn(self) -> int:
        """What was asked for and is not withdrawn or expired, cents."""
        return sum(one.open_amount + one.paid_out for one in self.drawdowns)

    @property
    def financing_type(self) -> FinancingType | None:
        """That of the latest decision."""
        return self.decisions[-1].financing_type if self.decisions else None

    @cached_property
    def terms(self) -> Terms:
        """What the decisions say, later ones first, and the defaults for the rest."""
        return terms_in_force(self.decisions)

    @property
    def plan(self) -> Plan | None:
        """The version in force: the one approved last, or the latest handed in while none is approved."""
        approved = [one for one in self.plans if one.approved_on is not None]
        last = max(approved, key=lambda one: (one.approved_on or one.valid_on, one.version), default=None)
        return last or (self.plans[-1] if self.plans else None)

    def plan_on(self, day: date) -> Plan | None:
        """The latest version approved by this day, else the latest submitted by then, else the first there is."""
        approved = [one for one in self.plans if one.approved_on is not None and one.approved_on <= day]
        submitted = [one for one in self.plans if one.valid_on <= day]
        found = approved or submitted or self.plans[:1]
        return found[-1] if found else None

    @cached_property
    def spent(self) -> dict[str, int]:
        """By line, what counts as eligible before the rules of the lines, refunds taken off."""
        found: dict[str, int] = {}
        for one in self.vouchers:
            found[one.line] = found.get(one.line, 0) + one.net_eligible
        return found

    @cached_property
    def committed(self) -> dict[str, int]:
        """By line, what contracts bind and nobody paid yet."""
        found: dict[str, int] = {}
        for one in self.commitments:
            if one.left:
                found[one.line] = found.get(one.line, 0) + one.left
        return found

    def plan_use(self) -> PlanUse:
        """Plan against actual."""
        approvals = {one.line: one.amount for one in self.approvals}
        return use_of(self.binding_plans, self.charges, self.terms, approvals=approvals, committed=self.committed)

    @property
    def binding_plans(self) -> list[ApprovedPlan]:
        """The versions that the city approved, or those handed in while it approved none."""
        found = [one for one in self.plans if one.approved_on is not None] or self.plans
        return [ApprovedPlan(one.version, one.approved_on or one.valid_on, _costs(one)) for one in found]

    @property
    def charges(self) -> list[LinePayment]:
        """What was paid on the lines, and what came back."""
        paid = [LinePayment(one.log_index, one.paid_on, one.line, one.eligible) for one in self.vouchers]
        return paid + [LinePayment(one.log_index, one.received_on, one.line, -one.amount) for one in self.refunds]

    def deadlines(self) -> tuple[Deadline, ...]:
        """From the grant period of each budget year."""
        return deadlines_of([GrantPeriod(one.first, one.last) for one in self.periods], self.terms)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The grant period of each budget year, as its latest decision has it: an amendment may shorten it."""
        return tuple({one.budget_year: one.period for one in self.decisions if one.type != "revocation"}.values())

    def income_of(self, *sources: str) -> int:
        """What came from these sources, cents."""
        return sum(one.amount for one in self.incomes if one.source in sources)

    def accepts_costs_on(self, day: date) -> bool:
        """Whether a payment on this day is within a grant period, or after an early start and before its end."""
        early = [one.start_from for one in self.early_starts]
        return accepts_costs([(one.first, one.last) for one in self.periods], early, day)


def _costs(plan: Plan) -> tuple[Line, ...]:
    return tuple(Line(one.line, one.title, one.amount) for one in plan.costs)


def in_force(entries: Iterable[Recorded]) -> list[Recorded]:
    """Without the entries that were reversed, and without the reversals."""
    found = list(entries)
    dead = out_of_force([(one.log_index, one.reverses) for one in found if one.reverses is not None])
    return [one for one in found if one.log_index not in dead and one.reverses is None]


def grants_of(entries: Iterable[Recorded], association: str) -> tuple[Grant, ...]:
    """Every grant that an entry names, by the order in which it was first named."""
    grouped: dict[UUID, list[Recorded]] = {}
    for entry in in_force(entries):
        for grant_id in reading.grants_named(entry):
            grouped.setdefault(grant_id, []).append(entry)
    return tuple(_grant(grant_id, its, association) for grant_id, its in grouped.items())


def _grant(grant_id: UUID, entries: Sequence[Recorded], association: str) -> Grant:
    kinds = _by_kind(entries)
    applications = _read(kinds, reading.application, "application_reported", "application")
    amounts = [one.amount for one in applications if one.amount is not None]
    approved = {UUID(one.data["plan_id"]): one.valid_on for one in kinds.get("plan_approved", ())}
    decisions = _read(kinds, reading.decision, "decision")
    plans = [reading.plan(one, approved) for one in kinds.get("plan", ())]
    refunds = kinds.get("refund", [])
    settled = _read(kinds, reading.settled, "settlement")
    retention = _sorted(kinds, "retention_set")
    return Grant(
        grant_id=grant_id,
        grantee=_grantee(entries, association),
        budget_years=tuple(sorted({year for one in entries for year in _years(one)})),
        applied=sum(amounts) if amounts else None,
        asks_for_remainder=bool(applications) and not amounts,
        partner_awards=tuple(_told(one) for one in kinds.get("partner_award", ())),
        applications=applications,
        early_starts=_read(kinds, reading.early_start, "early_start"),
        decisions=decisions,
        plans=tuple(sorted(plans, key=lambda plan: (plan.version, plan.log_index))),
        approvals=_read(kinds, reading.excess_approval, "excess_approved"),
        drawdowns=drawdowns(kinds),
        disbursements=_read(kinds, reading.disbursement, "disbursement"),
        commitments=commitments(kinds),
        vouchers=tuple(
            part for one in _sorted(kinds, "voucher") for part in reading.voucher_parts(one, grant_id, refunds)
        ),
        refunds=tuple(part for one in _sorted(kinds, "refund") for part in reading.refunded(one, grant_id)),
        incomes=_read(kinds, reading.income, "income"),
        notices=_read(kinds, reading.notice, "notice"),
        proofs=proofs(kinds),
        findings=findings(kinds),
        repayments=_read(kinds, reading.repayment, "repayment"),
        interests=interests(kinds),
        questions=voucher_questions(kinds),
        settlement=settled[-1] if settled else None,
        retention_years=int(retention[-1].data["years"]) if retention else None,
        recognised=sum(int(one.data["amount"]) for one in kinds.get("use_recognised", ())),
        currency=decisions[-1].currency if decisions else "EUR",
        standing=_standing(entries),
        entries=tuple(one.log_index for one in entries),
    )


def _by_kind(entries: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    kinds: dict[str, list[Recorded]] = {}
    for one in entries:
        kinds.setdefault(one.kind, []).append(one)
    return kinds


def _sorted(kinds: Mapping[str, list[Recorded]], *names: str) -> list[Recorded]:
    found = [one for name in names for one in kinds.get(name, ())]
    return sorted(found, key=lambda one: (one.valid_on, one.log_index))


def _read(kinds: Mapping[str, list[Recorded]], read: Callable[[Recorded], T], *names: str) -> tuple[T, ...]:
    return tuple(read(one) for one in _sorted(kinds, *names))


def _years(entry: Recorded) -> list[int]:
    shared = [int(one["budget_year"]) for one in entry.data.get("years", ())] if entry.kind == "decision" else []
    return shared or ([] if entry.budget_year is None else [entry.budget_year])


def _told(entry: Recorded) -> int:
    amount = int(entry.data["amount"])
    return -amount if entry.data.get("type") == "revocation" else amount


def _grantee(entries: Sequence[Recorded], association: str) -> str:
    for one in entries:
        if one.kind in ("application_reported", "application"):
            return str(one.data["applicant"])
        if one.kind == "partner_award":
            return str(one.data["reported_by"])
    return association


def _standing(entries: Sequence[Recorded]) -> Standing:
    """One demonstration value makes the whole grant one: a sum of both would be no fact."""
    standings = {one.standing for one in entries}
    return "demo" if "demo" in standings else "own" if "own" in standings else "public"
