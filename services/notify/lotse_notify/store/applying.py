"""What receipts make of the tries that they are about: read, and written, for a whole group at once."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Row, and_, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.machine import AttemptState
from lotse_notify.domain.receipts import RANKS, Says
from lotse_notify.domain.verdict import Verdict
from lotse_notify.store.attempts import Attempt, attempt_of, whole
from lotse_notify.store.conditions import among
from lotse_notify.store.notices import KNOWN, row_of
from lotse_notify.store.receipts import Heard, heard_of
from lotse_notify.store.tables import attempt, notification, person
from lotse_notify.store.tables.contacts import contact_point
from lotse_notify.store.tables.receipts import receipt

SAYS_OF: dict[int, Says] = {rank: says for says, rank in RANKS.items()}

_HELD = (
    whole()
    .add_columns(attempt.c.segments.label("attempt_segments"), attempt.c.receipt_rank)
    .where(KNOWN)
    .with_for_update(of=[person, attempt, notification], skip_locked=True)
)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_SETTLE = text(
    "WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (receipt_ids bigint[],"
    " attempt_id uuid, person_id uuid, state text, receipt_rank integer, provider_id text)),"
    " known AS (UPDATE send_attempt SET receipt_rank = given.receipt_rank,"
    " provider_id = coalesce(send_attempt.provider_id, given.provider_id)"
    " FROM given WHERE send_attempt.attempt_id = given.attempt_id)"
    " UPDATE receipt SET state = given.state, attempt_id = given.attempt_id, person_id = given.person_id,"
    " applied_at = :now FROM given WHERE receipt.receipt_id = ANY(given.receipt_ids)"
).bindparams(_NOW)
_BECAME = text(
    "WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (attempt_id uuid, seen text,"
    " attempt_state text, reason text, moves boolean, state text, because text, plan text[], channel text,"
    " due_at timestamptz, ends boolean)),"
    " became AS (UPDATE send_attempt SET state = given.attempt_state, reason = given.reason, ended_at = :now,"
    " fence = fence + 1 FROM given WHERE send_attempt.attempt_id = given.attempt_id"
    " AND send_attempt.state = given.seen RETURNING send_attempt.attempt_id, notification_id),"
    " moved AS (UPDATE notification SET state = given.state, because = given.because, due_at = given.due_at,"
    " channel = given.channel, plan = given.plan, ended_at = CASE WHEN given.ends THEN :now END,"
    " link = CASE WHEN given.ends THEN NULL ELSE link END,"
    " rendered = CASE WHEN given.ends THEN NULL ELSE rendered END"
    " FROM became JOIN given USING (attempt_id)"
    " WHERE given.moves AND notification.notification_id = became.notification_id"
    " RETURNING notification.person_id, notification.dedupe_sha256, notification.state, notification.because,"
    " notification.due_at),"
    " decided AS (INSERT INTO decision (person_id, dedupe_sha256, at, decision, because, until)"
    " SELECT person_id, dedupe_sha256, :now, state, because,"
    " CASE WHEN state IN ('scheduled', 'awaiting_receipt', 'unresolved') THEN due_at END FROM moved)"
    " SELECT attempt_id FROM became"
).bindparams(_NOW)


@dataclass(frozen=True)
class Held:
    """A try that is locked: how many segments it has, and what its receipts said together so far."""

    attempt: Attempt
    segments: int
    before: Says | None


@dataclass(frozen=True)
class Settled:
    """Receipts that were applied or, where they changed nothing, noted; `says` is what all of the attempt's say."""

    receipt_ids: Sequence[int]
    attempt_id: UUID
    person_id: UUID
    says: Says
    changed: bool
    provider_id: str | None


@dataclass(frozen=True)
class Became:
    """A try, what receipts make of it and why; None: its notification stays as it is."""

    attempt: Attempt
    attempt_state: AttemptState
    because: str
    verdict: Verdict | None


async def held(tx: AsyncConnection, attempt_ids: Collection[UUID]) -> dict[UUID, Held]:
    """These tries as they are now, with notifications and persons, locked.

    Missing: erased, of a message that only newer code knows, or held by somebody, for whom nobody waits.
    """
    query = _HELD.where(among(attempt.c.attempt_id, attempt_ids))
    return {row.attempt_id: _held(row) for row in await tx.execute(query)}


async def earlier(tx: AsyncConnection, attempt_ids: Collection[UUID]) -> list[Heard]:
    """What was applied of these attempts and is still kept; they must be locked."""
    if not attempt_ids:
        return []
    query = select(receipt).where(among(receipt.c.attempt_id, attempt_ids)).order_by(receipt.c.receipt_id)
    return [heard_of(row, fresh=False) for row in await tx.execute(query)]


async def settle(tx: AsyncConnection, settled: Sequence[Settled], now: datetime) -> None:
    """They are about these attempts, each of which remembers what all say, and its name at the provider."""
    if settled:
        await tx.execute(_SETTLE, {"rows": json.dumps([_settled(one) for one in settled]), "now": now})


async def became(tx: AsyncConnection, became: Sequence[Became], now: datetime) -> frozenset[UUID]:
    """Tries as they were seen to what receipts make of them, their notifications, and why, in one statement.

    Returns the tries that were still as they had been seen; whoever held one before can write no more.
    """
    if not became:
        return frozenset()
    rows = await tx.execute(_BECAME, {"rows": json.dumps([_became(one, now) for one in became]), "now": now})
    return frozenset(rows.scalars())


async def point_of(tx: AsyncConnection, attempt_id: UUID) -> UUID | None:
    """The way that an attempt went by; None if intake has named another one since, of which nothing is proved.

    An attempt that older code began does not know its way: then it is the only one of its channel, or nobody can say.
    """
    mine = and_(contact_point.c.person_id == attempt.c.person_id, contact_point.c.channel == attempt.c.channel)
    query = (
        select(contact_point.c.point_id, contact_point.c.dead_at)
        .join(attempt, and_(mine, attempt.c.attempt_id == attempt_id))
        .where(or_(contact_point.c.point_id == attempt.c.point_id, attempt.c.point_id.is_(None)))
        .where(contact_point.c.said_at <= attempt.c.started_at, contact_point.c.hindrance.is_(None))
        .where(contact_point.c.address.is_not(None))
    )
    found = (await tx.execute(query)).all()
    return found[0].point_id if len(found) == 1 and found[0].dead_at is None else None


def _held(row: Row[Any]) -> Held:
    return Held(attempt_of(row), max(1, row.attempt_segments), SAYS_OF.get(row.receipt_rank))


def _settled(one: Settled) -> dict[str, Any]:
    return {
        "receipt_ids": list(one.receipt_ids),
        "attempt_id": str(one.attempt_id),
        "person_id": str(one.person_id),
        "state": "applied" if one.changed else "noted",
        "receipt_rank": RANKS[one.says],
        "provider_id": one.provider_id,
    }


def _became(one: Became, now: datetime) -> dict[str, Any]:
    plan = one.verdict.plan if one.verdict is not None else ()
    return row_of(one.verdict, plan[0] if plan else one.attempt.channel, now) | {
        "attempt_id": str(one.attempt.attempt_id),
        "seen": one.attempt.state,
        "attempt_state": one.attempt_state,
        "reason": one.because,
    }
