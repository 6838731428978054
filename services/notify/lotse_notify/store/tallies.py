"""What the messages of a provider's day cost: no person in it, and it outlives every erasure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.accesslog import OFFICE_ZONE
from lotse_notify.store.tables import tally

DAYS_MAX = 400  # rows of one list

_COUNT = text(
    "WITH seen AS (SELECT attempt_id, provider, (started_at AT TIME ZONE :zone)::date AS day, segments,"
    " coalesce(cost_e4, 0) AS cost, counted_e4 AS before FROM send_attempt"
    " WHERE attempt_id = ANY(:attempt_ids) FOR UPDATE),"
    " fresh AS (SELECT * FROM seen WHERE before IS DISTINCT FROM cost),"
    " marked AS (UPDATE send_attempt SET counted_e4 = fresh.cost FROM fresh"
    " WHERE send_attempt.attempt_id = fresh.attempt_id)"
    " INSERT INTO tally (provider, day, messages, segments, amount_e4)"
    " SELECT provider, day, count(*) FILTER (WHERE before IS NULL),"
    " coalesce(sum(segments) FILTER (WHERE before IS NULL), 0), sum(cost - coalesce(before, 0))"
    " FROM fresh GROUP BY provider, day ORDER BY provider, day"
    " ON CONFLICT (provider, day) DO UPDATE SET messages = tally.messages + excluded.messages,"
    " segments = tally.segments + excluded.segments, amount_e4 = tally.amount_e4 + excluded.amount_e4"
    " RETURNING provider, day, messages, xmax = 0 AS first"
)


@dataclass(frozen=True)
class Day:
    """What one provider took on one day in Dresden; the amount is 1/10,000 EUR. `first`: nothing was counted before."""

    provider: str
    day: date
    messages: int = 0
    segments: int = 0
    amount_e4: int = 0
    first: bool = False


async def count(tx: AsyncConnection, attempt_ids: Sequence[UUID]) -> list[Day]:
    """Count these tries at what they cost, each once; one that was counted at another price is corrected.

    On the day of the try, however late it is known. Returns the days that changed, with their messages alone.
    """
    rows = await tx.execute(_COUNT, {"attempt_ids": list(attempt_ids), "zone": OFFICE_ZONE})
    return [Day(row.provider, row.day, row.messages, first=row.first) for row in rows]


async def of_day(tx: AsyncConnection, provider: str, day: date) -> Day:
    """The whole day."""
    query = select(tally).where(tally.c.provider == provider, tally.c.day == day)
    row = (await tx.execute(query)).one_or_none()
    return Day(provider, day) if row is None else Day(provider, day, row.messages, row.segments, row.amount_e4)


async def since(tx: AsyncConnection, first: date) -> list[Day]:
    """Every day from this one on, oldest first."""
    query = select(tally).where(tally.c.day >= first).order_by(tally.c.day, tally.c.provider).limit(DAYS_MAX)
    return [Day(row.provider, row.day, row.messages, row.segments, row.amount_e4) for row in await tx.execute(query)]
