"""Intake's part of what is held about a person (Art. 15, 20 GDPR), as one JSON object sealed to whoever asked."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AccessWithheld, AskPersonData
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_intake.providers import readable
from lotse_intake.providers.office import Office
from lotse_intake.store import erasures, persons

ANSWER_BYTES_MAX = 180_000  # as base64 inside an envelope it must fit the broker's limit; nothing is left out silently
ROWS_MAX = 5_000  # of one table about one person; more is refused, and never cut


@dataclass
class Shown:
    """Intake's own part: every store by its name, and what is not shown."""

    stores: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    withheld: list[AccessWithheld] = field(default_factory=list)


async def person_data(
    office: Office, question: AskPersonData, context: Context, tx: AsyncConnection
) -> PersonDataAnswer:
    """Everything of this one record, and nothing of anybody else. Raises Refused if it does not fit an answer."""
    if await persons.get(tx, question.person_id) is None:
        return PersonDataAnswer(held=False)
    key = str(question.person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="subject_access")
    part = await own_part(office, tx, question.person_id, (question.person_id,), frozenset())
    content = json.dumps(document_of(question.person_id, part), default=str, ensure_ascii=False).encode()
    if len(content) > ANSWER_BYTES_MAX:
        raise Refused("too_large", fields=("person_id",))
    try:
        receiver = decode(question.reply_key)
        sealed = seal(content, receiver, type_name=AskPersonData.type_name(), key=key)
    except CannotOpen:
        raise Refused("bad_reply_key", fields=("reply_key",)) from None
    return PersonDataAnswer(held=True, content=sealed)


def document_of(person_id: UUID, part: Shown) -> dict[str, Any]:
    """The part as a service says it."""
    return {"service": "intake", "person_id": str(person_id), **part.stores}


async def own_part(
    office: Office, tx: AsyncConnection, person_id: UUID, group: Sequence[UUID], withheld: frozenset[str]
) -> Shown:
    """All stores that hold anything of this record, the same list that an erasure goes by: none can be forgotten.

    `group` are all her records: every other person's id is withheld, as are the entries named in `withheld`.
    """
    part = Shown()
    for table, which in [*erasures.steps_of(person_id), *erasures.kept_of(person_id)]:
        rows = (await tx.execute(select(table).where(which).limit(ROWS_MAX + 1))).mappings().all()
        if len(rows) > ROWS_MAX:
            raise Refused("too_large", fields=("person_id",))
        if rows and table.name not in ("pin_guess", "blind_index"):
            part.stores[table.name] = [
                _row(office, person_id, table, dict(row), group=group, withheld=withheld, part=part) for row in rows
            ]
    return part


def _row(
    office: Office,
    person_id: UUID,
    table: Table,
    row: dict[str, Any],
    *,
    group: Sequence[UUID],
    withheld: frozenset[str],
    part: Shown,
) -> dict[str, Any]:
    place = f"{table.name}:{'-'.join(str(row[column.name]) for column in table.primary_key.columns)}"
    if place in withheld:
        part.withheld.append(AccessWithheld(place=place, reason="third_person"))
        return {"withheld": "third_person", "place": place}
    persons_in = {column.name for column in table.columns if _is_person(table, column.name)}

    def others(column: str, value: Any) -> bool:
        return column in persons_in and value not in group

    said = readable.shown(office.keys, person_id, table.name, row, others)
    if any(value == {"withheld": "third_person"} for value in said.values()):
        part.withheld.append(AccessWithheld(place=place, reason="third_person"))
    return said


def _is_person(table: Table, column: str) -> bool:
    """Whether ids of persons stand there: by the foreign key, or by the name where the row outlives the person."""
    keys = table.columns[column].foreign_keys
    return column in ("person_id", "other_id", "guardian_id") or any(key.column.table.name == "person" for key in keys)
