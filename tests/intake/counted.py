"""Rows to count: persons, enquiries, concerns and contacts in months of their own, written as the owner."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from lotse_contracts import intake
from tests.intake.given import Intake

Rows = dict[tuple[str, ...], int | None]


def moment(month: str, day: int = 15) -> datetime:
    """Noon of a day."""
    year, number = month.split("-")
    return datetime(int(year), int(number), day, 12, tzinfo=UTC)


def insert(here: Intake, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Rows as they are."""
    if not rows:
        return
    columns = list(rows[0])
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    with psycopg.connect(here.database.owner_url) as connection, connection.cursor() as cursor:
        cursor.executemany(statement.encode(), [tuple(row.values()) for row in rows])


def persons(here: Intake, month: str, bands: Sequence[dict[str, str]]) -> list[UUID]:
    """Persons who became known in a month, each with her bands where some are named."""
    ids = [uuid4() for _ in bands]
    at = moment(month)
    insert(
        here,
        "person",
        [
            {
                "person_id": own,
                "version": 1,
                "languages": ["uk"],
                "contact_kind": "none",
                "contact_version": 1,
                "contact_consented": False,
                "contact_safe": True,
                "unreachable": False,
                "frozen": False,
                "registered_at": at,
            }
            for own in ids
        ],
    )
    known = {
        "age_band": "age_27_64",
        "gender": "female",
        "region": "mitte",
        "residence_bracket": "after",
        "language": "uk",
    }
    insert(
        here,
        "person_bands",
        [{"person_id": own, **known, **given} for own, given in zip(ids, bands, strict=True) if given],
    )
    return ids


def concerns(here: Intake, month: str, codes: Sequence[str], person_id: UUID | None = None, **more: Any) -> list[UUID]:
    """Concerns of a month with an enquiry each; of one person, or each of another one."""
    ids = [uuid4() for _ in codes]
    owners = [person_id] * len(codes) if person_id else persons(here, month, [{}] * len(codes))
    at = moment(month)
    enquiries, cases = [uuid4() for _ in codes], [uuid4() for _ in codes]
    _enquiries(here, enquiries, owners, at)
    insert(
        here,
        "case_file",
        [
            {"case_id": case, "person_id": owner, "version": 1, "opened_at": at}
            for case, owner in zip(cases, owners, strict=True)
        ],
    )
    insert(
        here,
        "concern",
        [
            {
                "concern_id": own,
                "enquiry_id": enquiry,
                "case_id": case,
                "person_id": owner,
                "version": 1,
                "code": code,
                "unknown_code": False,
                "state": "received",
                "urgency": "normal",
                "language": "uk",
                "channel": "web",
                "received_at": at,
                "due_at": at,
                "tags": [],
                "moved_at": at,
                **more,
            }
            for own, enquiry, case, owner, code in zip(ids, enquiries, cases, owners, codes, strict=True)
        ],
    )
    return ids


def _enquiries(here: Intake, ids: Sequence[UUID], owners: Sequence[UUID], at: datetime) -> None:
    insert(
        here,
        "enquiry",
        [
            {
                "enquiry_id": enquiry,
                "person_id": owner,
                "version": 1,
                "channel": "web",
                "frontend": "web",
                "language": "uk",
                "flags": [],
                "urgency": "normal",
                "files_missing": 0,
                "notice_version": "2026-11",
                "answers": 0,
                "received_at": at,
                "updated_at": at,
            }
            for enquiry, owner in zip(ids, owners, strict=True)
        ],
    )


def contacts(here: Intake, month: str, channels: Sequence[str], **more: Any) -> list[UUID]:
    """Contacts of a month, recorded on that day."""
    ids = [uuid4() for _ in channels]
    insert(
        here,
        "contact",
        [
            {
                "contact_id": own,
                "at": moment(month),
                "minutes": 30,
                "channel": channel,
                "depth": "information",
                "language": "uk",
                "interpreter": False,
                "codes": [],
                "recorded_at": moment(month),
                "recorded_by": "w-1",
                **more,
            }
            for own, channel in zip(ids, channels, strict=True)
        ],
    )
    return ids


async def published(here: Intake, period: str) -> dict[str, Any]:
    """The report as everybody may read it from now on."""
    await here.hear(intake.PublishStatistics(period=period))
    return json.loads((await here.ask(intake.AskReport(period=period))).report)  # type: ignore[no-any-return]


def rows(report: dict[str, Any], family: str, table: str) -> Rows:
    """The counts of a table by key; None is hidden."""
    return {tuple(row["key"]): row["count"] for row in report["families"][family]["tables"][table]}
