"""Signing up without account: a code that is shown once and a PIN that she chooses; nothing about her is asked.

Code and PIN are kept as one hash that only both together fit: whoever steals the database can guess neither.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links, pins
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service, Unit
from lotse_chassis.timers import Timer, set_timer
from lotse_contracts import Message
from lotse_referral.domain.groups import LOOKED_AT_AGAIN, GroupOffer, forgotten_at
from lotse_referral.domain.seats import waiting_before
from lotse_referral.handlers.places import give_back, locked, next_place
from lotse_referral.handlers.telling import OwnPages, all_with_links
from lotse_referral.store import alive, bookings, groups, place_guesses
from lotse_referral.store.bookings import SignUp

RETENTION = "group_retention"
"""Kind of the timer that forgets the sign-ups of an offer; its key is the offer."""
PlaceState = Literal["seat", "waiting", "given_back", "cancelled"]

_NOBODYS_HASH = bytes(pins.SALT_BYTES + 64)  # what a PIN is compared with where there is no such code


@dataclass(frozen=True)
class Place:
    """How her place stands; `before` is how many wait before her."""

    state: PlaceState
    offer_id: UUID | None = None
    before: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What she keeps, and how her place stands. `repeated`: it was sent before."""

    code: str
    place: Place
    repeated: bool


async def sign_up(service: Service, offer_id: UUID, pin: str, key: str) -> Receipt:
    """A place for whoever sends this key; the same key again is the same place. Raises Refused as `next_place` does."""
    async with service.engine.connect() as tx:
        booking_id, code = derived(await bookings.secret(tx), key)
        known = await bookings.sign_up_by_code(tx, links.digest_of(code))
    if known is not None and (known.offer_id != offer_id or not await _is_hers(service, code, pin)):
        raise Refused("key_used", fields=("key",))
    kept = await asyncio.to_thread(pins.hashed, _both(code, pin), _salt(code))
    async with service.unit() as unit:
        offer = await locked(unit.tx, offer_id)
        known = await bookings.sign_up_by_code(unit.tx, links.digest_of(code))
        held = known or await _new(unit, offer, booking_id, code, kept)
        if held.offer_id != offer_id or held.pin_hash != kept:
            raise Refused("key_used", fields=("key",))
        return Receipt(code, await _place(unit.tx, held, offer), repeated=known is not None)


async def look(service: Service, code: str, pin: str) -> Place:
    """How it stands. Raises Refused alike for an unknown code and a wrong PIN; after too many tries, for all."""
    found = await _proved(service, code, pin)
    if found is None:
        return Place("given_back")
    async with service.engine.connect() as tx:
        offer = await groups.read(tx, found.offer_id)
        return Place("given_back") if offer is None else await _place(tx, found, offer)


async def cancel(service: Service, pages: OwnPages, code: str, pin: str) -> Place:
    """The place is given back and whoever waits longest has it; again changes nothing. Raises Refused as `look`."""
    found = await _proved(service, code, pin)
    if found is not None:
        async with service.unit() as unit:
            gone, said = await give_back(unit.tx, unit.context, found.offer_id, found.place.booking_id)
            if gone is not None:
                await alive.bury(unit.tx, (_grave(links.digest_of(code)),), unit.context.now)
            unit.say(*await all_with_links(unit.tx, pages, said, unit.context.now))
    return Place("given_back", None if found is None else found.offer_id)


async def forget(timer: Timer, context: Context, tx: AsyncConnection) -> Sequence[Message]:
    """Sign-ups of what has long been over go; of what is not, later."""
    offer = await groups.load(tx, UUID(timer.key))
    if offer is None:
        return ()
    at = forgotten_at(offer, await groups.deviations(tx, offer.offer_id), context.now)
    if at is not None and at <= context.now:
        await bookings.remove_sign_ups(tx, offer.offer_id)
    else:
        await remember_to_forget(tx, context, offer)
    return ()


async def remember_to_forget(tx: AsyncConnection, context: Context, offer: GroupOffer) -> None:
    """Set the timer that ends the keeping of this offer's sign-ups."""
    at = forgotten_at(offer, await groups.deviations(tx, offer.offer_id), context.now)
    due_at = max(at, context.now) if at is not None else context.now + LOOKED_AT_AGAIN
    await set_timer(tx, kind=RETENTION, key=str(offer.offer_id), due_at=due_at)


def derived(secret: bytes, key: str) -> tuple[UUID, str]:
    """Id and code that follow from an idempotency key; whoever does not know our secret finds neither."""
    whole = hmac.digest(secret, b"lotse.group-place.v1|" + key.encode(), hashlib.sha256)
    return UUID(bytes=whole[:16], version=4), links.code_of(int.from_bytes(whole[16:], "big"))


async def _new(unit: Unit, offer: GroupOffer, booking_id: UUID, code: str, kept: bytes) -> SignUp:
    if await alive.buried(unit.tx, booking_id):
        raise Refused("place_given_back", fields=("key",))
    place = await next_place(unit.tx, offer, unit.context, booking_id, None)
    digest = links.digest_of(code)
    await bookings.add(unit.tx, offer.offer_id, place, unit.context.now, code_sha256=digest, pin_hash=kept)
    await remember_to_forget(unit.tx, unit.context, offer)
    return SignUp(offer.offer_id, place, kept)


async def _is_hers(service: Service, code: str, pin: str) -> bool:
    """Whether a repeated request brings the PIN of the first; its tries are counted as those with the code."""
    try:
        return await _proved(service, code, pin) is not None
    except Refused as fault:
        if fault.code == "no_such_place":
            return False
        raise


async def _proved(service: Service, code: str, pin: str) -> SignUp | None:
    """The place of code and PIN; None if it was given back, which only whoever has the code can learn.

    The try is counted and, from the fifth on, locked before the PIN is looked at, and committed: neither a hundred
    tries at once nor a broken request is a way around.
    """
    digest, now = links.digest_of(code), service.now()
    async with service.engine.begin() as own:
        failures = await place_guesses.count(own, digest, now)
        if failures is not None and (pause := pins.lock_after(failures)):
            await place_guesses.lock(own, digest, now + pause)
        found = await bookings.sign_up_by_code(own, digest)
        given_back = found is None and await alive.buried(own, _grave(digest))
    if failures is None:
        raise Refused("place_locked", fields=("pin",), retry_after_seconds=int(pins.LOCK_FIRST.total_seconds()))
    kept = _NOBODYS_HASH if found is None else found.pin_hash
    fits = await asyncio.to_thread(pins.fits, _both(code, pin), kept)
    if not given_back and (found is None or not fits):
        raise Refused("no_such_place", fields=("code", "pin"))
    async with service.engine.begin() as own:
        await place_guesses.forgive(own, digest)
    return found


async def _place(tx: AsyncConnection, held: SignUp, offer: GroupOffer) -> Place:
    if offer.cancelled:
        return Place("cancelled", offer.offer_id)
    before = waiting_before(await bookings.of_offer(tx, offer.offer_id), held.place.booking_id)
    return Place("seat" if before is None else "waiting", offer.offer_id, before)


def _both(code: str, pin: str) -> str:
    return f"{links.canonical(code)}:{pin}"


def _salt(code: str) -> bytes:
    """Different for each code, and the same when a request is repeated."""
    return hashlib.sha256(b"lotse.group-place.salt|" + code.encode()).digest()[: pins.SALT_BYTES]


def _grave(digest: str) -> UUID:
    """Under which it is remembered that the place of a code was given back."""
    return UUID(hex=digest[:32])
