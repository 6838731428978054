"""What a card says of a service beside its name: hours, hours of a language, what to bring."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.cards import Details, Hours

ROWS_MAX = 60  # of one service; a card is one page or two

_HOURS = text("""
SELECT byday, opens_at, closes_at, description FROM schedule
WHERE service_id = :service_id AND (valid_from IS NULL OR valid_from <= :today)
  AND (valid_to IS NULL OR valid_to >= :today) ORDER BY byday, opens_at, id LIMIT :rows
""")
_SLOTS = text("""
SELECT language, kind, byday, opens_at, closes_at FROM language_slot
WHERE service_id = :service_id AND (valid_from IS NULL OR valid_from <= :today)
  AND (valid_to IS NULL OR valid_to >= :today) ORDER BY language, byday, opens_at, id LIMIT :rows
""")
_BRING = text("""
SELECT document FROM required_document WHERE service_id = :service_id AND document IS NOT NULL
ORDER BY id LIMIT :rows
""")


async def details(tx: AsyncConnection, service_id: UUID, today: date) -> Details:
    """As the directory has it today; what it does not know is empty, and a card says to ask."""
    given = {"service_id": service_id, "today": today, "rows": ROWS_MAX}
    hours = (await tx.execute(_HOURS, given)).all()
    slots = (await tx.execute(_SLOTS, given)).all()
    bring = (await tx.execute(_BRING, {"service_id": service_id, "rows": ROWS_MAX})).scalars().all()
    return Details(
        hours=tuple(_hours(row) for row in hours if row.byday or row.opens_at or row.description),
        slots=tuple((row.language, row.kind, _hours(row)) for row in slots),
        documents=tuple(one.strip() for one in bring if one.strip()),
    )


def _hours(row: Row[Any]) -> Hours:
    return Hours(row.byday or "", row.opens_at or "", row.closes_at or "", getattr(row, "description", None) or "")
