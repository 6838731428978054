"""The statements of the sender, each for a whole group: what is due, the intents, the beginnings, the endings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, bindparam, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.machine import AttemptState
from lotse_notify.domain.verdict import Silence, Verdict
from lotse_notify.store import people, points
from lotse_notify.store.attempts import Attempt, attempt_of, whole
from lotse_notify.store.conditions import among
from lotse_notify.store.notices import KNOWN, WAITS, Notification, notification_of, row_of
from lotse_notify.store.people import Person
from lotse_notify.store.tables import attempt, decision, notification, person

_MOMENTS = {name: bindparam(name, type_=DateTime(timezone=True)) for name in ("now",)}

_SILENCE = (person.c.stopped_at, person.c.opted_out_at, person.c.refused_at, person.c.erased_at)
DUE = (
    select(notification, *_SILENCE)
    .join(person, person.c.person_id == notification.c.person_id)
    .where(WAITS, notification.c.due_at <= _MOMENTS["now"], KNOWN)
    .order_by(notification.c.due_at)
    .limit(bindparam("rows_max", type_=Integer))
    .with_for_update(of=[person, notification], skip_locked=True)
)
_OLDEST_DUE = DUE.with_only_columns(notification.c.notification_id)

_BEGIN = text(
    "WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (attempt_id uuid,"
    " notification_id uuid, person_id uuid, dedupe_sha256 text, channel text, provider text, contact_version bigint,"
    " plan text[], language text, text_version text, sha256 text, segments integer, rendered text,"
    " lease_until timestamptz, point_id uuid, cost_e4 bigint)),"
    " begun AS (INSERT INTO send_attempt (attempt_id, notification_id, person_id, channel, provider, contact_version,"
    " state, stage, fence, lease_until, request_sha256, segments, receipt_rank, started_at, worker, point_id, cost_e4)"
    " SELECT attempt_id, notification_id, person_id, channel, provider, contact_version, 'submitting', 'envelope', 1,"
    " lease_until, sha256, segments, 0, :now, CAST(:worker AS integer), point_id, cost_e4 FROM given),"
    " under_way AS (UPDATE notification SET state = 'in_flight', because = 'due', channel = given.channel,"
    " plan = given.plan, language = given.language, text_version = given.text_version,"
    " content_sha256 = given.sha256, segments = given.segments,"
    " rendered = coalesce(decode(given.rendered, 'base64'), notification.rendered), due_at = given.lease_until,"
    " tries = tries + 1 FROM given WHERE notification.notification_id = given.notification_id)"
    " INSERT INTO decision (person_id, dedupe_sha256, at, decision, because)"
    " SELECT person_id, dedupe_sha256, :now, 'in_flight', channel FROM given"
).bindparams(_MOMENTS["now"])

_END = text(
    "WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (attempt_id uuid, fence integer,"
    " attempt_state text, reason text, provider_id text, cost_e4 bigint, moves boolean, state text, because text,"
    " plan text[], channel text, due_at timestamptz, ends boolean)),"
    " held AS (SELECT a.attempt_id FROM given JOIN send_attempt a USING (attempt_id)"
    " JOIN notification n ON n.notification_id = a.notification_id JOIN person p ON p.person_id = a.person_id"
    " WHERE a.fence = given.fence AND a.state = 'submitting' FOR UPDATE OF p, n, a SKIP LOCKED),"
    " ended AS (UPDATE send_attempt SET state = given.attempt_state, reason = given.reason, ended_at = :now,"
    " fence = send_attempt.fence + 1,"
    " provider_id = coalesce(given.provider_id, send_attempt.provider_id),"
    " cost_e4 = coalesce(given.cost_e4, send_attempt.cost_e4), "
    " retry_at = CASE WHEN given.state = 'scheduled' THEN given.due_at END"
    " FROM held JOIN given USING (attempt_id) WHERE send_attempt.attempt_id = held.attempt_id"
    " RETURNING send_attempt.attempt_id, notification_id),"
    " moved AS (UPDATE notification SET state = given.state, because = given.because, due_at = given.due_at,"
    " ended_at = CASE WHEN given.ends THEN :now END, plan = given.plan, channel = given.channel,"
    " link = CASE WHEN given.ends THEN NULL ELSE link END,"
    " rendered = CASE WHEN given.ends THEN NULL ELSE rendered END"
    " FROM ended JOIN given USING (attempt_id)"
    " WHERE given.moves AND notification.notification_id = ended.notification_id"
    " RETURNING given.attempt_id, notification.person_id, notification.dedupe_sha256, notification.state,"
    " notification.because, notification.due_at),"
    " decided AS (INSERT INTO decision (person_id, dedupe_sha256, at, decision, because, until)"
    " SELECT person_id, dedupe_sha256, :now, state, because,"
    " CASE WHEN state IN ('scheduled', 'awaiting_receipt', 'unresolved') THEN due_at END FROM moved)"
    " SELECT attempt_id FROM ended"
).bindparams(_MOMENTS["now"])


_ENTER = text(
    "WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (attempt_id uuid, fence integer,"
    " stopped_at timestamptz, opted_out_at timestamptz, refused_at timestamptz)),"
    " same AS (SELECT a.attempt_id FROM given JOIN send_attempt a USING (attempt_id)"
    " JOIN notification n ON n.notification_id = a.notification_id JOIN person p ON p.person_id = a.person_id"
    " JOIN contact c ON c.person_id = a.person_id"
    " WHERE a.state = 'submitting' AND a.stage = 'envelope' AND a.fence = given.fence"
    " AND n.withdrawn_because IS NULL AND p.erased_at IS NULL AND c.revision = a.contact_version"
    " AND p.stopped_at IS NOT DISTINCT FROM given.stopped_at"
    " AND p.opted_out_at IS NOT DISTINCT FROM given.opted_out_at"
    " AND p.refused_at IS NOT DISTINCT FROM given.refused_at"
    " AND NOT EXISTS (SELECT FROM switch WHERE off_since IS NOT NULL AND name IN ('all', a.channel))"
    " FOR UPDATE OF p, n, a, c SKIP LOCKED)"
    " UPDATE send_attempt SET stage = 'data' FROM same WHERE send_attempt.attempt_id = same.attempt_id"
    " RETURNING send_attempt.attempt_id"
)


@dataclass(frozen=True)
class Begun:
    """An intent and its content: the version of its words, its hash, and itself encrypted where it is new.

    `cost_e4`: what it is expected to cost, 1/10,000 EUR, until the provider says so itself.
    """

    attempt: Attempt
    text_version: str
    sha256: str
    segments: int
    lease_until: datetime
    cost_e4: int = 0
    rendered: str | None = None  # base64


@dataclass(frozen=True)
class Ended:
    """What became of a try and of its notification, decided; times are aware UTC, cost is 1/10,000 EUR.

    `verdict` is None where the notification has gone on without this try and stays as it is.
    """

    attempt: Attempt
    attempt_state: AttemptState
    verdict: Verdict | None
    reason: str
    provider_id: str | None = None
    cost_e4: int | None = None

    @property
    def channel(self) -> NoticeChannel:
        """By which she has it or is waited for: that of an earlier try, if that turned out to be taken meanwhile."""
        if self.verdict is None or self.verdict.state not in ("delivered", "awaiting_receipt"):
            return self.attempt.channel
        return self.verdict.plan[0] if self.verdict.plan else self.attempt.channel


async def due(
    tx: AsyncConnection, now: datetime, *, rows_max: int, only: UUID | None = None
) -> list[tuple[Notification, Person]]:
    """Those that wait longest, or this one, with their persons locked; what somebody else holds is passed over."""
    query = DUE if only is None else DUE.where(notification.c.notification_id == only)
    rows = (await tx.execute(query, {"now": now, "rows_max": rows_max})).all()
    if not rows:
        return []
    known = await points.known_of(tx, list({row.person_id for row in rows}))
    return [(notification_of(row), people.completed_with(row, known.get(row.person_id))) for row in rows]


async def oldest_due(tx: AsyncConnection, now: datetime) -> UUID | None:
    """The one that waits longest, of which nothing else is read."""
    chosen: UUID | None = await tx.scalar(_OLDEST_DUE, {"now": now, "rows_max": 1})
    return chosen


async def put_off(tx: AsyncConnection, notification_id: UUID, until: datetime) -> None:
    """It cannot be read or written, and is looked at later; nothing else of it changes."""
    mine = update(notification).where(notification.c.notification_id == notification_id, WAITS)
    await tx.execute(mine.values(due_at=until))


async def begin(tx: AsyncConnection, begun: Sequence[Begun], now: datetime, worker: int | None = None) -> None:
    """The intents. An index refuses one beside a try that was taken, may have been, or still runs.

    `worker` is the number of the lock that its process holds; without it only the lease speaks.
    """
    if begun:
        rows = json.dumps([_begun(one) for one in begun])
        await tx.execute(_BEGIN, {"rows": rows, "now": now, "worker": worker})


async def in_hand(
    tx: AsyncConnection, attempt_ids: Sequence[UUID], *, skip_locked: bool = False
) -> dict[UUID, tuple[Attempt, Person]]:
    """These tries as they are now, with notifications and persons, locked.

    Missing: erased, held by somebody, or of a message that only newer code knows.
    """
    query = whole().add_columns(*_SILENCE).where(among(attempt.c.attempt_id, attempt_ids), KNOWN)
    locking = query.with_for_update(of=[person, attempt, notification], skip_locked=skip_locked)
    rows = (await tx.execute(locking)).all()
    known = await points.known_of(tx, list({row.person_id for row in rows})) if rows else {}
    return {row.attempt_id: (attempt_of(row), people.completed_with(row, known.get(row.person_id))) for row in rows}


async def enter_data_unchanged(tx: AsyncConnection, of: Sequence[tuple[Attempt, Silence]]) -> frozenset[UUID]:
    """`enter_data` for those about which nothing has changed since their claim, in one statement.

    Everybody who could change something holds one of the locked rows: of what is not among them, somebody has changed
    something or is about to.
    """
    if not of:
        return frozenset()
    rows = [_entering(one, silence) for one, silence in of]
    return frozenset((await tx.execute(_ENTER, {"rows": json.dumps(rows)})).scalars())


async def enter_data(tx: AsyncConnection, of: Sequence[Attempt]) -> frozenset[UUID]:
    """From now on nobody can say that nothing was taken of these; a try that is no longer ours is not among them.

    They must be locked and have been seen with their fence.
    """
    if not of:
        return frozenset()
    mine = update(attempt).where(
        among(attempt.c.attempt_id, [one.attempt_id for one in of]),
        attempt.c.state == "submitting",
        attempt.c.stage == "envelope",
    )
    rows = await tx.execute(mine.values(stage="data").returning(attempt.c.attempt_id))
    return frozenset(rows.scalars())


async def end(tx: AsyncConnection, ended: Sequence[Ended], now: datetime) -> frozenset[UUID]:
    """Tries, their notifications and why, in one statement; what is not among them is not ours, or held by another."""
    if not ended:
        return frozenset()
    rows = await tx.execute(_END, {"rows": json.dumps([_ended(one, now) for one in ended]), "now": now})
    return frozenset(rows.scalars())


async def note(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Lines of histories."""
    if rows:
        await tx.execute(insert(decision).values(list(rows)))


