"""Submissions: one row is one try to hand one notification to one provider, written before the first byte."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import DateTime, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_notify.domain.outcome import COST_E4, Outcome, Stage, state_of
from lotse_notify.domain.verdict import Verdict
from lotse_notify.store import people
from lotse_notify.store.notices import KNOWN, Notification, notification_of
from lotse_notify.store.people import Person
from lotse_notify.store.tables import notification, person, submission, tally

_MOMENTS = {
    name: bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "lease_until", "due_at", "ended_at")
}

_BEGIN = text(
    "WITH begun AS (INSERT INTO submission"
    " (submission_id, notification_id, person_id, provider, contact_version, state, stage, lease_until, started_at)"
    " VALUES (:submission_id, :notification_id, :person_id, :provider, :contact_version, 'submitting', 'envelope',"
    " :lease_until, :now)),"
    " under_way AS (UPDATE notification SET state = 'sending', because = 'due', channel = :channel,"
    " language = :language, text_version = :text_version, tries = tries + 1 WHERE notification_id = :notification_id)"
    " INSERT INTO decision (person_id, dedupe_sha256, at, decision, because)"
    " VALUES (:person_id, :dedupe_sha256, :now, 'sending', 'due')"
).bindparams(_MOMENTS["now"], _MOMENTS["lease_until"])

_END_AND_SETTLE = text(
    "WITH ended AS (UPDATE submission SET state = :submission_state, reason = :reason, ended_at = :now"
    " WHERE submission_id = :submission_id AND state IN ('submitting', 'unknown') RETURNING notification_id),"
    " moved AS (UPDATE notification SET state = :state, because = :because, due_at = :due_at, ended_at = :ended_at,"
    " link = CASE WHEN CAST(:ended_at AS timestamptz) IS NULL THEN link END"
    " FROM ended WHERE notification.notification_id = ended.notification_id"
    " RETURNING notification.person_id, notification.dedupe_sha256)"
    " INSERT INTO decision (person_id, dedupe_sha256, at, decision, because)"
    " SELECT person_id, dedupe_sha256, :now, :state, :because FROM moved RETURNING decision_id"
).bindparams(_MOMENTS["now"], _MOMENTS["due_at"], _MOMENTS["ended_at"])


@dataclass(frozen=True)
class Submission:
    """A try, by whom and how far."""

    submission_id: UUID
    notification: Notification
    provider: str
    contact_version: int
    stage: Stage


async def next_due(tx: AsyncConnection, now: datetime) -> tuple[Notification, Person] | None:
    """The one that waits longest, with its person locked; what somebody else holds is passed over."""
    query = (
        select(notification, person.c.stopped_at, person.c.opted_out_at, person.c.refused_at, person.c.erased_at)
        .join(person, person.c.person_id == notification.c.person_id)
        .where(notification.c.state == "queued", notification.c.due_at <= now, KNOWN)
        .order_by(notification.c.due_at)
        .limit(1)
        .with_for_update(of=[person, notification], skip_locked=True)
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else (notification_of(row), await people.completed(tx, row))


async def begin(
    tx: AsyncConnection, fresh: Submission, *, text_version: str, now: datetime, lease_until: datetime
) -> None:
    """The intent. The index refuses a second one beside a try that was taken, may have been, or still runs."""
    of = fresh.notification
    values = {
        "submission_id": fresh.submission_id,
        "notification_id": of.notification_id,
        "person_id": of.person_id,
        "dedupe_sha256": of.dedupe_sha256,
        "provider": fresh.provider,
        "contact_version": fresh.contact_version,
        "channel": of.channel,
        "language": of.language,
        "text_version": text_version,
        "now": now,
        "lease_until": lease_until,
    }
    await tx.execute(_BEGIN, values)


async def enter_data(tx: AsyncConnection, submission_id: UUID) -> bool:
    """From now on nobody can say that nothing was taken; False if this try is no longer ours."""
    mine = update(submission).where(
        submission.c.submission_id == submission_id,
        submission.c.state == "submitting",
        submission.c.stage == "envelope",
    )
    return (await tx.execute(mine.values(stage="data"))).rowcount == 1


async def end(tx: AsyncConnection, submission_id: UUID, outcome: Outcome, now: datetime) -> bool:
    """Write the outcome; False if the row is gone or final. What a slow worker brings ends even an unknown one."""
    mine = update(submission).where(
        submission.c.submission_id == submission_id, submission.c.state.in_(("submitting", "unknown"))
    )
    values = {"state": state_of(outcome), "reason": outcome.reason, "ended_at": now}
    return (await tx.execute(mine.values(values))).rowcount == 1


async def end_and_settle(
    tx: AsyncConnection, of: Submission, outcome: Outcome, *, verdict: Verdict, now: datetime, due_at: datetime
) -> bool:
    """`end`, and what it makes of the notification, and why, in one statement."""
    values = {
        "submission_id": of.submission_id,
        "submission_state": state_of(outcome),
        "reason": outcome.reason,
        "state": verdict.state,
        "because": verdict.because,
        "now": now,
        "due_at": due_at,
        "ended_at": None if verdict.state == "queued" else now,
    }
    return (await tx.execute(_END_AND_SETTLE, values)).first() is not None


async def abandoned(tx: AsyncConnection, now: datetime, *, rows_max: int) -> list[Submission]:
    """Tries whose lease has run out."""
    query = (
        select(submission.c.submission_id, submission.c.provider, submission.c.contact_version, submission.c.stage)
        .add_columns(*notification.c)
        .join(notification, notification.c.notification_id == submission.c.notification_id)
        .join(person, person.c.person_id == submission.c.person_id)
        .where(submission.c.state == "submitting", submission.c.lease_until <= now)
        .limit(rows_max)
        .with_for_update(of=[person, submission, notification], skip_locked=True)
    )
    rows = await tx.execute(query)
    return [
        Submission(row.submission_id, notification_of(row), row.provider, row.contact_version, row.stage)
        for row in rows
    ]


@dataclass(frozen=True)
class Doubtful:
    """A try that may or may not have been taken."""

    submission_id: UUID
    provider: str
    reason: str
    started_at: datetime
    notification: Notification


async def doubtful(tx: AsyncConnection, *, rows_max: int, notification_id: UUID | None = None) -> list[Doubtful]:
    """All of them, oldest first, or that of one notification; locked, with its person."""
    one = [] if notification_id is None else [notification.c.notification_id == notification_id]
    query = (
        select(submission.c.submission_id, submission.c.provider, submission.c.reason, submission.c.started_at)
        .add_columns(*notification.c)
        .join(notification, notification.c.notification_id == submission.c.notification_id)
        .join(person, person.c.person_id == submission.c.person_id)
        .where(submission.c.state == "unknown", *one)
        .order_by(submission.c.started_at)
        .limit(rows_max)
        .with_for_update(of=[person, submission, notification])
    )
    rows = await tx.execute(query)
    return [Doubtful(row.submission_id, row.provider, row.reason, row.started_at, notification_of(row)) for row in rows]


async def count_sent(tx: AsyncConnection, provider: str, day: date) -> bool:
    """One more message of this provider and day, at its price; whether it is the first."""
    cost = COST_E4[provider]
    row = upsert(tally).values(provider=provider, day=day, messages=1, amount_e4=cost)
    more = {"messages": tally.c.messages + 1, "amount_e4": tally.c.amount_e4 + cost}
    counted = row.on_conflict_do_update(index_elements=[tally.c.provider, tally.c.day], set_=more)
    messages: int = (await tx.execute(counted.returning(tally.c.messages))).scalar_one()
    return messages == 1


async def sent_on(tx: AsyncConnection, provider: str, day: date) -> tuple[int, int]:
    """How many messages, and what they cost in 1/10,000 EUR."""
    query = select(tally.c.messages, tally.c.amount_e4).where(tally.c.provider == provider, tally.c.day == day)
    row = (await tx.execute(query)).one_or_none()
    return (0, 0) if row is None else (row.messages, row.amount_e4)


async def unresolved_count(tx: AsyncConnection) -> int:
    """How many may or may not have been taken."""
    query = select(func.count()).select_from(submission).where(submission.c.state == "unknown")
    return await tx.scalar(query) or 0
