"""Takes what is due and writes the intents to send it, many in one short transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from lotse_chassis import links, telemetry
from lotse_chassis.service import Unit
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.caps import Sent, capped, reached
from lotse_notify.domain.catalogue import CATALOGUE, Entry
from lotse_notify.domain.consequences import Other, is_closed
from lotse_notify.domain.contact import Point
from lotse_notify.domain.verdict import SMS_SEGMENTS, Circumstances, Here, Verdict, decide
from lotse_notify.handlers import relevance
from lotse_notify.handlers.orders import SHARED_LINKS, STOP_LINK
from lotse_notify.handlers.switches import alarm
from lotse_notify.handlers.telling import settle
from lotse_notify.handlers.unchecked import hinder, unfit
from lotse_notify.providers.provider import Parcel, Provider
from lotse_notify.providers.routes import Away
from lotse_notify.store import addressed, attempts, calendars, sending, switches, usage
from lotse_notify.store.addressed import Addressed
from lotse_notify.store.attempts import Attempt, Before
from lotse_notify.store.calendars import Kept
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person
from lotse_notify.store.sending import Begun
from lotse_notify.workers.post import Post, Units
from lotse_notify.workers.writing import Content, Facing, facing_of, kept_of, parcel_of, sealed, written

log = logging.getLogger(__name__)

STOP_LINK_DAYS = 90
SHOWING: tuple[NoticeChannel, ...] = ("email", "sms")
"""Channels that may show a place; a messenger's servers never learn of it."""
UNWRITABLE = (LookupError, ValueError, TypeError, OverflowError)
FOR_GOOD = frozenset({"rejected", "undelivered"})
"""Tries that said no for good about the contact as it was then."""


@dataclass(frozen=True)
class Claim:
    """A try whose intent is committed, what is handed over to whom, and what was known of her when it was decided."""

    attempt: Attempt
    person: Person
    parcel: Parcel
    provider: Provider


@dataclass(frozen=True)
class Claimed:
    """`seen`: how many were due, of which some are not to be sent after all, which is said each in its own trace.

    `beside_another`: how many the database refused to begin, since another try was taken, may have been, or runs.
    """

    claims: Sequence[Claim]
    seen: int
    beside_another: int = 0


@dataclass(frozen=True)
class _Going:
    """Somebody takes it now. `kept`: what an earlier try would have sent, if that is still the same."""

    due: Notification
    person: Person
    provider: Provider
    facing: Facing
    kept: Content | None


async def claim(
    units: Units, post: Post, *, rows_max: int, worker: int | None = None, only: UUID | None = None
) -> Claimed:
    """The oldest that are due, or this one alone. Nothing of them has left the house when this returns."""
    async with units() as unit:
        found = await sending.due(unit.tx, unit.context.now, rows_max=rows_max, only=only)
        alive = [(due, person) for due, person in found if not person.erased]
        await post.library.current(unit.tx)
        going = await _decided(unit, alive, post) if alive else []
        claims = await _begun(unit, going, post, worker) if going else []
    return Claimed(claims, len(found))


async def _decided(unit: Unit, found: Sequence[tuple[Notification, Person]], post: Post) -> list[_Going]:
    """What goes now; whatever else the policy says is written down."""
    now = unit.context.now
    today = await usage.today(unit.tx, [due for due, _ in found], now)
    shared = await addressed.today(unit.tx, {person.person_id for _, person in found}, now)
    off = await switches.off(unit.tx)
    again = [due.notification_id for due, _ in found if due.tries]
    tried = await attempts.tries_of(unit.tx, again) if again else {}
    pointless = await relevance.pointless(unit.tx, [due for due, _ in found], now)
    going = []
    for due, person in found:
        here = Here(post.routes.channels, off, post.caps, today.sent(due), post.quiet_hours)
        spent = _spent(due, person, tried.get(due.notification_id, ()))
        circumstances = Circumstances(CATALOGUE[due.template], here, spent)
        verdict = decide(due.asked, person.contact, person.silence, circumstances, now)
        if verdict.state == "ready":
            verdict = pointless.get(due.notification_id, verdict)
        if verdict.state == "ready":
            there = replace(here, sent=_sent_there(due, person, verdict.plan[0], shared))
            if wait := capped(post.caps, there.sent, now, urgent=circumstances.entry.urgent):
                here, verdict = there, Verdict("held", wait.because, wait.until, verdict.plan)
        before = [one.provider for one in tried.get(due.notification_id, ())]
        routed = replace(due, plan=verdict.plan)
        ready = _routed(routed, person, post, now, before=before) if verdict.state == "ready" else verdict
        if isinstance(ready, Verdict):
            await _settled(unit, due, person, ready)
            if (point := _point_of(due, person, verdict.plan[0]) if verdict.plan else None) and not point.checked:
                await _hindered(unit, due, person, point, ready)
            if ready.because == "cap":
                await _alarm(unit, ready, here, CATALOGUE[due.template])
            continue
        today.note(due, SMS_SEGMENTS if ready.facing.channel == "sms" else 0)
        if point := _point_of(due, person, ready.facing.channel):
            shared.note(due, point.point_id)
        going.append(ready)
    return going


def _sent_there(due: Notification, person: Person, channel: NoticeChannel, shared: Addressed) -> Sent:
    """What went today to the address that this one would go to, whoever of those who have it was meant."""
    point = _point_of(due, person, channel)
    return shared.sent(due, point.point_id) if point else Sent()


def _point_of(due: Notification, person: Person, channel: NoticeChannel) -> Point | None:
    despite_stop = CATALOGUE[due.template].answers_stop
    return person.contact.point_on(channel, despite_stop=despite_stop) if person.contact else None


