"""Two more queries about a grant: payments against the plan of their day, what a freeze could take of an award."""

from dataclasses import asdict
from datetime import date

from lotse_ledger.domain import reports
from lotse_ledger.domain.availability import FIELD_OF, TreatedAs
from lotse_ledger.domain.law.rules import Citation
from lotse_ledger.domain.reported import KINDS
from lotse_ledger.http import shaped
from lotse_ledger.http.answers import Shape
from lotse_ledger.http.answers_of_grants import OfGrant
from lotse_ledger.http.books import one_grant
from lotse_ledger.http.dates import Books
from lotse_ledger.http.exchange import router
from lotse_ledger.http.grants import GrantId
from lotse_ledger.store import books

routes = router()


class JudgedShape(Shape):
    """A line once this payment was made. `…_then` is the plan approved on that day, `…_now` the current one; a limit
    of null binds nothing, a version of null says that none was approved yet and the first one was taken."""

    log_index: int
    paid_on: date
    line: str
    amount: int
    line_total: int
    version_then: int | None
    limit_then: int | None
    within_then: bool
    limit_now: int | None
    within_now: bool


class LineHistoryShape(Shape):
    """In the order of the payments."""

    payments: tuple[JudgedShape, ...]
    citations: tuple[Citation, ...]


class AtRiskShape(Shape):
    """A decision's part of a budget year; `entries` are the freezes that came after it."""

    decision: int
    budget_year: int
    decided_on: date
    field: str
    awarded: int
    factor: int
    at_risk: int
    entries: tuple[int, ...]
    citations: tuple[Citation, ...]


class FrozenShape(Shape):
    """`treated_as` is the reading that the answer assumes of what the documents leave open."""

    treated_as: TreatedAs
    decisions: tuple[AtRiskShape, ...]


@routes.get("/grants/{grant_id}/line-history")
async def line_history(grant_id: GrantId, at: Books) -> OfGrant[LineHistoryShape]:
    """Each payment with the limit of its day and the current one (R3)."""
    found = await one_grant(at, grant_id)
    rows = tuple(
        JudgedShape(
            log_index=one.payment.log_index,
            paid_on=one.payment.day,
            line=one.payment.line,
            amount=one.payment.amount,
            line_total=one.line_total,
            version_then=one.version_then,
            limit_then=one.limit_then,
            within_then=one.within_then,
            limit_now=one.limit_now,
            within_now=one.within_now,
        )
        for one in reports.line_history(found)
    )
    answer = LineHistoryShape(payments=rows, citations=found.plan_use().citations)
    dated = shaped.dated(at.as_of)
    return OfGrant(**dated, standing=found.standing, grant_id=grant_id, currency=found.currency, answer=answer)


@routes.get("/grants/{grant_id}/freeze")
async def freeze(grant_id: GrantId, at: Books, treated_as: TreatedAs = "social") -> OfGrant[FrozenShape]:
    """What the freezes known then could take of the award."""
    found = await one_grant(at, grant_id)
    facts = await books.entries_of_kinds(at.tx, KINDS, at.as_of)
    rows = tuple(
        AtRiskShape(
            decision=one.decision,
            budget_year=one.budget_year,
            decided_on=one.decided_on,
            field=one.field,
            **{name: value for name, value in asdict(one.frozen).items() if name != "citations"},
            citations=one.frozen.citations,
        )
        for one in reports.at_risk(found, facts, FIELD_OF[treated_as])
    )
    answer = FrozenShape(treated_as=treated_as, decisions=rows)
    dated = shaped.dated(at.as_of)
    return OfGrant(**dated, standing=found.standing, grant_id=grant_id, currency=found.currency, answer=answer)
