"""Who is known here already: pairs that somebody should look at, and persons found by name, phone or code."""

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import (
    FOUND_MAX,
    AskDuplicatePair,
    AskDuplicates,
    AskFindPersons,
    DuplicateEntry,
    DuplicatePairAnswer,
    DuplicatesAnswer,
    FoundPerson,
    FoundPersonsAnswer,
    PersonFields,
    PersonQuery,
    WeighedReason,
)
from lotse_contracts.values import DuplicateBand
from lotse_intake.domain.identities import NotTaken, record_of, record_of_query, shown
from lotse_intake.domain.matching import Match, Reason, match
from lotse_intake.handlers.indexing import alike, day_of, readable
from lotse_intake.handlers.questions import sealer_of
from lotse_intake.providers.content import opened
from lotse_intake.providers.office import Office
from lotse_intake.store import blindindex, duplicates, enquiries, looks, merges, persons

Found = tuple[UUID, PersonFields, Match]


async def ask_duplicates(question: AskDuplicates, context: Context, tx: AsyncConnection) -> DuplicatesAnswer:
    """What nobody has decided on."""
    rows, number = await duplicates.waiting(tx, size=question.size, person_id=question.person_id)
    return DuplicatesAnswer(entries=tuple(_entry(row) for row in rows), waiting=number)


async def duplicate_pair(
    office: Office, question: AskDuplicatePair, context: Context, tx: AsyncConnection
) -> DuplicatePairAnswer:
    """Two records side by side, as they are now. Raises Refused if there is no such pair, or one is being erased."""
    row = await duplicates.get(tx, question.pair_id)
    pair = [] if row is None else [await persons.get(tx, one) for one in (row.first_id, row.second_id)]
    fields = [readable(office, one) if one is not None and not one.frozen else None for one in pair]
    if row is None or any(one is None for one in fields):
        raise Refused("unknown_pair", fields=("pair_id",))
    first, second = (one or PersonFields() for one in fields)
    to = sealer_of(question.reply_key, AskDuplicatePair.type_name(), str(question.pair_id))
    today = day_of(context)
    found = match(record_of(first, today=today), record_of(second, today=today))
    await looks.note_reads(tx, context, [row.first_id, row.second_id], question.purpose)
    return DuplicatePairAnswer(
        entry=_entry(row), weighed=_weighed(found), person=to(_sealable(first)), other=to(_sealable(second))
    )


def _entry(row: Row[Any]) -> DuplicateEntry:
    return DuplicateEntry(
        pair_id=row.pair_id,
        person_id=row.first_id,
        other_id=row.second_id,
        score_percent=row.score_percent,
        band=row.band if row.band in get_args(DuplicateBand) else "look",
        reasons=tuple(row.reasons),
        suspected_at=row.suspected_at,
    )


def _weighed(found: Match) -> tuple[WeighedReason, ...]:
    return tuple(WeighedReason(code=one.code, points=one.points) for one in found.reasons)


def _sealable(fields: PersonFields) -> bytes:
    return shown(fields).model_dump_json(exclude_none=True).encode()


async def find_persons(
    office: Office, question: AskFindPersons, context: Context, tx: AsyncConnection
) -> FoundPersonsAnswer:
    """The persons whom a query may mean, the likeliest first; each that is shown is in the access log.

    Raises Refused if nothing is asked, or what is asked is no date or phone.
    """
    key = str(question.search_id)
    query = opened(office, question.query, PersonQuery, type_name=AskFindPersons.type_name(), key=key, field="query")
    if not any(text.strip() for text in (query.name, query.phone, query.receipt_code)):
        raise Refused("nothing_to_find", fields=("name", "phone", "receipt_code"))
    to = sealer_of(question.reply_key, AskFindPersons.type_name(), key)
    fitting = await _found(office, query, context, tx)
    best = fitting[:FOUND_MAX]
    groups = await merges.groups_of(tx, [person_id for person_id, _, _ in best])
    await looks.note_reads(tx, context, list(groups), question.purpose)
    found = tuple(_shown(person_id, groups[person_id], fields, why, to) for person_id, fields, why in best)
    missing = await blindindex.missing(tx, office.pepper.scheme)
    return FoundPersonsAnswer(persons=found, others=len(fitting) - len(best), missing=missing)


async def _found(office: Office, query: PersonQuery, context: Context, tx: AsyncConnection) -> list[Found]:
    by_code = await _by_code(office, query.receipt_code, tx) if query.receipt_code.strip() else []
    if not (query.name.strip() or query.phone.strip()):
        return by_code
    today = day_of(context)
    try:
        asked = record_of_query(query, today=today)
    except NotTaken as fault:
        raise Refused(fault.code, fields=(fault.field,), allowed=fault.allowed) from None
    known = {person_id for person_id, _, _ in by_code}
    fitting: list[Found] = []
    for widely in (False, True):  # by the surname alone, which meets many, only where nothing else finds anybody
        found = await alike(office, tx, asked, today, widely=widely) if not fitting else []
        fitting += [one for one in found if one[0] not in known and _may_be_meant(one[2])]
    return [*by_code, *fitting]


async def _by_code(office: Office, code: str, tx: AsyncConnection) -> list[Found]:
    digest = await enquiries.digest_of_code(tx, code.strip())
    row = await enquiries.by_receipt(tx, digest) if digest else None
    person = await persons.get(tx, row.person_id) if row is not None and not row.frozen else None
    fields = readable(office, person) if person is not None else None
    if person is None or fields is None:
        return []
    return [(person.person_id, fields, Match(1.0, "different", (Reason("receipt_code", 0.0),)))]


def _may_be_meant(found: Match) -> bool:
    """Not somebody who merely shares a first letter with what is asked: a name or a number must fit."""
    codes = {reason.code for reason in found.reasons}
    if codes & {"phone_same", "email_same"}:
        return True
    return not codes & {"surname_different", "given_different"}


def _shown(
    person_id: UUID, group: tuple[UUID, ...], fields: PersonFields, found: Match, to: Callable[[bytes], Sealed]
) -> FoundPerson:
    return FoundPerson(
        person_id=person_id,
        group=group,
        score_percent=int(found.score * 100),
        band=None if found.band == "different" else found.band,
        reasons=_weighed(found),
        fields=to(_sealable(fields)),
    )
