"""Telling a person once: what every handler does that wants her to know something, or to be left in peace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import telemetry
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ContactUnreachable, MessageFailed
from lotse_contracts.values import NoticeChannel, TemplateName
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.keys import dedupe_sha256
from lotse_notify.domain.machine import ENDS, UNSENT, next_state
from lotse_notify.domain.verdict import EVENTS, Asked, Circumstances, Verdict, decide
from lotse_notify.domain.waits import PAUSES
from lotse_notify.handlers import calls
from lotse_notify.store import notices, people
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person


@dataclass(frozen=True)
class Wish:
    """Something she is to be told; `supersedes` are older keys that are pointless now."""

    template: TemplateName
    arguments: Mapping[str, str]
    asked: Asked
    dedupe_key: str
    supersedes: tuple[str, ...] = ()
    appointment_id: UUID | None = field(default=None)
    link: bytes | None = field(default=None, repr=False)


async def tell(tx: AsyncConnection, person: Person, wish: Wish, now: datetime) -> list[Message]:
    """Once for ever under the wish's key, in the trace of whatever wants it. The person must be locked, not erased."""
    for older in wish.supersedes:
        await withdraw(tx, person.person_id, older, "superseded", now)
    fresh = Notification(
        notification_id=uuid4(),
        person_id=person.person_id,
        dedupe_sha256=dedupe_sha256(person.person_id, wish.dedupe_key),
        template=wish.template,
        arguments=wish.arguments,
        asked=wish.asked,
        state="scheduled",
        channel=channel_of(person.contact),
        appointment_id=wish.appointment_id,
        traceparent=telemetry.inject().get("traceparent"),
        link=wish.link,
    )
    known = await notices.claim_key(tx, fresh)
    if known is not None and known.notification_id is not None:
        await notices.remark(tx, person.person_id, fresh.dedupe_sha256, "already_told", now)
        return []
    verdict = decided(fresh, person, now)
    if known is not None and known.closed_because is not None:
        verdict = Verdict("cancelled", known.closed_because)
    await notices.add(tx, fresh, verdict, now)
    called = await calls.became(tx, fresh, verdict.state, now)
    return [*await facts_of(tx, fresh, verdict, person.contact), *called]


async def release(tx: AsyncConnection, person: Person, now: datetime) -> list[Message]:
    """Decide again about everything unsent, since what is known about her has changed."""
    facts: list[Message] = []
    if person.fresh:
        return facts
    facts += await calls.unless_forbidden(tx, person, now)
    for waiting in await notices.unsent_of(tx, person.person_id):
        verdict = decided(waiting, person, now)
        if _as_before(waiting, verdict):
            continue
        facts += await settle(tx, waiting, verdict, person.contact, now)
    return facts


async def withdraw(tx: AsyncConnection, person_id: UUID, dedupe_key: str, because: str, now: datetime) -> None:
    """Nothing more under this key: what is unsent is cancelled, what is asked for later is cancelled then."""
    digest = dedupe_sha256(person_id, dedupe_key)
    await notices.close_key(tx, person_id, digest, because)
    if (known := await notices.by_key(tx, digest)) is not None:
        await cancel(tx, known, because, now)


async def cancel(tx: AsyncConnection, known: Notification, because: str, now: datetime) -> None:
    """What is unsent ends; of what a provider has or had only that it is not tried again is written down.

    Also of what has ended: it may still come back, or somebody may want to try it again. What waited between two ways
    may come back by a receipt of the first.
    """
    await notices.record_cancel(tx, known, because)
    if known.state in UNSENT:
        await settle(tx, known, Verdict("cancelled", because), None, now)
    elif known.state not in ENDS:
        await notices.note(tx, known, "cancel_recorded", because, now)


async def settle(
    tx: AsyncConnection, waiting: Notification, verdict: Verdict, contact: Contact | None, now: datetime
) -> list[Message]:
    """Move something unsent as the policy decided, write down why, and say what others must know. Raises Forbidden.

    What waits on for the same reason gets no line in its history: when it is looked at again stands in its row.
    """
    if verdict.state in EVENTS:
        next_state(waiting.state, EVENTS[verdict.state])
    channel = channel_of(contact, verdict) if contact else waiting.channel
    await notices.move(tx, waiting, verdict, now, channel=channel)
    if (verdict.state, verdict.because) != (waiting.state, waiting.because):  # else it only waits on
        await notices.decide(tx, waiting, verdict, now)
    called = await calls.became(tx, waiting, verdict.state, now)
    return [*await facts_of(tx, waiting, verdict, contact), *called]


def decided(of: Notification, person: Person, now: datetime) -> Verdict:
    """What concerns her, asked anew; the sender asks the rest when it is due."""
    return decide(of.asked, person.contact, person.silence, Circumstances(CATALOGUE[of.template]), now)


def _as_before(waiting: Notification, verdict: Verdict) -> bool:
    """A pause before the next try, or a rest, is not ended by a change of her contact."""
    if verdict.state == "ready":
        return waiting.state in ("scheduled", "ready") or waiting.because in PAUSES
    return (verdict.state, verdict.because) == (waiting.state, waiting.because)


async def facts_of(tx: AsyncConnection, of: Notification, verdict: Verdict, contact: Contact | None) -> list[Message]:
    """What leaves the house when a notification ends without having been sent."""
    if verdict.state not in ("failed", "expired", "suppressed"):
        return []
    failed = MessageFailed(
        notification_id=of.notification_id,
        person_id=of.person_id,
        template=of.template,
        channel=channel_of(contact),
        reason=verdict.because,
    )
    if verdict.because == "no_provider":
        return [failed, *await unreachable(tx, of.person_id, verdict.because)]
    return [failed]


async def unreachable(tx: AsyncConnection, person_id: UUID, reason: str) -> list[Message]:
    """Said once for each contact that intake names."""
    if not await people.first_unreachable(tx, person_id):
        return []
    return [ContactUnreachable(person_id=person_id, reason=reason)]


def channel_of(contact: Contact | None, verdict: Verdict | None = None) -> NoticeChannel | Literal["none"]:
    """The first channel of the plan, else the one that intake named first."""
    if verdict is not None and verdict.plan:
        return verdict.plan[0]
    return contact.kind if contact else "none"
