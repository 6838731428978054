"""Gathers what her own page shows; nothing is changed or locked by looking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import MoveWish
from lotse_referral.domain.appointments import WITHOUT_ADDRESS, Appointment
from lotse_referral.domain.checkbacks import Checkback, may_be_told, open_question
from lotse_referral.domain.own_page import (
    REFERRALS_SHOWN_MAX,
    Entry,
    OfferedTime,
    Place,
    Shared,
    Visit,
    consents_of,
    in_order,
    is_shown,
    state_word,
)
from lotse_referral.domain.referral import Referral
from lotse_referral.store import appointments, checkbacks, consents, directory, ownpage, referrals
from lotse_referral.store.directory import NamedService
from lotse_referral.store.ownpage import OwnSession

WAYS = {"there": "at_office", "phone": "by_phone", "online": "online"}


@dataclass(frozen=True)
class About:
    """What is known beside the referrals themselves, asked for all of them at once."""

    now: datetime
    asked: Mapping[UUID, Sequence[Checkback]]
    wishes: Mapping[UUID, tuple[int, MoveWish]]
    gone: frozenset[UUID]


async def entries(tx: AsyncConnection, session: OwnSession, now: datetime) -> tuple[Entry, ...]:
    """What this session may see, in the order in which she needs it."""
    shown = [
        held for held in await referrals.seen_of(tx, session.person_ids, REFERRALS_SHOWN_MAX) if is_shown(held, now)
    ]
    ids = [held.service_id for held in shown if held.service_id is not None]
    services = await directory.named(tx, ids)
    known = {held.referral_id: services.get(held.service_id) if held.service_id else None for held in shown}
    if session.proved_by == "link":
        shown = [held for held in shown if _tellable(held, known[held.referral_id])]
    ids = [held.referral_id for held in shown]
    about = About(
        now=now,
        asked=await checkbacks.of_referrals(tx, ids),
        wishes=await ownpage.wishes_of(tx, ids),
        gone=await ownpage.asked_withdrawals(tx, session.person_ids),
    )
    return in_order([await _entry(tx, held, known[held.referral_id], about) for held in shown])


async def _entry(tx: AsyncConnection, held: Referral, service: NamedService | None, about: About) -> Entry:
    secret = not _tellable(held, service)
    ahead = await appointments.ahead_of_referral(tx, held.referral_id, about.now) if held.open else ()
    question = open_question(about.asked.get(held.referral_id, ()))
    return Entry(
        referral_id=held.referral_id,
        state=state_word(held),
        open=held.open,
        incoming=held.direction == "in",
        place=None if service is None else await _place(tx, service, secret=secret),
        visits=tuple([await _visit(tx, one, service, about.wishes) for one in ahead]),
        times=await _times(tx, held, about.now),
        asks=held.under_way and held.direction == "out" and question is not None,
        shared=await _shared(tx, held, service, about.gone),
    )


def _tellable(held: Referral, service: NamedService | None) -> bool:
    return may_be_told(held, confidential=service is not None and service.confidential)


async def _place(tx: AsyncConnection, service: NamedService, *, secret: bool) -> Place:
    return Place(
        name=service.name,
        organisation=service.organization,
        service_id=service.service_id,
        secret=service.confidential,
        card=service.active and not secret,
        address=service.address,
        phone=service.phone,
        appointment_only=service.appointment_only,
        interpreter=service.interpreter,
        spoken=service.spoken,
        doubtful=service.doubtful,
        bring=await ownpage.documents_of(tx, service.service_id),
    )


async def _visit(
    tx: AsyncConnection,
    fixed: Appointment,
    service: NamedService | None,
    wishes: Mapping[UUID, tuple[int, MoveWish]],
) -> Visit:
    version, wish = wishes.get(fixed.appointment_id, (0, None))
    located = fixed.place is not None and fixed.place not in WITHOUT_ADDRESS
    confidential = service is not None and service.confidential
    return Visit(
        appointment_id=fixed.appointment_id,
        starts_at=fixed.starts_at,
        ends_at=fixed.ends_at,
        address=await appointments.address_of(tx, UUID(fixed.place)) if located and not confidential else None,
        way=WAYS.get(fixed.place or ""),
        wish=wish if version == fixed.version else None,
    )


async def _times(tx: AsyncConnection, held: Referral, now: datetime) -> tuple[OfferedTime, ...]:
    if not held.under_way:
        return ()
    return tuple(
        OfferedTime(one.proposal_id, one.starts_at, one.ends_at)
        for one in await appointments.proposals(tx, held.referral_id)
        if one.state == "open" and one.starts_at > now
    )


async def _shared(
    tx: AsyncConnection, held: Referral, service: NamedService | None, gone: frozenset[UUID]
) -> Shared | None:
    """Only what we gave; what another association gave us is for it to show."""
    if held.direction != "out" or not held.fields_left:
        return None
    known = [await consents.load(tx, consent_id) for consent_id in consents_of(held)]
    holding = [one for one in known if one is not None and not one.withdrawn and one.consent_id not in gone]
    return Shared(
        organisation=service.organization if service is not None else held.partner or "",
        groups=held.field_groups,
        withdrawable=bool(holding),
        withdrawn=bool(known) and not holding,
    )
