"""An offer is made, changed or called off; a session is moved or does not take place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts import Message
from lotse_contracts.referral import (
    CancelGroupOffer,
    CancelGroupSession,
    ChangeGroupOffer,
    GroupOfferCancelled,
    GroupOfferChanged,
    GroupOfferMade,
    GroupSessionCancelled,
    GroupSessionMoved,
    MakeGroupOffer,
    MoveGroupSession,
)
from lotse_referral.domain.groups import GroupOffer, faults
from lotse_referral.domain.notices import LAST_WORD, USEFUL_FOR
from lotse_referral.domain.offer_reading import Loaded, of_order
from lotse_referral.domain.series import Deviation, Deviations, Series, Session, session_on
from lotse_referral.handlers.group_news import told_of_change
from lotse_referral.handlers.places import fill, locked
from lotse_referral.store import directory, groups


async def make(order: MakeGroupOffer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """A new offer; the same again changes nothing."""
    wanted = of_order(order)
    held = await groups.load(tx, order.offer_id)
    if held is not None:
        if held.same_as(wanted):
            return ()
        raise Refused("offer_exists", fields=("offer_id",))
    await _check(tx, wanted)
    await groups.save(tx, wanted)
    made = GroupOfferMade(
        offer_id=wanted.offer_id, version=wanted.version, kind=wanted.kind, plan_line=wanted.plan_line
    )
    return (made,)


async def change(order: ChangeGroupOffer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """It is like this from now on; whoever waits moves up where there are more seats."""
    held = await locked(tx, order.offer_id)
    wanted = replace(of_order(order), version=held.version + 1)
    if held.same_as(wanted):
        return ()
    if held.cancelled:
        raise Refused("offer_cancelled", fields=("offer_id",))
    if order.version is not None and order.version != held.version:
        raise Refused("offer_changed_meanwhile", fields=("version",))
    await _check(tx, wanted)
    await groups.save(tx, wanted)
    return (*_changed(wanted), *await _told_when(tx, held, wanted, context), *await fill(tx, context, wanted))


async def cancel(order: CancelGroupOffer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Nothing of it takes place any more; again changes nothing."""
    held = await locked(tx, order.offer_id)
    if held.cancelled:
        return ()
    off = replace(held, cancelled_at=context.now, version=held.version + 1)
    await groups.save(tx, off)
    told = await told_of_change(tx, off, "offer-off", context.now + USEFUL_FOR, off=True)
    return (GroupOfferCancelled(offer_id=off.offer_id, version=off.version), *told)


