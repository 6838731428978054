"""Group offers as they are looked at: with their seats, their place in words and their next sessions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import ITEMS_MAX
from lotse_contracts.referral import (
    AskGroupOffers,
    AskGroupPlaces,
    GroupOffersAnswer,
    GroupOfferSeen,
    GroupPlacesAnswer,
    GroupPlaceSeen,
    GroupSession,
    HeldSession,
)
from lotse_referral.domain.groups import GroupOffer, ended, why_not
from lotse_referral.domain.heads import Record
from lotse_referral.domain.series import Deviations, Session, upcoming
from lotse_referral.store import bookings, groups

SESSIONS_SHOWN = 3  # of each offer in a list


@dataclass(frozen=True)
class View:
    """An offer now. `refusal` is the code that says why nobody can sign up; None if somebody can."""

    offer: GroupOffer
    deviations: Deviations
    taken: int
    waiting: int
    place: str | None
    next_sessions: tuple[Session, ...]
    refusal: str | None
    over: bool

    @property
    def free(self) -> int:
        """Seats that the next one gets at once: none while somebody waits."""
        return 0 if self.waiting else max(0, self.offer.seats - self.taken)


async def views(tx: AsyncConnection, offers: Sequence[GroupOffer], now: datetime) -> tuple[View, ...]:
    """What is seen of these offers, in their order."""
    ids = [offer.offer_id for offer in offers]
    counts, deviations = await bookings.counts(tx, ids), await groups.deviations_of(tx, ids)
    return tuple(
        [
            await _view(tx, offer, deviations.get(offer.offer_id, {}), counts.get(offer.offer_id, (0, 0)), now)
            for offer in offers
        ]
    )


async def view(tx: AsyncConnection, offer_id: UUID, now: datetime) -> View:
    """One offer. Raises Refused if there is none."""
    offer = await groups.read(tx, offer_id)
    if offer is None:
        raise Refused("unknown_offer", fields=("offer_id",))
    return (await views(tx, [offer], now))[0]


async def current(tx: AsyncConnection, now: datetime) -> tuple[View, ...]:
    """Every offer that takes place and is not over, those that meet soonest first."""
    seen = await views(tx, [offer for offer in await groups.every(tx) if not offer.cancelled], now)
    return tuple(sorted((one for one in seen if not one.over), key=_soonest))


async def ask_offers(question: AskGroupOffers, context: Context, tx: AsyncConnection) -> GroupOffersAnswer:
    """By name, a page at a time."""
    every = list(await groups.every(tx))
    if question.after is not None:
        ids = [offer.offer_id for offer in every]
        every = every[ids.index(question.after) + 1 :] if question.after in ids else []
    seen = [one for one in await views(tx, every, context.now) if question.ended_too or not _done(one)]
    page = seen[:ITEMS_MAX]
    after = page[-1].offer.offer_id if len(seen) > ITEMS_MAX else None
    return GroupOffersAnswer(offers=tuple(_seen(one) for one in page), after=after)


async def ask_places(question: AskGroupPlaces, context: Context, tx: AsyncConnection) -> GroupPlacesAnswer:
    """Ids and times; who she is only intake knows."""
    if await groups.read(tx, question.offer_id) is None:
        raise Refused("unknown_offer", fields=("offer_id",))
    key = str(question.offer_id)
    await accesslog.record(tx, context, action="read", object_kind="group_offer", object_id=key, purpose="group_place")
    page = await bookings.page_of(tx, question.offer_id, question.after, ITEMS_MAX)
    return GroupPlacesAnswer(
        places=tuple(
            GroupPlaceSeen(
                booking_id=row.booking_id,
                person_id=row.person_id,
                position=row.position,
                waitlisted=row.waitlisted,
                since=row.booked_at,
            )
            for row in page
        ),
        held=tuple(_held(record) for record in await groups.records(tx, question.offer_id)),
    )


def session_of(session: Session) -> GroupSession:
    """A session as contracts have it."""
    return GroupSession(
        session=session.session.isoformat(),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
        moved=session.moved,
        cancelled=session.cancelled,
    )


async def _view(
    tx: AsyncConnection, offer: GroupOffer, deviations: Deviations, counts: tuple[int, int], now: datetime
) -> View:
    place = offer.place or (None if offer.location_id is None else await groups.place_of(tx, offer.location_id))
    return View(
        offer=offer,
        deviations=deviations,
        taken=counts[0],
        waiting=counts[1],
        place=place or None,
        next_sessions=() if offer.series is None or offer.cancelled else upcoming(offer.series, deviations, now),
        refusal=why_not(offer, deviations, now),
        over=ended(offer, deviations, now),
    )


def _soonest(one: View) -> tuple[str, str, str]:
    """By the next session that takes place; those of which nobody knows when come last."""
    first = next((session.starts_at.isoformat() for session in one.next_sessions if not session.cancelled), "~")
    return first, one.offer.name, str(one.offer.offer_id)


def _done(one: View) -> bool:
    return one.over or one.offer.cancelled


def _seen(one: View) -> GroupOfferSeen:
    offer = one.offer
    return GroupOfferSeen(
        offer_id=offer.offer_id,
        version=offer.version,
        kind=offer.kind,
        name=offer.name,
        seats=offer.seats,
        drop_in=offer.drop_in,
        open=offer.open,
        cancelled=offer.cancelled,
        taken=one.taken,
        waiting=one.waiting,
        registration_until=offer.registration_until,
        grant_id=offer.grant_id,
        plan_line=offer.plan_line,
        next_sessions=tuple(session_of(session) for session in one.next_sessions[:SESSIONS_SHOWN]),
    )


def _held(record: Record) -> HeldSession:
    return HeldSession(
        record_id=record.record_id,
        session=record.session.isoformat(),
        adults=record.adults,
        children=record.children,
        first_time=record.first_time,
    )
