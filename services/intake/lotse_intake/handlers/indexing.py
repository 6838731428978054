"""Beside the messages, so that nobody waits for it: whose fields changed is indexed, then compared with everybody."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.calendar import ZONE
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import KeyUnknown
from lotse_contracts.envelope import Message
from lotse_contracts.intake import DuplicateSuspected, PersonFields
from lotse_intake.domain.blocking import keys_of, telling
from lotse_intake.domain.identities import record_of
from lotse_intake.domain.matching import Match, Record, match
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import blindindex, duplicates, merges

BATCH = 100  # persons that are indexed in one transaction
PAIRS_MAX = 20  # of one person that somebody is asked to look at, the likeliest
NOTHING_ALIKE = Match(0.0, "different", ())


async def index_some(office: Office, context: Context, tx: AsyncConnection) -> int:
    """Index some of those whose fields changed; returns how many. After a crash everybody is noted first."""
    if not await blindindex.take_turn(tx):
        return 0
    if await blindindex.scheme(tx) != office.pepper.scheme:
        await blindindex.begin_again(tx, office.pepper.scheme)
    rows = await blindindex.batch(tx, BATCH)
    if rows:
        await blindindex.write(tx, await asyncio.to_thread(_digests, office, rows, day_of(context)))
        news = [row.person_id for row in rows if row.is_news and not row.frozen]
        await blindindex.note_indexed(tx, news, [row.person_id for row in rows if row.person_id not in news])
    return len(rows)


async def compare_next(office: Office, context: Context, tx: AsyncConnection) -> Sequence[Message] | None:
    """Compare one who was indexed with everybody; None when nobody waits. A pair is said once."""
    if not await blindindex.take_turn(tx):
        return None
    row = await blindindex.next_to_compare(tx)
    if row is None:
        return None
    today = day_of(context)
    fields = readable(office, row)
    found = await alike(office, tx, record_of(fields, today=today), today) if fields else []
    own = await merges.group_of(tx, row.person_id)
    chosen = {other: matched for other, _, matched in found if other not in own}
    likely = [(other, matched) for other, matched in chosen.items() if matched.band != "different"][:PAIRS_MAX]
    known = await _others(tx, row.person_id)
    faded = [(other, chosen.get(other, NOTHING_ALIKE)) for other in known - {*own} - {other for other, _ in likely}]
    said = await _suspected(tx, context, row.person_id, [*likely, *faded])
    await blindindex.note_compared(tx, row.person_id)
    return said


async def alike(
    office: Office, tx: AsyncConnection, asked: Record, today: date, *, widely: bool = False
) -> list[tuple[UUID, PersonFields, Match]]:
    """Everybody who shares a key with a record, the likeliest first; `widely` also by the surname alone."""
    keys = keys_of(asked)
    digests = office.pepper.digests(keys if widely else telling(keys))
    rows = await blindindex.candidates(tx, digests) if digests else []
    return await asyncio.to_thread(_compared, office, rows, asked, today)


def readable(office: Office, row: Any) -> PersonFields | None:
    """The fields in a row with `person_id` and `fields`; None once her key is gone, which a late worker may meet."""
    try:
        return decrypted_fields(office.keys, row.person_id, row.fields)
    except (Refused, KeyUnknown):
        return None


def day_of(context: Context) -> date:
    """The day in Dresden, after which nobody is born."""
    return context.now.astimezone(ZONE).date()


def _digests(office: Office, rows: Sequence[Row[Any]], today: date) -> dict[UUID, list[tuple[int, bytes]]]:
    """Runs in a thread. Who is being erased, or cannot be read, has none."""
    found = {}
    for row in rows:
        fields = None if row.frozen else readable(office, row)
        keys = keys_of(record_of(fields, today=today)) if fields else ()
        found[row.person_id] = office.pepper.digests(keys)
    return found


def _compared(
    office: Office, rows: Sequence[Row[Any]], asked: Record, today: date
) -> list[tuple[UUID, PersonFields, Match]]:
    """Runs in a thread."""
    read = [(row.person_id, readable(office, row)) for row in rows]
    found = [
        (person_id, fields, match(asked, record_of(fields, today=today)))
        for person_id, fields in read
        if fields is not None
    ]
    return sorted(found, key=lambda one: (-one[2].score, one[0]))


async def _others(tx: AsyncConnection, person_id: UUID) -> set[UUID]:
    """With whom she is in a pair."""
    pairs = await duplicates.of_person(tx, person_id)
    return {side for pair in pairs for side in (pair.first_id, pair.second_id)} - {person_id}


async def _suspected(
    tx: AsyncConnection, context: Context, person_id: UUID, found: Sequence[tuple[UUID, Match]]
) -> list[Message]:
    living = await blindindex.lock_living(tx, [person_id, *(other for other, _ in found)])
    said: list[Message] = []
    for other, matched in found if person_id in living else []:
        if other not in living:
            continue
        reasons = tuple(reason.code for reason in matched.reasons)
        percent = int(matched.score * 100)
        values = {"score_percent": percent, "band": matched.band, "reasons": list(reasons)}
        pair_id = await duplicates.suspect(tx, person_id, other, values, context.now)
        if pair_id is not None and matched.band != "different":
            said.append(
                DuplicateSuspected(
                    pair_id=pair_id, person_id=person_id, score_percent=percent, band=matched.band, reasons=reasons
                )
            )
    return said
