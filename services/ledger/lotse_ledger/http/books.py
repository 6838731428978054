"""The queries of an auditor's machine; each answers in JSON and changes nothing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from lotse_chassis.faults import Refused
from lotse_ledger.domain.availability import FreezeFallsOn, NothingKnown, TreatedAs
from lotse_ledger.domain.availability import Reading as ReadingOf
from lotse_ledger.domain.checkpoints import origin_of
from lotse_ledger.domain.entries import Recorded
from lotse_ledger.domain.grants import Grant, grants_of
from lotse_ledger.domain.reported import KINDS, answer, answers
from lotse_ledger.http import shaped
from lotse_ledger.http.access import auditor
from lotse_ledger.http.answers import (
    AvailabilityShape,
    BalancesShape,
    CheckpointShape,
    CheckpointsShape,
    DeadlinesShape,
    EntriesShape,
    EntryShape,
    GrantShape,
    GrantsShape,
    PlanAgainstActualShape,
)
from lotse_ledger.http.dates import Reading, reading
from lotse_ledger.store import books, witness

PAGE_ENTRIES = 50
PAGE_ENTRIES_MAX = 500
BALANCES_MAX = 2_000
INDEX_MAX = 2**53
NOT_PROVEN = (
    "A checkpoint does not prove that everything was booked, that the vouchers are genuine, or that the expenditure"
    " is eligible."
)

Books = Annotated[Reading, Depends(reading)]

routes = APIRouter(dependencies=[Depends(auditor)])


@routes.get("/grants")
async def grants(at: Books) -> GrantsShape:
    """Every grant at a glance."""
    found = tuple(shaped.grant(one) for one in await grants_at(at))
    return GrantsShape(valid_to=at.as_of.valid_to, recorded_to=at.as_of.recorded_to, grants=found)


@routes.get("/grants/{grant_id}")
async def grant(grant_id: UUID, at: Books) -> GrantShape:
    """One grant with its decisions."""
    return shaped.grant(await _one(at, grant_id))


@routes.get("/grants/{grant_id}/plan-against-actual")
async def plan_against_actual(grant_id: UUID, at: Books) -> PlanAgainstActualShape:
    """Each cost line: planned, spent, left, and what the rule lets be spent on it."""
    return shaped.plan_against_actual(await _one(at, grant_id), at.as_of)


@routes.get("/deadlines")
async def deadlines(at: Books) -> DeadlinesShape:
    """What must be handed in by when, over all grants."""
    rows = [due for one in await grants_at(at) for due in shaped.deadlines(one)]
    ordered = tuple(sorted(rows, key=lambda due: (due.due_on, due.deadline)))
    return DeadlinesShape(valid_to=at.as_of.valid_to, recorded_to=at.as_of.recorded_to, deadlines=ordered)


@routes.get("/balances")
async def balances(at: Books) -> BalancesShape:
    """What stood in the accounts."""
    rows = await books.balances(at.tx, at.as_of, limit=BALANCES_MAX + 1)
    return BalancesShape(
        valid_to=at.as_of.valid_to,
        recorded_to=at.as_of.recorded_to,
        balances=tuple(shaped.balance(row) for row in rows[:BALANCES_MAX]),
        truncated=len(rows) > BALANCES_MAX,
    )


@routes.get("/entries")
async def entries(
    at: Books,
    cursor: Annotated[int, Query(ge=0, le=INDEX_MAX, description="`next` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE_ENTRIES_MAX)] = PAGE_ENTRIES,
) -> EntriesShape:
    """The log in its order; a page once read stays as it is."""
    found, following = await page_of_entries(at, cursor=cursor, limit=limit)
    return EntriesShape(entries=tuple(shaped.entry(one) for one in found), next=following)


@routes.get("/entries/{log_index}")
async def entry(log_index: Annotated[int, Path(ge=0, le=INDEX_MAX)], at: Books) -> EntryShape:
    """One entry."""
    found = await books.at(at.tx, log_index)
    if found is None:
        raise Refused("unknown_entry", fields=("log_index",))
    return shaped.entry(found)


@routes.get("/availability")
async def availability(
    at: Books,
    year: Annotated[int, Query(ge=2000, le=2100)],
    freeze_falls_on: FreezeFallsOn = "remainder",
    treated_as: TreatedAs = "social",
) -> AvailabilityShape:
    """What could the city pay for a budget year, as of a valid day, as known on a recorded one?"""
    facts = await books.entries_of_kinds(at.tx, KINDS)
    try:
        asked = answer(facts, year, at.as_of, ReadingOf(freeze_falls_on, treated_as))
        others = answers(facts, year, at.as_of)
    except NothingKnown:
        raise Refused("nothing_known", fields=("year", "valid_to", "recorded_to")) from None
    return shaped.availability(asked, others, budget_year=year, chosen=at.as_of)


@routes.get("/checkpoints")
async def checkpoints(at: Books) -> CheckpointsShape:
    """Signed roots over the log, and which partner countersigned."""
    found = tuple(
        CheckpointShape(
            origin=origin_of(at.association),
            size=one.size,
            root_sha256=one.root.hex(),
            signed_at=one.signed_at,
            signature=one.signature,
            cosigned_by=one.cosigned_by,
        )
        for one in await witness.checkpoints(at.tx)
    )
    return CheckpointsShape(checkpoints=found, not_proven=NOT_PROVEN)


async def grants_at(at: Reading, grant_id: UUID | None = None) -> tuple[Grant, ...]:
    """The grants as of the two dates."""
    return grants_of(await books.entries_of_grants(at.tx, at.as_of, grant_id), at.association)


async def page_of_entries(at: Reading, *, cursor: int, limit: int) -> tuple[tuple[Recorded, ...], int | None]:
    """The entries from an index on as of the dates asked for, and the index that the next page begins with."""
    found = await books.page(
        at.tx, first=cursor, limit=limit + 1, valid_to=at.valid_to, recorded_to=at.as_of.recorded_to
    )
    following = found[limit].log_index if len(found) > limit else None
    return tuple(found[:limit]), following


async def _one(at: Reading, grant_id: UUID) -> Grant:
    for found in await grants_at(at, grant_id):
        return found
    raise Refused("unknown_grant", fields=("grant_id",))
