"""Seats of a group offer: who gets one, who waits, and who moves up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lotse_referral.domain.directory import identifier

NAME_CHARACTERS_MAX = 200
SEATS_MAX = 10_000


@dataclass(frozen=True)
class GroupOffer:
    """A course, a club, a practice group."""

    offer_id: UUID
    name: str
    seats: int
    open: bool = True
    service_id: UUID | None = None


@dataclass(frozen=True)
class Booking:
    """One person's place, in the order of `position`."""

    booking_id: UUID
    person_id: UUID
    position: int
    waitlisted: bool


def must_wait(seats: int, bookings: Sequence[Booking]) -> bool:
    """Whether the next one waits: no seat is free, or somebody waits already."""
    taken = sum(1 for booking in bookings if not booking.waitlisted)
    return taken >= seats or len(bookings) > taken


def moving_up(seats: int, bookings: Sequence[Booking]) -> tuple[Booking, ...]:
    """Those who wait and now have a seat, longest waiting first."""
    taken = sum(1 for booking in bookings if not booking.waitlisted)
    waiting = sorted((booking for booking in bookings if booking.waitlisted), key=lambda one: one.position)
    return tuple(waiting[: max(0, seats - taken)])


def offers_of(rows: Sequence[Any]) -> tuple[tuple[GroupOffer, ...], tuple[int, ...]]:
    """The offers that a list describes, and the numbers, from 1, of rows that describe none."""
    read = [_offer(row) for row in rows]
    wrong = tuple(number for number, offer in enumerate(read, start=1) if offer is None)
    return tuple(offer for offer in read if offer is not None), wrong


def _offer(row: Any) -> GroupOffer | None:
    if not isinstance(row, dict):
        return None
    key, name, seats, service = (row.get(field) for field in ("key", "name", "seats", "service"))
    if not isinstance(key, str) or not key or not isinstance(name, str) or not 0 < len(name) <= NAME_CHARACTERS_MAX:
        return None
    if type(seats) is not int or not 0 <= seats <= SEATS_MAX or not isinstance(service, str | None):
        return None
    service_id = None if service is None else identifier("service", service)
    return GroupOffer(identifier("group-offer", key), name, seats, row.get("open", True) is True, service_id)
