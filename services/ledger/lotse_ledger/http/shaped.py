"""From what the domain knows to what an answer says."""

from datetime import date, datetime
from typing import TypedDict

from lotse_contracts.ledger import Standing
from lotse_ledger.domain import acts
from lotse_ledger.domain.asof import AsOf
from lotse_ledger.domain.availability import Availability
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant
from lotse_ledger.domain.reports.duties import Duty
from lotse_ledger.domain.reports.lines import SollIst
from lotse_ledger.http.answers import AttachmentShape, BalanceShape, EntryShape, PostingShape
from lotse_ledger.http.answers_of_grants import (
    AvailabilityShape,
    DeadlineShape,
    DecisionShape,
    DrawdownShape,
    GrantShape,
    LineShape,
    ReadingShape,
    ShareShape,
    SollIstShape,
)
from lotse_ledger.store.books import AccountBalance

AVAILABILITY_RULE = (
    "appropriation x factor left by the latest freeze for the field, rounded down to the cent;"
    " remainder: the cut falls on the applicant who receives the remainder; pro_rata: on both alike"
)


class Dated(TypedDict):
    """What every answer says of its two dates."""

    valid_to: date
    recorded_to: datetime


def dated(chosen: AsOf) -> Dated:
    """The two dates that an answer stands on."""
    return {"valid_to": chosen.valid_to, "recorded_to": chosen.recorded_to}


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
        commitments=dict(one.commitments),
        attachments=tuple(AttachmentShape.model_validate(file) for file in one.attachments),
        cause=one.cause,
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
        disbursed=one.disbursed,
        repaid=one.repaid,
        spent=sum(part.charged - part.refunded - part.refunded_ineligible for part in one.vouchers),
        decisions=tuple(_decision(decision) for decision in one.decisions),
        plan_version=one.plan.version if one.plan else None,
        proofs=one.proofs,
        findings=one.findings,
        entries=one.entries,
    )


def soll_ist(found: SollIst) -> SollIstShape:
    """By line, under the rule of the decision."""
    use = found.use
    return SollIstShape(
        plan_version=found.plan_version,
        plan_is_approved=found.plan_is_approved,
        lines=tuple(
            LineShape(
                standing=found.standing,
                line=line.line,
                title=line.title,
                planned=line.planned,
                actual=line.actual,
                committed=line.committed,
                left=line.left,
                allowed=line.allowed,
                eligible=line.eligible,
                approved=line.approved,
                light=light,
            )
            for line, light in found.rows
        ),
        planned=use.planned,
        actual=use.actual,
        eligible=use.eligible,
        counted=use.counted,
        excess_uncovered=use.excess_uncovered,
        total_binding=use.total_binding,
        citations=use.citations,
    )


def drawdown(one: acts.Drawdown, standing: Standing) -> DrawdownShape:
    """What was asked for, and what became of it."""
    return DrawdownShape(
        standing=standing,
        log_index=one.log_index,
        drawdown_id=one.drawdown_id,
        amount=one.amount,
        budget_year=one.budget_year,
        requested_on=one.requested_on,
        expires_on=one.expires_on,
        paid_out=one.paid_out,
        state=one.state,
        open_amount=one.open_amount,
    )


def deadline(duty: Duty) -> DeadlineShape:
    """A date to work by."""
    return DeadlineShape(
        standing=duty.standing,
        grant_id=duty.grant_id,
        deadline=duty.deadline.code,
        due_on=duty.deadline.due_on,
        rule=duty.deadline.rule,
        remark_on=duty.deadline.remark_on,
        urgency=duty.urgency,
        days_left=duty.days_left,
        amount=duty.amount,
        citations=duty.deadline.citations,
    )


def availability(
    answer: Availability, others: tuple[Availability, ...], *, budget_year: int, chosen: AsOf
) -> AvailabilityShape:
    """The answer asked for, and the other readings beside it."""
    return AvailabilityShape(
        **dated(chosen),
        standing="public",
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


def _decision(one: acts.Decision) -> DecisionShape:
    return DecisionShape(
        standing=one.standing,
        log_index=one.log_index,
        decision_id=one.decision_id,
        type=one.type,
        financing_type=one.financing_type,
        amount=one.amount,
        currency=one.currency,
        budget_year=one.budget_year,
        valid_on=one.valid_on,
        period_from=one.period.first,
        period_to=one.period.last,
        file_ref=one.file_ref,
        terms=one.terms,
    )