def _routed(due: Notification, person: Person, post: Post, now: datetime, *, before: Sequence[str]) -> _Going | Verdict:
    channel = due.plan[0]
    try:
        facing = facing_of(due, person, channel, post)
    except UNWRITABLE as fault:
        return _unwritable(fault)
    if facing is None:
        return Verdict("failed", "contact_unreadable")
    if because := unfit(_point_of(due, person, channel), facing.address):
        return Verdict("held", because, now, due.plan)
    provider = post.routes.choose(channel, now, before=before)
    if isinstance(provider, Away):
        return Verdict("held", provider.reason, provider.until, due.plan)
    return _Going(due, person, provider, facing, kept_of(due, facing, post.keys))


async def _begun(unit: Unit, going: Sequence[_Going], post: Post, worker: int | None) -> list[Claim]:
    now = unit.context.now
    codes = await _codes(unit, [one for one in going if one.kept is None])
    files = await _files(unit, going)
    begun, claims = list[Begun](), list[Claim]()
    for one in going:
        file = files.get(one.due.notification_id)
        content = one.kept or _written(one, f"{post.public_url}/stop/{codes[one.due.notification_id]}", file, post, now)
        if isinstance(content, Verdict):
            await _settled(unit, one.due, one.person, content)
            continue
        attempt = _attempt(one, content, now)
        kept = None if one.kept else sealed(one.due, content, post.keys)
        lease_until = now + timedelta(seconds=one.provider.lease_seconds)
        parcel = parcel_of(content, attempt.reference, one.due.asked.useful_by)
        cost_e4 = post.routes.cost_e4(one.provider.name, parcel)
        begun.append(Begun(attempt, content.version, content.sha256, content.segments, lease_until, cost_e4, kept))
        claims.append(Claim(attempt, one.person, parcel, one.provider))
    await sending.begin(unit.tx, begun, now, worker)
    return claims


async def _codes(unit: Unit, going: Sequence[_Going]) -> dict[UUID, str]:
    """For the link under each: where others read along it ends that way and opens nothing."""
    by_purpose: dict[str, list[_Going]] = {}
    for one in going:
        purpose = SHARED_LINKS[one.facing.channel] if one.facing.shared else STOP_LINK
        by_purpose.setdefault(purpose, []).append(one)
    expires_at = unit.context.now + timedelta(days=STOP_LINK_DAYS)
    found: dict[UUID, str] = {}
    for purpose, some in by_purpose.items():
        ids = [str(one.due.person_id) for one in some]
        codes = await links.create_many(unit.tx, purpose=purpose, subject_ids=ids, expires_at=expires_at)
        found |= {one.due.notification_id: code for one, code in zip(some, codes, strict=True)}
    return found


async def _files(unit: Unit, going: Sequence[_Going]) -> dict[UUID, Kept]:
    """The calendar files that are to go along, or of which the place is to be said, asked for before."""
    able = [one.due.notification_id for one in going if one.due.appointment_id and one.facing.channel in SHOWING]
    return await calendars.of(unit.tx, able) if able else {}


def _written(one: _Going, stop_url: str, file: Kept | None, post: Post, now: datetime) -> Content | Verdict:
    try:
        return written(one.due, one.facing, stop_url, post, now, calendar=file)
    except UNWRITABLE as fault:
        return _unwritable(fault)


def _unwritable(fault: Exception) -> Verdict:
    """One bad row must not hold up the rest."""
    log.error("a notice cannot be written: %s", type(fault).__name__)
    return Verdict("failed", "cannot_be_written")


def _attempt(one: _Going, content: Content, now: datetime) -> Attempt:
    channel, despite = one.facing.channel, CATALOGUE[one.due.template].answers_stop
    under_way = replace(
        one.due, language=one.facing.language, channel=channel, state="in_flight", tries=one.due.tries + 1
    )
    point = one.person.contact.point_on(channel, despite_stop=despite) if one.person.contact else None
    point_id = point.point_id if point else None
    return Attempt(uuid4(), under_way, channel, one.provider.name, _version(one.person), now, point_id=point_id)


async def _settled(unit: Unit, due: Notification, person: Person, verdict: Verdict) -> None:
    with telemetry.extracted(due.traceparent):
        unit.say(*await settle(unit.tx, due, verdict, person.contact, unit.context.now))


async def _hindered(unit: Unit, due: Notification, person: Person, point: Point, held: Verdict) -> None:
    with telemetry.extracted(due.traceparent):
        unit.say(*await hinder(unit.tx, person, point, held.because))


async def _alarm(unit: Unit, held: Verdict, here: Here, entry: Entry) -> None:
    """Somebody should look whether something floods; it belongs to nobody's trace."""
    segments = SMS_SEGMENTS if held.plan[:1] == ("sms",) else 0
    if cap := reached(here.caps, here.sent, segments=segments, urgent=entry.urgent):
        with telemetry.extracted(None):
            unit.say(*await alarm(unit.tx, here.caps, cap, unit.context.now))


def _spent(due: Notification, person: Person, tried: Sequence[Before]) -> frozenset[NoticeChannel]:
    """Channels that may have it already, and those that said no for good since the contact is as it is."""
    version = _version(person)
    return frozenset(
        before.channel
        for before in tried
        if is_closed(Other(before.channel, before.state))
        or (before.state in FOR_GOOD and before.contact_version == version and _counts(before, due))
    )


def _version(person: Person) -> int:
    return person.contact.version if person.contact else 0


def _counts(before: Before, due: Notification) -> bool:
    return due.replayed_at is None or before.started_at > due.replayed_at
