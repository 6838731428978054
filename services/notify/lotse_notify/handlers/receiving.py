"""Applies receipts to the attempts that they are about: whatever their order, the same end; late ones too."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lotse_chassis import telemetry
from lotse_chassis.service import Unit
from lotse_notify.domain.machine import ENDS, AttemptEvent
from lotse_notify.domain.receipts import Says, applied, because_of, events, standing
from lotse_notify.handlers import evidence
from lotse_notify.handlers.deadways import dead
from lotse_notify.handlers.evidence import Happened
from lotse_notify.handlers.tries import another_way
from lotse_notify.store import applying, people, receipts
from lotse_notify.store.applying import Held, Settled
from lotse_notify.store.attempts import Attempt
from lotse_notify.store.receipts import Heard


async def apply(unit: Unit, due: Sequence[Heard]) -> int:
    """These receipts, all of one attempt in one go; how many attempts of them changed what had ended.

    While a message is being sent its receipts wait: its worker, or the end of its lease, speaks first. So do those
    whose attempt nobody knows, or whose person somebody else holds.
    """
    about = _by_attempt(due)
    held = await applying.held(unit.tx, list(about)) if about else {}
    ready = {attempt_id: one for attempt_id, one in held.items() if one.attempt.state != "submitting"}
    waiting = [one.receipt_id for one in due if one.attempt_id not in ready]
    await receipts.look_again(unit.tx, waiting, unit.context.now)
    said = [attempt_id for attempt_id, one in ready.items() if one.before is not None]
    before = _by_attempt(await applying.earlier(unit.tx, said))
    found = [_finding(one, [*before.get(of, ()), *about[of]]) for of, one in ready.items()]
    found = [await _with_another(unit, one) if one.no_way else one for one in found]
    changed = await _became(unit, found)
    settled = [_settled(one, one.of.attempt_id in changed) for one in found]
    await applying.settle(unit.tx, settled, unit.context.now)
    await _bury(unit, found)
    return sum(one.of.attempt_id in changed and one.of.notification.state in ENDS for one in found)


def _by_attempt(heard: Sequence[Heard]) -> dict[UUID, list[Heard]]:
    found: dict[UUID, list[Heard]] = {}
    for one in heard:
        if one.attempt_id is not None:
            found.setdefault(one.attempt_id, []).append(one)
    return found


@dataclass(frozen=True)
class Finding:
    """What all receipts of an attempt say together, why, and what that makes of it.

    `no_way`: its address is dead; `fresh`: that is new; `another`: there is another one on its channel.
    """

    of: Attempt
    heard: Sequence[Heard]
    says: Says
    because: str
    no_way: bool
    fresh: bool
    events: Sequence[AttemptEvent]
    another: bool = False


def _finding(held: Held, heard: Sequence[Heard]) -> Finding:
    of, words = held.attempt, [one.word for one in heard]
    says = standing(words, segments=held.segments, before=held.before) or "accepted"
    target = applied(of.state, words, segments=held.segments, before=held.before)
    because, no_way = _reason(heard, says)
    fresh = any(one.fresh and one.no_way for one in heard)
    return Finding(of, heard, says, because, no_way, fresh, events(of.state, target))


async def _with_another(unit: Unit, one: Finding) -> Finding:
    person = await people.locked(unit.tx, one.of.notification.person_id)
    return replace(one, another=another_way(one.of, person))


async def _became(unit: Unit, found: Sequence[Finding]) -> frozenset[UUID]:
    """Together, but of one message one try after the other: what becomes of each depends on how the others stand."""
    first: dict[UUID, Finding] = {}
    for one in found:
        if one.events:
            first.setdefault(one.of.notification.notification_id, one)
    happened = [Happened(one.of, one.events[0], one.because, one.another) for one in first.values()]
    changed = set(await evidence.became_together(unit, happened))
    for one in found:
        steps = one.events[1:] if first.get(one.of.notification.notification_id) is one else one.events
        for event in steps:
            with telemetry.extracted(one.of.notification.traceparent):
                became = await evidence.became(
                    *(unit, one.of.attempt_id, event, one.because), receipt_follows=True, another=one.another
                )
            if became:
                changed.add(one.of.attempt_id)
    return frozenset(changed)


def _settled(one: Finding, changed: bool) -> Settled:
    fresh = [said for said in one.heard if said.fresh]
    names = sorted(said.provider_id for said in fresh if said.provider_id)
    person_id, name = one.of.notification.person_id, names[0] if names else None
    return Settled([said.receipt_id for said in fresh], one.of.attempt_id, person_id, one.says, changed, name)


async def _bury(unit: Unit, found: Sequence[Finding]) -> None:
    for one in found:
        if one.no_way and one.fresh:
            with telemetry.extracted(one.of.notification.traceparent):
                unit.say(*await dead(unit.tx, one.of, one.because, unit.context.now))


def _reason(heard: Sequence[Heard], says: Says) -> tuple[str, bool]:
    """Why, by a receipt that says what all of them say together, and whether its address is proved dead."""
    saying = sorted((one for one in heard if one.word.says == says), key=lambda one: (not one.no_way, one.code))
    if not saying:  # a no of one part among several, or one that is no longer kept
        return because_of(says, "", no_way=False), False
    return because_of(says, saying[0].code, no_way=saying[0].no_way), saying[0].no_way
