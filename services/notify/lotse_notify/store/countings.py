"""Numbers for Prometheus: how things stand now, and what was decided since the last look; no row names anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.store.tables import attempt, decision, notification, tally
from lotse_notify.store.tables.when import switch

SETTLED = timedelta(seconds=10)
"""How old a decision is before it is counted: one that is committed later than its neighbours is not passed over."""
DECISIONS_MAX = 50_000  # of one look; the next takes the rest

_DECIDED = text(
    "WITH seen AS (SELECT decision_id, dedupe_sha256, at, decision, because FROM decision"
    " WHERE decision_id > :after AND at <= :until ORDER BY decision_id LIMIT :rows_max)"
    " SELECT max(seen.decision_id) AS last, seen.decision, seen.because, n.template,"
    " count(*) AS number, count(*) FILTER (WHERE n.template IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM decision before WHERE before.dedupe_sha256 = seen.dedupe_sha256"
    " AND before.decision_id < seen.decision_id)) AS asked"
    " FROM seen LEFT JOIN notification n ON n.dedupe_sha256 = seen.dedupe_sha256"
    " GROUP BY seen.decision, seen.because, n.template"
)
_ARRIVED = text(
    "WITH seen AS (SELECT dedupe_sha256, at FROM decision"
    " WHERE decision_id > :after AND decision_id <= :last AND decision = 'delivered')"
    " SELECT extract(epoch FROM seen.at - a.started_at)::float8 AS seconds FROM seen"
    " JOIN notification n ON n.dedupe_sha256 = seen.dedupe_sha256"
    " JOIN LATERAL (SELECT started_at FROM send_attempt WHERE notification_id = n.notification_id"
    " AND state = 'delivered' ORDER BY started_at DESC LIMIT 1) a ON true"
)
_TAKEN = text(
    "WITH seen AS (SELECT decision_id, dedupe_sha256, at FROM decision d WHERE decision_id > :after"
    " AND decision_id <= :last AND decision IN ('handed_over', 'awaiting_receipt') AND 'in_flight' ="
    " (SELECT decision FROM decision before WHERE before.dedupe_sha256 = d.dedupe_sha256"
    " AND before.decision_id < d.decision_id ORDER BY decision_id DESC LIMIT 1)),"
    " steps AS (SELECT seen.decision_id, d.decision, d.because, d.until,"
    " lead(d.at) OVER (PARTITION BY seen.decision_id ORDER BY d.decision_id) AS next_at"
    " FROM seen JOIN decision d ON d.dedupe_sha256 = seen.dedupe_sha256 AND d.decision_id <= seen.decision_id),"
    " waited AS (SELECT decision_id, CASE WHEN because IN ('quiet_hours', 'safe_hours', 'cap', 'not_yet')"
    " THEN least(until, next_at) ELSE next_at END AS due_at FROM steps"
    " WHERE because IN ('not_yet', 'replayed')"
    " OR (decision = 'held' AND because NOT IN ('provider_away', 'under_way')))"
    " SELECT extract(epoch FROM seen.at - greatest(n.created_at, (SELECT max(due_at) FROM waited"
    " WHERE waited.decision_id = seen.decision_id)))::float8 AS seconds"
    " FROM seen JOIN notification n ON n.dedupe_sha256 = seen.dedupe_sha256"
)
"""From the last wait that was meant (for her, for the hour, by a switch) to the yes: pauses after a no and providers
that are away count, since she waits. A hold by a switch ends at the next step: it is looked at again and again."""


@dataclass(frozen=True)
class Standing:
    """How things stand now; ages are seconds."""

    waiting: Sequence[Row[Any]]
    due_lag: float
    unresolved_oldest: float
    off: frozenset[str]
    costs: Sequence[Row[Any]]


async def last_decision(tx: AsyncConnection) -> int:
    """Where counting begins: nothing from before the start is counted."""
    return await tx.scalar(select(func.max(decision.c.decision_id))) or 0


async def decided(tx: AsyncConnection, after: int, now: datetime) -> Sequence[Row[Any]]:
    """What was decided since then, in groups: `last`, `number`, `asked` (how many were new)."""
    values = {"after": after, "until": now - SETTLED, "rows_max": DECISIONS_MAX}
    return (await tx.execute(_DECIDED, values)).all()


async def arrival_seconds(tx: AsyncConnection, after: int, last: int) -> list[float]:
    """From the hand-over to the provider until it said that the message arrived, of those between."""
    return [float(row.seconds) for row in await tx.execute(_ARRIVED, {"after": after, "last": last})]


async def taken_seconds(tx: AsyncConnection, after: int, last: int) -> list[float]:
    """From when a message was due until a provider had it, of those between."""
    return [float(row.seconds) for row in await tx.execute(_TAKEN, {"after": after, "last": last})]


async def standing(tx: AsyncConnection, now: datetime, today: date) -> Standing:
    """Everything that is a state and no event."""
    due = notification.c.state.in_(("scheduled", "ready"))
    waits = notification.c.state.in_(("scheduled", "held", "ready"))
    waiting = select(notification.c.state, notification.c.because, func.count().label("number")).where(waits)
    groups = (await tx.execute(waiting.group_by(notification.c.state, notification.c.because))).all()
    oldest_due = await tx.scalar(select(func.min(notification.c.due_at)).where(due))
    oldest_doubt = await tx.scalar(select(func.min(attempt.c.started_at)).where(attempt.c.state == "unknown"))
    off = await tx.execute(select(switch.c.name).where(switch.c.off_since.is_not(None)))
    costs = await tx.execute(select(tally).where(tally.c.day == today))
    return Standing(
        waiting=groups,
        due_lag=_age(oldest_due, now),
        unresolved_oldest=_age(oldest_doubt, now),
        off=frozenset(off.scalars()),
        costs=costs.all(),
    )


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
