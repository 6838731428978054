"""What is held of people whose cases are handed over, put together for the receiver or for themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.intake import PersonFields
from lotse_intake.domain.handover_package import path_of_document
from lotse_intake.domain.handover_record import Concern, Deadline, Document, Names, Record, Referral
from lotse_intake.store import codelists, handover, merges

Group = tuple[UUID, ...]


@dataclass(frozen=True)
class Gathered:
    """Rows by record, read once for many people."""

    groups: Mapping[UUID, Group]
    persons: Mapping[UUID, Row[Any]]
    concerns: Mapping[UUID, Sequence[Row[Any]]]
    referrals: Mapping[UUID, Sequence[Row[Any]]]
    deadlines: Mapping[UUID, Sequence[Row[Any]]]
    files: Mapping[UUID, Sequence[Row[Any]]]

    def concerns_of(self, person_id: UUID) -> list[Row[Any]]:
        """Those of all her records."""
        return [row for one in self.groups[person_id] for row in self.concerns.get(one, ())]


async def gathered(
    tx: AsyncConnection, person_ids: Iterable[UUID], *, ended_too: bool = False, lock: bool = False
) -> Gathered:
    """Everything but what is encrypted; concerns that have ended only where it is said."""
    groups = await merges.groups_of(tx, person_ids)
    everybody = sorted({one for group in groups.values() for one in group})
    persons = await handover.persons_of(tx, everybody, lock=lock)
    concerns = await handover.concerns_of(tx, everybody, ended_too=ended_too)
    ids = [row.concern_id for row in concerns]
    return Gathered(
        groups=groups,
        persons=persons,
        concerns=_by("person_id", concerns),
        referrals=_by("concern_id", await handover.referrals_of(tx, ids)),
        deadlines=_by("concern_id", await handover.deadlines_of(tx, ids)),
        files=_by("person_id", await handover.files_of(tx, everybody)),
    )


def record_of(held: Gathered, person_id: UUID, reference: UUID, fields: PersonFields) -> Record:
    """All that there is of her; `handover_record.within` leaves only what she agreed to."""
    concerns = held.concerns_of(person_id)
    referrals = [row for one in concerns for row in held.referrals.get(one.concern_id, ())]
    deadlines = [row for one in concerns for row in held.deadlines.get(one.concern_id, ())]
    files = [row for one in held.groups[person_id] for row in held.files.get(one, ())]
    languages = list(held.persons[person_id].languages)
    return Record(
        reference=reference,
        language=languages[0] if languages else "uk",
        languages=languages,
        fields=fields,
        concerns=[
            Concern(row.concern_id, row.code, row.sub_code, row.state, row.urgency, row.received_at) for row in concerns
        ],
        referrals=[Referral(row.referral_id, row.concern_id, _has_ended(row)) for row in referrals],
        deadlines=[
            Deadline(row.deadline_id, row.concern_id, row.on_day, row.kind, row.confirmed_by is not None)
            for row in deadlines
        ],
        documents=[
            Document(
                row.file_id,
                row.person_id,
                path_of_document(reference, number, row.media_type),
                row.media_type,
                row.size_bytes,
            )
            for number, row in enumerate(files, start=1)
        ],
    )


def open_referrals(held: Gathered, person_id: UUID) -> list[UUID]:
    """Those in flight."""
    rows = [row for one in held.concerns_of(person_id) for row in held.referrals.get(one.concern_id, ())]
    return [row.referral_id for row in rows if not _has_ended(row)]


async def names(tx: AsyncConnection) -> Names:
    """What concerns and statuses are called, in the newest lists."""
    found = await codelists.newest_of(tx, ("concerns", "legal_status"))
    return {item.code: item.names for one in found.values() for item in one.items if item.parent is None}


def _has_ended(row: Row[Any]) -> bool:
    return bool(row.ended or row.settled)


def _by(column: str, rows: Iterable[Row[Any]]) -> Mapping[UUID, Sequence[Row[Any]]]:
    found: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found