def _entering(one: Attempt, silence: Silence) -> dict[str, Any]:
    said = {name: getattr(silence, name) for name in ("stopped_at", "opted_out_at", "refused_at")}
    times = {name: None if at is None else at.isoformat() for name, at in said.items()}
    return {"attempt_id": str(one.attempt_id), "fence": one.fence, **times}


def _begun(one: Begun) -> dict[str, Any]:
    of = one.attempt.notification
    return {
        "attempt_id": str(one.attempt.attempt_id),
        "notification_id": str(of.notification_id),
        "person_id": str(of.person_id),
        "dedupe_sha256": of.dedupe_sha256,
        "channel": one.attempt.channel,
        "provider": one.attempt.provider,
        "contact_version": one.attempt.contact_version,
        "plan": list(of.plan),
        "language": of.language,
        "text_version": one.text_version,
        "sha256": one.sha256,
        "segments": one.segments,
        "cost_e4": one.cost_e4,
        "rendered": one.rendered,
        "lease_until": one.lease_until.isoformat(),
        "point_id": None if one.attempt.point_id is None else str(one.attempt.point_id),
    }


def _ended(one: Ended, now: datetime) -> dict[str, Any]:
    return row_of(one.verdict, one.channel, now) | {
        "attempt_id": str(one.attempt.attempt_id),
        "fence": one.attempt.fence,
        "attempt_state": one.attempt_state,
        "reason": one.reason,
        "provider_id": one.provider_id,
        "cost_e4": one.cost_e4,
    }
