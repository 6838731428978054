"""Who has seen her data: roles, days and purposes, for the person it is about; never for one member of staff.

No question about what an employee did exists here: a log of that kind may not watch performance or behaviour.
Source: § 87(1) no. 6 BetrVG, § 26 BDSG, Art. 15(1) GDPR, 2026-11.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_contracts.intake import AskOwnSeenBy, AskSeenBy, SeenByAnswer, SeenEntry
from lotse_intake.handlers import people, pins
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures, persons
from lotse_intake.store.merges import group_of


async def seen_by(question: AskSeenBy, context: Context, tx: AsyncConnection) -> SeenByAnswer:
    """Staff asks for her; the asking is a look as well."""
    if await persons.get(tx, question.person_id) is None:
        return SeenByAnswer(known=False)
    await _log(tx, context, question.person_id)
    return await answer_of(tx, question.person_id)


async def own_seen_by(office: Office, question: AskOwnSeenBy, context: Context, tx: AsyncConnection) -> SeenByAnswer:
    """She asks herself. Raises Refused as reading her conversation does."""
    row = await people.open_enquiry_of_code(tx, question.receipt_code)
    await pins.require_pin(office, context, row, question.pin)
    await _log(tx, context, row.person_id)
    return await answer_of(tx, row.person_id)


async def answer_of(tx: AsyncConnection, person_id: UUID) -> SeenByAnswer:
    """All looks at what is hers, counted by day, role, action and purpose."""
    rows = await accesslog.by_day(tx, await objects_of(tx, person_id), accesslog.DAYS_MAX + 1)
    entries = tuple(
        SeenEntry(day=row.day.isoformat(), role=row.role, action=row.action, purpose=row.purpose, times=row.times)
        for row in rows[: accesslog.DAYS_MAX]
    )
    return SeenByAnswer(known=True, entries=entries, more=len(rows) > accesslog.DAYS_MAX)


async def objects_of(tx: AsyncConnection, person_id: UUID) -> Sequence[str]:
    """Every id under which somebody can have looked at her: of all her records, and of all that hangs on them."""
    found: list[str] = []
    for member in await group_of(tx, person_id):
        found += [str(member), *await erasures.object_ids(tx, member)]
    return found


async def _log(tx: AsyncConnection, context: Context, person_id: UUID) -> None:
    await accesslog.record(
        tx, context, action="read", object_kind="person", object_id=str(person_id), purpose="seen_by"
    )
