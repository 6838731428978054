"""What the city says: appropriations and freezes as documents report them, applications, permits, decisions."""

from lotse_contracts.ledger import (
    ApproveExcess,
    DocumentRef,
    FileApplication,
    PermitEarlyStart,
    RecordDecision,
    ReportAppropriation,
    ReportFreeze,
)
from lotse_ledger.domain.booking import accounts
from lotse_ledger.domain.booking.drafting import Rest, day, days, drafted, moved, said, summed
from lotse_ledger.domain.booking.known import Known, Reported
from lotse_ledger.domain.booking.money import undrawn_of
from lotse_ledger.domain.entries import Draft, Posting
from lotse_ledger.domain.law.terms import WHOLE_BP
from lotse_ledger.domain.refusals import NotAllowed


def appropriation(order: ReportAppropriation, known: Known) -> Draft:
    """A reported fact: what is in the budget is available until a freeze takes from it.

    A later report replaces the earlier: only the difference is posted.
    """
    year = order.budget_year
    more = order.amount - (known.reported.get(year, Reported()).appropriation or 0)
    return drafted(
        order,
        key=f"appropriation:{order.report_id}",
        kind="appropriation_reported",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on", "title", "documents"), **_documents(order.title, order.documents)),
        rest=Rest(moved(accounts.available(year), accounts.appropriation(year), more, order.currency)),
    )


def freeze(order: ReportFreeze, known: Known) -> Draft:
    """What is left by the factor of one field, as an amount; the rest is frozen. A later report replaces the earlier.

    Raises NotAllowed if no appropriation is known, or the factor of that field is not among those given.
    """
    valid_on = day(order.valid_on, "valid_on")
    factors = {one.field: one.factor for one in order.factors}
    reported = known.reported.get(order.budget_year)
    if reported is None or reported.appropriation is None:
        raise NotAllowed("nothing_known", "budget_year")
    if order.posted_as not in factors:
        raise NotAllowed("field_without_factor", "posted_as")
    left = reported.appropriation * factors[order.posted_as] // WHOLE_BP
    more = reported.appropriation - left - reported.frozen
    year = order.budget_year
    return drafted(
        order,
        key=f"freeze:{order.report_id}",
        kind="freeze_reported",
        valid_on=valid_on,
        data=said(
            order,
            without=("valid_on", "title", "documents", "factors"),
            factors=factors,
            **_documents(order.title, order.documents),
        ),
        rest=Rest(moved(accounts.frozen(year), accounts.available(year), more, order.currency)),
    )


def application(order: FileApplication, known: Known) -> Draft:
    """What stands as applied is posted once; a conditional or expected one is only noted."""
    del known
    amount = order.amount if order.state == "applied" and order.amount else 0
    account = accounts.requested(order.grant_id, order.budget_year)
    return drafted(
        order,
        key=f"application:{order.application_id}:{order.state}",
        kind="application",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(moved(account, accounts.PROMISES, amount, order.currency)),
    )


def early_start(order: PermitEarlyStart, known: Known) -> Draft:
    """From this day costs count, at own risk; it promises nothing."""
    del known
    days(order, "start_from")
    return drafted(
        order,
        key=f"early-start:{order.permit_id}",
        kind="early_start",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(),
    )


def decision(order: RecordDecision, known: Known) -> Draft:
    """The city's promise, or that much of it taken back, to each budget year. Raises NotAllowed."""
    first, last = day(order.period_from, "period_from"), day(order.period_to, "period_to")
    valid_on = day(order.valid_on, "valid_on")
    if last < first:
        raise NotAllowed("period_reversed", "period_from", "period_to")
    years = {one.budget_year: one.amount for one in order.years} or {order.budget_year: order.amount}
    if sum(years.values()) != order.amount or len(years) < len(order.years):
        raise NotAllowed("years_differ", "years", "amount")
    for one in order.terms.interim_due or ():
        day(one.day, "terms.interim_due")
    if order.terms.final_due_on is not None:
        day(order.terms.final_due_on, "terms.final_due_on")
    if order.type == "revocation":
        _check_taken_back(order, years, known)
    else:
        _check_available(years, known)
    postings = [row for year, amount in years.items() for row in _promised(order, year, amount, known)]
    return drafted(
        order,
        key=f"decision:{order.decision_id}",
        kind="decision",
        valid_on=valid_on,
        data=said(order, without=("valid_on",)),
        rest=Rest(summed(*postings)),
    )


def excess_approved(order: ApproveExcess, known: Known) -> Draft:
    """A line of the plan may take more. Raises NotAllowed."""
    grant = known.grant(order.grant_id)
    if order.line not in {line.line for plan in grant.plans for line in plan.costs}:
        raise NotAllowed("unknown_line", "line")
    return drafted(
        order,
        key=f"excess:{order.approval_id}",
        kind="excess_approved",
        valid_on=day(order.valid_on, "valid_on"),
        data=said(order, without=("valid_on",)),
        rest=Rest(),
    )


def _promised(order: RecordDecision, year: int, amount: int, known: Known) -> tuple[Posting, ...]:
    """A revocation takes first what was not drawn; the rest lapses, and the city may want it back (I2)."""
    awarded = accounts.awarded(order.grant_id, year)
    if order.type != "revocation":
        return moved(awarded, accounts.PROMISES, amount, order.currency)
    grant = known.grant(order.grant_id)
    undrawn = min(amount, max(0, undrawn_of(grant, year)))
    lapsed = accounts.lapsed(order.grant_id, year)
    return (
        *moved(accounts.PROMISES, awarded, undrawn, order.currency),
        *moved(accounts.PROMISES, lapsed, amount - undrawn, order.currency),
    )


def _check_available(years: dict[int, int], known: Known) -> None:
    """All awards of a year against what documents say is available, as known now (I3); a later freeze changes none."""
    for year, amount in years.items():
        reported = known.reported.get(year)
        available = None if reported is None else reported.available
        room = None if available is None else available - known.awarded.get(year, 0)
        if amount and room is not None and amount > room:
            raise NotAllowed("over_appropriation", "amount", "budget_year", allowed=max(0, room))


def _check_taken_back(order: RecordDecision, years: dict[int, int], known: Known) -> None:
    """Nothing is taken back that was not awarded (I2)."""
    grant = known.grants.get(order.grant_id)
    for year, amount in years.items():
        left = grant.awarded_for(year) if grant else 0
        if amount > left:
            raise NotAllowed("over_award", "amount", "budget_year", allowed=max(0, left))


def _documents(title: str, documents: tuple[DocumentRef, ...]) -> dict[str, object]:
    """As the reconstructed facts have it; the title stays in the language of the document."""
    return {
        "title_de": title,
        "title_en": title,
        "documents": [{"title": one.title, "source": one.source} for one in documents],
        "sources": [one.source for one in documents],
    }
