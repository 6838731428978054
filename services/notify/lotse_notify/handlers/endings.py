"""What a provider answered to a try, written down: of itself, of its notification, and what others must know."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_chassis.telemetry import Trace
from lotse_notify.domain.consequences import TAKEN, Other, of_outcome
from lotse_notify.domain.outcome import Outcome, next_try
from lotse_notify.domain.verdict import Verdict
from lotse_notify.handlers import evidence
from lotse_notify.handlers.costs import count_taken
from lotse_notify.handlers.deadways import dead
from lotse_notify.handlers.telling import decided, settle
from lotse_notify.handlers.tries import another_way, end_doubts, others_of, say, standing_of
from lotse_notify.store import attempts, sending
from lotse_notify.store.attempts import Attempt
from lotse_notify.store.people import Person
from lotse_notify.store.sending import Ended

LUCK_STEPS = 10_000
LATE = "late_evidence"


@dataclass(frozen=True)
class Answer:
    """What a provider answered to a try, and the trace in which that is said."""

    attempt: Attempt
    outcome: Outcome
    trace: Trace = field(default_factory=telemetry.current)


async def write(unit: Unit, answers: Sequence[Answer], *, retry_seconds: float, together: bool = False) -> list[bool]:
    """The answers of providers, written by whoever still holds the fence of each try.

    Who has lost it overwrites nothing: a late yes turns `unknown` into `accepted`, whatever else is late is forgotten.
    `together`: nothing is waited for that somebody else holds; False for what is to be written again, alone.
    """
    plain = [one for one in answers if together and _plain(one)]
    rest = [one for one in answers if not (together and _plain(one))]
    done = await _write_taken(unit, plain, retry_seconds) if plain else frozenset()
    done |= await _write_each(unit, rest, retry_seconds, skip_locked=together) if rest else frozenset()
    return [one.attempt.attempt_id in done or not together for one in answers]


def _plain(one: Answer) -> bool:
    """A yes to the first try: nothing else of the message has to be looked at."""
    return one.outcome.ending == "accepted" and one.attempt.notification.tries <= 1


async def _write_taken(unit: Unit, answers: Sequence[Answer], retry_seconds: float) -> frozenset[UUID]:
    """A provider's yes needs nothing but the claim to be written: one statement for all of them."""
    now = unit.context.now
    endings = [_ending(replace(one.attempt, stage="data"), one.outcome, (), now, retry_seconds) for one in answers]
    done = await sending.end(unit.tx, endings, now)
    ours = [(one, ended) for one, ended in zip(answers, endings, strict=True) if one.attempt.attempt_id in done]
    await count_taken(unit.tx, [one.attempt.attempt_id for one, _ in ours], now)
    for one, ended in ours:
        if ended.verdict is not None:
            with telemetry.within(one.trace):
                await say(unit, one.attempt, ended.verdict)
    return done


async def _write_each(
    unit: Unit, answers: Sequence[Answer], retry_seconds: float, *, skip_locked: bool
) -> frozenset[UUID]:
    found = await sending.in_hand(unit.tx, [one.attempt.attempt_id for one in answers], skip_locked=skip_locked)
    in_hand = [(found[one.attempt.attempt_id], one) for one in answers if one.attempt.attempt_id in found]
    ours = [(of, person, one) for (of, person), one in in_hand if _holds(one, of)]
    others = await others_of(unit, [of for of, _, _ in ours])
    endings = [
        _ending(
            *(of, one.outcome, others[of.attempt_id], unit.context.now, retry_seconds),
            another=one.outcome.no_way and another_way(of, person),
        )
        for of, person, one in ours
    ]
    await sending.end(unit.tx, endings, unit.context.now)
    await _tell_of_endings(unit, ours, endings)
    for (of, _), one in in_hand:
        if not _holds(one, of):
            with telemetry.within(one.trace):
                await _late(unit, of, one.outcome)
    return frozenset(found)


def _holds(answer: Answer, of: Attempt) -> bool:
    return of.state == "submitting" and of.fence == answer.attempt.fence


def _ending(
    of: Attempt,
    outcome: Outcome,
    others: Sequence[Other],
    now: datetime,
    retry_seconds: float,
    *,
    another: bool = False,
) -> Ended:
    consequence = of_outcome(standing_of(of, others, another=another), outcome, now)
    verdict = consequence.verdict
    if verdict is not None:
        verdict = _paused(of, verdict, outcome, retry_seconds=retry_seconds, now=now)
    return Ended(of, consequence.attempt_state, verdict, outcome.reason, outcome.provider_id or None, outcome.cost_e4)


def _paused(of: Attempt, verdict: Verdict, outcome: Outcome, *, retry_seconds: float, now: datetime) -> Verdict:
    """A definite no that may pass is tried again later; what a dead worker left, at once."""
    if verdict.state != "scheduled" or outcome.ending == "withdrawn" or outcome.reason == "worker_lost":
        return verdict
    due_at = next_try(
        now,
        tries=of.notification.tries,
        base_seconds=retry_seconds,
        luck=secrets.randbelow(LUCK_STEPS) / LUCK_STEPS,
        retry_after_seconds=outcome.retry_after_seconds,
    )
    return replace(verdict, due_at=min(due_at, max(now, of.notification.asked.useful_by)))


async def _tell_of_endings(
    unit: Unit, ours: Sequence[tuple[Attempt, Person, Answer]], endings: Sequence[Ended]
) -> None:
    taken = [of.attempt_id for (of, _, _), ended in zip(ours, endings, strict=True) if ended.attempt_state in TAKEN]
    if taken:
        await count_taken(unit.tx, taken, unit.context.now)
    for (of, person, one), ended in zip(ours, endings, strict=True):
        with telemetry.within(one.trace):
            if ended.verdict is None:
                pass
            elif one.outcome.ending == "withdrawn" and ended.verdict.state == "scheduled":
                await _decide_anew(unit, of, person)
            else:
                await say(unit, replace(of, channel=ended.channel), ended.verdict)
                await end_doubts(unit, of, ended.verdict)
            if one.outcome.no_way:
                unit.say(*await dead(unit.tx, of, one.outcome.reason, unit.context.now))


async def _decide_anew(unit: Unit, of: Attempt, person: Person) -> None:
    """Something changed before the content began, and nothing has left."""
    now, one = unit.context.now, replace(of.notification, state="scheduled")
    if one.withdrawn_because is not None:
        verdict = Verdict("cancelled", one.withdrawn_because)
    else:
        verdict = decided(one, person, now)
    unit.say(*await settle(unit.tx, one, verdict, person.contact, now))


async def _late(unit: Unit, of: Attempt, outcome: Outcome) -> None:
    """Its price and its name at the provider are known now, whatever was made of it meanwhile.

    Source: section 4.3, rule 5.
    """
    if outcome.ending != "accepted":
        return
    await attempts.note_answer(unit.tx, of.attempt_id, outcome.provider_id or None, outcome.cost_e4)
    await evidence.became(unit, of.attempt_id, "accept", LATE, receipt_follows=outcome.receipt_follows)
    if of.state in TAKEN:  # it was counted before
        await count_taken(unit.tx, [of.attempt_id], unit.context.now)
