"""Retention: what was kept long enough goes by itself, every night, a bounded number at a time."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import timers
from lotse_chassis.context import Context
from lotse_chassis.timers import Timer
from lotse_contracts.envelope import Message
from lotse_contracts.intake import RetentionCount, RetentionRun
from lotse_intake.domain.retention import Due, Held, Policy, day_of, due_now, due_of, starts_at
from lotse_intake.handlers import erasures
from lotse_intake.providers.content import decrypted_fields
from lotse_intake.providers.office import Office
from lotse_intake.store import retention

NIGHTLY_TIMER = "retention"
NIGHTLY_KEY = "nightly"
NIGHT_BEGINS = timedelta(hours=2, minutes=30)  # after midnight of the office
NEXT_PAGE = timedelta(seconds=2)  # between two transactions of one run
BY = "retention"


@dataclass(frozen=True)
class Turn:
    """What one transaction took; `after` is where the next one goes on, None at the end."""

    counts: Counter[str]
    said: list[Message]
    after: UUID | None


async def nightly(office: Office, timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """One page; then the next one in a moment, or, at the end, the fact and the next night."""
    before = Counter({str(rule): int(count) for rule, count in timer.payload.get("counts", {}).items()})
    after = timer.payload.get("after")
    turn = await run_page(office, context, tx, UUID(after) if after else None)
    counts = before + turn.counts
    if turn.after is not None:
        payload = {"after": str(turn.after), "counts": dict(counts)}
        await _set(tx, context.now + NEXT_PAGE, payload)
        return turn.said
    await _set(tx, next_night(context.now), {})
    return [*turn.said, await finished(office, context, tx, counts, BY)]


def next_night(now: datetime) -> datetime:
    """Half past two of the office's clock, tonight or tomorrow."""
    tonight = starts_at(day_of(now)) + NIGHT_BEGINS
    return tonight if tonight > now else starts_at(day_of(now) + timedelta(days=1)) + NIGHT_BEGINS


async def run_page(office: Office, context: Context, tx: AsyncConnection, after: UUID | None) -> Turn:
    """Look at the next persons and take what is due; at the end also the old proofs."""
    persons = await retention.page(tx, after)
    counts: Counter[str] = Counter()
    said: list[Message] = []
    for stay in await retention.stays(tx, persons, context.now):
        held = held_of(office, stay)
        for due in due_now(office.retention, held, context.now):
            said += await _taken(office, due, context, tx, counts)
    if len(persons) == retention.PAGE_PERSONS:
        return Turn(counts, said, persons[-1])
    counts += await _old_proofs(office.retention, context, tx)
    return Turn(counts, said, None)


async def planned(office: Office, now: datetime, tx: AsyncConnection) -> list[Due]:
    """Everything that will go and when, without taking it: the dry run."""
    found: list[Due] = []
    after: UUID | None = None
    while True:
        persons = await retention.page(tx, after)
        for stay in await retention.stays(tx, persons, now):
            found += due_of(office.retention, held_of(office, stay))
        if len(persons) < retention.PAGE_PERSONS:
            return sorted(found, key=lambda due: (due.due_on, due.rule, due.person_id, due.object_id))
        after = persons[-1]


async def finished(
    office: Office, context: Context, tx: AsyncConnection, counts: Counter[str], by: str
) -> RetentionRun:
    """Keep what a run took, and say it: rules and numbers."""
    run_id = uuid4()
    await retention.note_run(
        tx, run_id=run_id, at=context.now, by=by, data_version=office.retention.version, counts=dict(counts)
    )
    return RetentionRun(
        run_id=run_id,
        data_version=office.retention.version,
        counts=tuple(RetentionCount(rule=rule, count=count) for rule, count in sorted(counts.items())),
    )


async def ensure_nightly(tx: AsyncConnection, now: datetime) -> None:
    """Set the timer of the night if there is none; one that is under way is left alone."""
    if not await timers.is_set(tx, kind=NIGHTLY_TIMER, key=NIGHTLY_KEY):
        await _set(tx, next_night(now), {})


def held_of(office: Office, stay: retention.Stay) -> Held:
    """What decides about one person. Her fields are looked into only where nothing else says that she is known.

    Nobody sees them: it is asked whether there is a name, so this is no look for the access log.
    """
    answered_at = stay.answered_at
    known = stay.came_by_referral or stay.consultations or stay.other_consents or answered_at is None
    return Held(
        person_id=stay.person_ids[0],
        anonymous=not known and not _named(office, stay.fields),
        answered_at=answered_at,
        cases=stay.cases,
        texts=stay.texts,
        files=tuple(stay.files),
        stopped=stay.stopped,
    )


def _named(office: Office, stored: Iterable[tuple[UUID, bytes | None]]) -> bool:
    for person_id, content in stored:
        groups = decrypted_fields(office.keys, person_id, content).model_dump(exclude_none=True)
        identity: dict[str, Any] = groups.pop("identity", {})
        if any(identity.values()) or groups.keys() - {"contact"}:
            return True
    return False


async def _taken(
    office: Office, due: Due, context: Context, tx: AsyncConnection, counts: Counter[str]
) -> list[Message]:
    takes = office.retention.rules[due.rule].takes
    if takes == "person":
        counts[due.rule] += 1
        by_rule = replace(context, actor=f"{BY}:{due.rule}", role="system")
        return await erasures.begun(office, due.person_id, None, by_rule, tx)
    if takes == "entry":
        before = starts_at(day_of(context.now) - office.retention.days(due.rule))
        counts[due.rule] += await retention.forget_texts(tx, due.object_id, before)
    elif takes == "file":
        counts[due.rule] += await retention.forget_file(tx, due.object_id)
        await asyncio.to_thread(office.files.remove, due.object_id)
    return []


async def _old_proofs(policy: Policy, context: Context, tx: AsyncConnection) -> Counter[str]:
    days = {rule: starts_at(day_of(context.now) - policy.days(rule)) for rule in ("consent_proof", "access_log")}
    consents, looks = await retention.forget_proofs(tx, days["consent_proof"], days["access_log"])
    return Counter({rule: count for rule, count in (("consent_proof", consents), ("access_log", looks)) if count})


async def _set(tx: AsyncConnection, due_at: datetime, payload: dict[str, Any]) -> None:
    await timers.set_timer(tx, kind=NIGHTLY_TIMER, key=NIGHTLY_KEY, due_at=due_at, payload=payload)
