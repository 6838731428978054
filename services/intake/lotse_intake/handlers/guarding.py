"""The guard before the only door: loads what it decides on, and hands out what the decision lets through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.intake import PersonFields
from lotse_intake.domain.ages import youngest_age
from lotse_intake.domain.consent_rules import is_minor
from lotse_intake.domain.consent_texts import HERE
from lotse_intake.domain.release import Circumstances, Release, refusal_of, selected
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import consents, guardians, merges, persons


@dataclass(frozen=True)
class Asked:
    """Whose fields, under which consent, for whom, what for. `partner_key` is the one that this association holds
    for the recipient, `receiver_key` the one that the asker names; None: we know no such recipient."""

    person_id: UUID
    consent_id: UUID
    kind: str
    recipient: str
    purpose: str
    codes: frozenset[str]
    field_groups: frozenset[str]
    receiver_key: bytes
    partner_key: bytes | None


async def fields_to_leave(office: Office, tx: AsyncConnection, asked: Asked, now: datetime) -> PersonFields | str:
    """The fields of this record that may leave, or the code that says why none does.

    Her consents count whichever of her records they were given on, and so does what protects her: a restriction or an
    unsafe contact on one record holds for all. What leaves is of the record that was asked for, and of no other.
    """
    records = await _records(tx, asked.person_id)
    mine = next((row for row in records if row.person_id == asked.person_id), None)
    if mine is None or any(row.frozen for row in records):
        return "person_erased"
    fields = {row.person_id: decrypted_fields(office.keys, row.person_id, row.fields) for row in records}
    rows = await consents.of_records(tx, [row.person_id for row in records])
    release = Release(
        person_ids=frozenset(str(row.person_id) for row in records),
        recipient=asked.recipient,
        purpose=asked.purpose,
        codes=asked.codes,
        field_groups=asked.field_groups,
        receiver_key=asked.receiver_key,
        kind=asked.kind,
    )
    at = Circumstances(
        now=now,
        partner_key=asked.partner_key,
        contact_safe=all(row.contact_safe for row in records),
        restricted=any(row.restricted for row in records),
        minor=is_minor(youngest(fields.values(), now), office.consents.rules),
        guardians=await _standing(tx, records, rows),
        needs_secrecy_release=office.needs_secrecy_release,
        others=tuple(consents.as_consent(row) for row in rows),
    )
    given = next((consents.as_consent(row) for row in rows if row.consent_id == asked.consent_id), None)
    return refusal_of(release, given, at) or selected(fields[asked.person_id], asked.field_groups)


def youngest(fields: Iterable[PersonFields], now: datetime) -> int | None:
    """The fewest years that any record allows; None where none says anything."""
    today = now.astimezone(HERE).date()
    ages = [youngest_age((one.identity or {}).get("birth_date", ""), today) for one in fields]
    return min((age for age in ages if age is not None), default=None)


async def _records(tx: AsyncConnection, person_id: UUID) -> list[Row[Any]]:
    """All of hers, locked: a withdrawal or a restriction on any of them is before or after, never meanwhile."""
    found = [await persons.get(tx, one, lock=True) for one in await merges.group_of(tx, person_id)]
    return [row for row in found if row is not None]


async def _standing(tx: AsyncConnection, records: Sequence[Row[Any]], rows: Sequence[Row[Any]]) -> frozenset[str]:
    """Who gave a consent for her and is still linked as her guardian."""
    named = {row.guardian_id for row in rows if row.guardian_id is not None}
    standing = set()
    for guardian_id in named:
        for row in records:
            if await guardians.is_guardian(tx, guardian_id, row.person_id):
                standing.add(str(guardian_id))
    return frozenset(standing)