async def cancel_session(order: CancelGroupSession, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """This one does not take place; again changes nothing."""
    offer, series, deviations = await _with_series(tx, order.offer_id)
    day = date.fromisoformat(order.session)
    held = _session(series, deviations, day)
    if held.cancelled:
        return ()
    _require_ahead(held, context)
    was = deviations.get(day)
    changed = replace(offer, version=offer.version + 1)
    off = replace(was or Deviation(day, cancelled=True), cancelled=True, version=changed.version)
    await groups.deviate(tx, offer.offer_id, off, day)
    await groups.save(tx, changed)
    fact = GroupSessionCancelled(offer_id=offer.offer_id, version=changed.version, session=order.session)
    return (fact, *await _told_of_session(tx, changed, held, was, missed=True))


async def move_session(order: MoveGroupSession, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """This one takes place then or there; the same again changes nothing, and its own time again undoes all."""
    offer, series, deviations = await _with_series(tx, order.offer_id)
    day = date.fromisoformat(order.session)
    held = _session(series, deviations, day)
    wanted = _deviation(order, series, day)
    moved = session_on(series, {**deviations, day: wanted} if wanted else _without(deviations, day), day)
    if moved is None or moved == held:
        return ()
    if not held.cancelled:
        _require_ahead(held, context)
    _require_ahead(moved, context)
    changed = replace(offer, version=offer.version + 1)
    await groups.deviate(tx, offer.offer_id, wanted and replace(wanted, version=changed.version), day)
    await groups.save(tx, changed)
    fact = GroupSessionMoved(
        offer_id=offer.offer_id,
        version=changed.version,
        session=order.session,
        starts_at=moved.starts_at,
        ends_at=moved.ends_at,
    )
    told = await _told_of_session(tx, changed, moved, deviations.get(day))
    return (fact, *told, *await fill(tx, context, changed))


async def saved(tx: AsyncConnection, context: Context, loaded: Loaded) -> Sequence[Message]:
    """As a row of a file describes it: new, changed or the same; what the row does not say stays."""
    held = await groups.load(tx, loaded.offer.offer_id)
    if held is None:
        new = loaded.offer
        await groups.save(tx, new)
        return (GroupOfferMade(offer_id=new.offer_id, version=new.version, kind=new.kind, plan_line=new.plan_line),)
    kept = replace(loaded.on(held), version=held.version + 1)
    if held.same_as(kept):
        return ()
    await groups.save(tx, kept)
    return (*_changed(kept), *await _told_when(tx, held, kept, context), *await fill(tx, context, kept))


async def _check(tx: AsyncConnection, offer: GroupOffer) -> None:
    for code, field in faults(offer):
        raise Refused(code, fields=(field,))
    if offer.service_id is not None and await directory.one(tx, offer.service_id) is None:
        raise Refused("unknown_service", fields=("service_id",))
    if offer.location_id is not None and await groups.place_of(tx, offer.location_id) is None:
        raise Refused("unknown_place", fields=("location_id",))


def _changed(offer: GroupOffer) -> tuple[GroupOfferChanged, ...]:
    return (
        GroupOfferChanged(offer_id=offer.offer_id, version=offer.version, kind=offer.kind, plan_line=offer.plan_line),
    )


async def _told_when(
    tx: AsyncConnection, held: GroupOffer, wanted: GroupOffer, context: Context
) -> tuple[Message, ...]:
    """Whoever has a seat learns that time or place changed; other changes are no news to her."""
    if (held.series, held.place, held.location_id) == (wanted.series, wanted.place, wanted.location_id):
        return ()
    return await told_of_change(tx, wanted, f"offer-{wanted.version}", context.now + USEFUL_FOR)


async def _told_of_session(
    tx: AsyncConnection, offer: GroupOffer, session: Session, was: Deviation | None, *, missed: bool = False
) -> tuple[Message, ...]:
    """In place of what was said of this session before, where that still waits for the morning."""
    of = f"session-{session.session.isoformat()}"
    return await told_of_change(
        *(tx, offer, f"{of}-{offer.version}", session.starts_at - LAST_WORD),
        missed_at=session.starts_at if missed else None,
        instead_of=f"{of}-{was.version}" if was is not None else None,
    )


async def _with_series(tx: AsyncConnection, offer_id: UUID) -> tuple[GroupOffer, Series, Deviations]:
    """The offer, locked. Raises Refused if it does not take place, or nobody has said when it meets."""
    offer = await locked(tx, offer_id)
    if offer.cancelled:
        raise Refused("offer_cancelled", fields=("offer_id",))
    if offer.series is None:
        raise Refused("unknown_session", fields=("session",))
    return offer, offer.series, await groups.deviations(tx, offer_id)


def _session(series: Series, deviations: Deviations, day: date) -> Session:
    found = session_on(series, deviations, day)
    if found is None:
        raise Refused("unknown_session", fields=("session",))
    return found


def _require_ahead(session: Session, context: Context) -> None:
    if session.starts_at <= context.now:
        raise Refused("session_has_begun", fields=("session",))


def _deviation(order: MoveGroupSession, series: Series, day: date) -> Deviation | None:
    """None where it is as the rule says."""
    on, at = date.fromisoformat(order.on), time.fromisoformat(order.at)
    minutes = None if order.minutes == series.minutes else order.minutes
    if (on, at, minutes, order.place) == (day, series.at, None, ""):
        return None
    return Deviation(day, cancelled=False, on=on, at=at, minutes=minutes, place=order.place or None)


def _without(deviations: Deviations, day: date) -> Deviations:
    return {one: deviation for one, deviation in deviations.items() if one != day}
