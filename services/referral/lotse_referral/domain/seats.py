"""Seats of a group offer: who gets one, who waits, and who moves up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


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
