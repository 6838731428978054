"""What documents report of the city: what it could pay, and when which freeze was decided and known."""

from typing import Annotated

from fastapi import Query

from lotse_chassis.faults import Refused
from lotse_ledger.domain import reports
from lotse_ledger.domain.availability import FreezeFallsOn, NothingKnown, TreatedAs
from lotse_ledger.domain.availability import Reading as ReadingOf
from lotse_ledger.domain.reported import KINDS, answer, answers
from lotse_ledger.http import shaped
from lotse_ledger.http.answers_of_grants import AvailabilityShape, FreezesShape
from lotse_ledger.http.dates import Books
from lotse_ledger.http.exchange import router
from lotse_ledger.store import books

Year = Annotated[int, Query(ge=2000, le=2100)]

routes = router()


@routes.get("/availability")
async def availability(
    at: Books, year: Year, freeze_falls_on: FreezeFallsOn = "remainder", treated_as: TreatedAs = "social"
) -> AvailabilityShape:
    """What could the city pay for a budget year, as of a valid day, as known on a recorded one?"""
    facts = await books.entries_of_kinds(at.tx, KINDS)
    try:
        asked = answer(facts, year, at.as_of, ReadingOf(freeze_falls_on, treated_as))
        others = answers(facts, year, at.as_of)
    except NothingKnown:
        raise Refused("nothing_known", fields=("year", "valid_to", "recorded_to")) from None
    return shaped.availability(asked, others, budget_year=year, chosen=at.as_of)


@routes.get("/freezes")
async def freezes(at: Books, year: Year) -> FreezesShape:
    """Appropriation, freezes and their relaxation by the day of the decision and by the day they were known."""
    facts = await books.entries_of_kinds(at.tx, KINDS, at.as_of)
    steps = reports.freeze_history(facts, year)
    return FreezesShape(**shaped.dated(at.as_of), budget_year=year, steps=steps)
