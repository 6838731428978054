"""What is to be done by when: proofs, money to be used, notices to the city, and until when the books are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from lotse_contracts.ledger import NoticeType, Standing
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.law.deadlines import Deadline
from lotse_ledger.domain.law.lines import PlanUse
from lotse_ledger.domain.law.notices import NoticeDue, ThirdPartyIncome, notices_due
from lotse_ledger.domain.law.periods import payout_day, use_by
from lotse_ledger.domain.law.retention import Kept, Retention, retention_of
from lotse_ledger.domain.proving import Notice
from lotse_ledger.domain.reports.use import fifo_of

Urgency = Literal["done", "to_come", "near", "overdue"]
NEAR_DAYS = 30
FINAL = "R15"
THIRD_PARTY = ("third_party_public", "third_party_private")


@dataclass(frozen=True)
class Duty:
    """A deadline with what became of it; `days_left` is negative when it is over."""

    grant_id: UUID
    standing: Standing
    deadline: Deadline
    urgency: Urgency
    days_left: int
    amount: int | None = None


@dataclass(frozen=True)
class Notices:
    """`given` are those sent, `due` what the books themselves show and nobody told the city yet (R13)."""

    grant_id: UUID
    standing: Standing
    given: tuple[Notice, ...]
    due: tuple[NoticeDue, ...]


def deadlines_of_grant(grant: Grant, today: date) -> tuple[Duty, ...]:
    """Proofs, and the last day of each disbursement that is not used up; earliest first."""
    proofs = grant.deadlines()
    found = [_duty(grant, one, today, done=_is_handed_in(grant, one, proofs)) for one in proofs]
    used = fifo_of(grant, today).fifo
    for one in used.unused:
        last = Deadline("use_money", one.use_by, "R6", None, used.citations)
        found.append(_duty(grant, last, today, done=False, amount=one.amount))
    return tuple(sorted(found, key=lambda duty: (duty.deadline.due_on, duty.deadline.code)))


def is_money_nearly_due(grant: Grant, today: date) -> bool:
    """Whether the last day of money that came, or came back, is near, whatever of it is used: no voucher is needed."""
    came = [one for one in grant.disbursements if one.credited_on <= today]
    since = [payout_day(one.credited_on, one.ordered_on, grant.terms) for one in came]
    since += [one.received_on for one in grant.refunds if one.received_on <= today]
    return any(0 <= (use_by(day, grant.terms) - today).days <= NEAR_DAYS for day in since)


def notices_of(grant: Grant, today: date) -> Notices:
    """What the city was told, and what is still to be told."""
    planned = {line.line: line.amount for line in grant.plan.funding} if grant.plan else {}
    incomes = [
        ThirdPartyIncome(
            one.log_index, one.received_on, one.planned_line or "", one.amount, planned.get(one.planned_line or "", 0)
        )
        for one in grant.incomes
        if one.source in THIRD_PARTY and one.received_on <= today
    ]
    use = grant.plan_use()
    due = notices_due(
        incomes=incomes,
        used=fifo_of(grant, today).fifo,
        planned_costs=use.planned,
        expected_costs=_expected_costs(grant, use, today),
        told=_told(grant),
        terms=grant.terms,
        today=today,
    )
    return Notices(grant.grant_id, grant.standing, grant.notices, due)


def retention_of_grant(grant: Grant, kept: Kept, made_on: date) -> Retention:
    """Until when something of this grant is kept: the latest of all rules, and of what an authority set since."""
    final = [one.submitted_on for one in grant.proofs if one.proof == "final"]
    terms = grant.terms
    if grant.retention_years is not None and grant.retention_years > terms.retention_years:
        terms = replace(terms, retention_years=grant.retention_years, stated=terms.stated | {"retention_years"})
    return retention_of(kept, made_on=made_on, proof_submitted_on=max(final, default=None), terms=terms)


def _expected_costs(grant: Grant, use: PlanUse, today: date) -> int:
    """As planned while money may still be spent; after that what was spent or is bound."""
    last = max((one.period.last for one in grant.decisions), default=today)
    return use.planned if today <= last else use.actual + sum(one.committed for one in use.lines)


def _is_handed_in(grant: Grant, deadline: Deadline, all_of_them: Sequence[Deadline]) -> bool:
    """The proof of that year; where there is one final proof only, whichever year it names."""
    finals = [one for one in all_of_them if one.rule == FINAL]
    kind = "final" if deadline.rule == FINAL else "interim"
    years = {one.budget_year for one in grant.proofs if one.proof == kind}
    return deadline.budget_year in years or (kind == "final" and len(finals) == 1 and bool(years))


def _told(grant: Grant) -> set[tuple[NoticeType, str]]:
    """Matched by what the notice says it is about: the entry, or the code that the report gave."""
    return {(one.type, one.about) for one in grant.notices}


def _duty(grant: Grant, one: Deadline, today: date, *, done: bool, amount: int | None = None) -> Duty:
    left = (one.due_on - today).days
    urgency: Urgency = "to_come"
    if done:
        urgency = "done"
    elif left < 0:
        urgency = "overdue"
    elif left <= NEAR_DAYS:
        urgency = "near"
    return Duty(grant.grant_id, grant.standing, one, urgency, left, amount)
