"""From what the domain knows to what an answer says."""

from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.availability import Availability
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Decision, Grant
from lotse_ledger.http.answers import (
    AvailabilityShape,
    BalanceShape,
    DeadlineShape,
    DecisionShape,
    EntryShape,
    GrantShape,
    LineShape,
    PlanAgainstActualShape,
    PostingShape,
    ReadingShape,
    ShareShape,
)
from lotse_ledger.store.books import AccountBalance

AVAILABILITY_RULE = (
    "appropriation x factor left by the latest freeze for the field, rounded down to the cent;"
    " remainder: the cut falls on the applicant who receives the remainder; pro_rata: on both alike"
)


def entry(one: Recorded) -> EntryShape:
    """An entry as it stands in the log."""
    return EntryShape(
        standing=one.standing,
        log_index=one.log_index,
        key=one.key,
        kind=one.kind,
        valid_on=one.valid_on,
        recorded_at=one.recorded_at,
        known_at=one.known_at,
        reconstructed=one.reconstructed,
        grant_id=one.grant_id,
        budget_year=one.budget_year,
        reverses=one.reverses,
        data=dict(one.data),
        postings=tuple(
            PostingShape(account=row.account, amount=str(row.amount), currency=row.currency) for row in one.postings
        ),
        leaf_sha256=one.leaf_sha256.hex(),
    )


def balance(row: AccountBalance) -> BalanceShape:
    """One account."""
    return BalanceShape(standing=row.standing, account=row.account, amount=str(row.amount), currency=row.currency)


def grant(one: Grant) -> GrantShape:
    """A grant at a glance."""
    return GrantShape(
        standing=one.standing,
        grant_id=one.grant_id,
        grantee=one.grantee,
        budget_years=one.budget_years,
        currency=one.currency,
        applied=one.applied,
        asks_for_remainder=one.asks_for_remainder,
        partner_awards=one.partner_awards,
        awarded=one.awarded,
        drawn=one.drawn,
        spent=sum(one.spent.values()),
        decisions=tuple(_decision(decision) for decision in one.decisions),
        plan_version=one.plan.version if one.plan else None,
        entries=one.entries,
    )


def plan_against_actual(one: Grant, chosen: AsOf) -> PlanAgainstActualShape:
    """By line, under the rule of the decision."""
    use = one.plan_use()
    return PlanAgainstActualShape(
        standing=one.standing,
        valid_to=chosen.valid_to,
        recorded_to=chosen.recorded_to,
        grant_id=one.grant_id,
        currency=one.currency,
        plan_version=one.plan.version if one.plan else None,
        rule=use.rule.name,
        excess_percent=use.rule.excess_percent,
        lines=tuple(
            LineShape(
                standing=one.standing,
                line=line.line,
                title=line.title,
                planned=line.planned,
                actual=line.actual,
                left=line.left,
                allowed=line.allowed,
                eligible=line.eligible,
            )
            for line in use.lines
        ),
        planned=use.planned,
        actual=use.actual,
        eligible=use.eligible,
        excess_uncovered=use.excess_uncovered,
    )


def deadlines(one: Grant) -> tuple[DeadlineShape, ...]:
    """Of one grant, earliest first."""
    return tuple(
        DeadlineShape(standing=one.standing, grant_id=one.grant_id, deadline=due.code, due_on=due.due_on, rule=due.rule)
        for due in one.deadlines()
    )


def availability(
    answer: Availability, others: tuple[Availability, ...], *, budget_year: int, chosen: AsOf
) -> AvailabilityShape:
    """The answer asked for, and the other readings beside it."""
    return AvailabilityShape(
        standing="public",
        valid_to=chosen.valid_to,
        recorded_to=chosen.recorded_to,
        budget_year=budget_year,
        currency=answer.currency,
        appropriation=answer.appropriation,
        split=answer.split,
        answer=_reading(answer),
        other_readings=tuple(_reading(other) for other in others if other.reading != answer.reading),
        rule=AVAILABILITY_RULE,
        entries=answer.entries,
    )


def _reading(answer: Availability) -> ReadingShape:
    return ReadingShape(
        freeze_falls_on=answer.reading.freeze_falls_on,
        treated_as=answer.reading.treated_as,
        factor_basis_points=answer.factor,
        available=answer.available,
        shares=tuple(ShareShape(applicant=share.applicant, amount=share.amount) for share in answer.shares),
    )


def _decision(one: Decision) -> DecisionShape:
    return DecisionShape(
        standing=one.standing,
        log_index=one.log_index,
        type=one.type,
        financing_type=one.financing_type,
        amount=one.amount,
        currency=one.currency,
        budget_year=one.budget_year,
        valid_on=one.valid_on,
        period_from=one.period.first,
        period_to=one.period.last,
        file_ref=one.file_ref,
    )
