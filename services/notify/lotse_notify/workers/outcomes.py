"""Writes what became of a submission, and what follows from it."""

import secrets
from datetime import datetime

from lotse_chassis.service import Unit
from lotse_contracts.envelope import Message
from lotse_contracts.notify import MessageSent, MessageUnresolved
from lotse_notify.domain.outcome import Outcome, next_try, verdict_of
from lotse_notify.domain.verdict import Verdict, decide
from lotse_notify.handlers.costs import count_sent
from lotse_notify.handlers.telling import facts_of, settle
from lotse_notify.store import people, submissions
from lotse_notify.store.submissions import Submission

LUCK_STEPS = 10_000


async def may_begin(unit: Unit, of: Submission) -> bool:
    """Whether the content may follow, decided once more on what is known now; if so, it is committed as begun."""
    person = await people.locked(unit.tx, of.notification.person_id)
    verdict = decide(of.notification.asked, person.contact, person.silence, unit.context.now)
    same = person.contact is not None and person.contact.version == of.contact_version
    if person.erased or not same or verdict.state != "queued":
        return False
    return await submissions.enter_data(unit.tx, of.submission_id)


async def write(unit: Unit, of: Submission, outcome: Outcome, *, retry_seconds: float) -> None:
    """A row that is gone or final means: the person was erased, or somebody else has settled it."""
    if outcome.ending == "withdrawn":
        await _withdraw(unit, of, outcome)
        return
    now, verdict = unit.context.now, verdict_of(outcome)
    due_at = _due_at(of, verdict, outcome, now=now, retry_seconds=retry_seconds)
    await people.hold(unit.tx, of.notification.person_id)
    if not await submissions.end_and_settle(unit.tx, of, outcome, verdict=verdict, now=now, due_at=due_at):
        return
    if outcome.ending == "accepted":
        await count_sent(unit.tx, of.provider, now)
    unit.say(*await _facts(unit, of, verdict, no_way=outcome.no_way))


async def _withdraw(unit: Unit, of: Submission, outcome: Outcome) -> None:
    """Something changed before the content began; nothing has left, so it is decided anew."""
    person, now = await people.locked(unit.tx, of.notification.person_id), unit.context.now
    if await submissions.end(unit.tx, of.submission_id, outcome, now):
        verdict = decide(of.notification.asked, person.contact, person.silence, now)
        unit.say(*await settle(unit.tx, of.notification, verdict, person.contact, now))


def _due_at(of: Submission, verdict: Verdict, outcome: Outcome, *, now: datetime, retry_seconds: float) -> datetime:
    if verdict.state != "queued" or outcome.reason == "worker_lost":
        return now
    luck = secrets.randbelow(LUCK_STEPS) / LUCK_STEPS
    return next_try(now, tries=of.notification.tries, base_seconds=retry_seconds, luck=luck)


async def _facts(unit: Unit, of: Submission, verdict: Verdict, *, no_way: bool) -> list[Message]:
    one = of.notification
    if verdict.state == "unresolved":
        return [
            MessageUnresolved(
                notification_id=one.notification_id, person_id=one.person_id, template=one.template, channel="email"
            )
        ]
    if verdict.state == "sent" and one.language is not None:
        return [
            MessageSent(
                notification_id=one.notification_id,
                person_id=one.person_id,
                template=one.template,
                channel="email",
                language=one.language,
            )
        ]
    contact = await people.contact_of(unit.tx, one.person_id)
    return await facts_of(unit.tx, one, verdict, contact, no_way=no_way)
