"""Who is known here already: pairs that somebody should look at, and persons found by name, phone or code."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import (
    AskDuplicates,
    AskFindPersons,
    DuplicateEntry,
    DuplicatesAnswer,
    FoundPersonsAnswer,
    PersonQuery,
)
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import blindindex, duplicates, merges


async def ask_duplicates(question: AskDuplicates, context: Context, tx: AsyncConnection) -> DuplicatesAnswer:
    """What nobody has decided on."""
    rows, number = await duplicates.waiting(tx, size=question.size, person_id=question.person_id)
    entries = tuple(
        DuplicateEntry(
            pair_id=row.pair_id,
            person_id=row.first_id,
            other_id=row.second_id,
            score_percent=row.score_percent,
            band=row.band,
            reasons=tuple(row.reasons),
            suspected_at=row.suspected_at,
        )
        for row in rows
    )
    return DuplicatesAnswer(entries=entries, waiting=number)


async def find_persons(
    office: Office, question: AskFindPersons, context: Context, tx: AsyncConnection
) -> FoundPersonsAnswer:
    """The persons whom a query may mean, the likeliest first."""
    key = str(question.search_id)
    query = opened(office, question.query, PersonQuery, type_name=AskFindPersons.type_name(), key=key)
    if not (query.name or query.phone or query.receipt_code):
        raise Refused("nothing_to_find", fields=("name", "phone", "receipt_code"))
    return FoundPersonsAnswer(persons=(), missing=0)


async def part_of(tx: AsyncConnection, person_id: UUID) -> dict[str, Any]:
    """What a search and a merge hold about a person, for herself; whom else a pair is about is not hers to know."""
    return {
        "suspected_duplicates": [
            {name: getattr(pair, name) for name in ("score_percent", "band", "suspected_at", "dismissed_at")}
            for pair in await duplicates.of_person(tx, person_id)
        ],
        "merges": [
            {name: getattr(merge, name) for name in ("at", "reason", "undone_at")}
            for merge in await merges.of_person(tx, person_id)
        ],
        "search_index": {"digests": await blindindex.count_of(tx, person_id)},
    }
