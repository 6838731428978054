"""Seats of a group offer: who gets one, who waits, and who moves up."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

WAITING_MAX = 500  # on one list; whoever comes after that is told so instead of waiting in vain


@dataclass(frozen=True)
class Booking:
    """One place, in the order of `position`: of a person of the desk, or of somebody who signed up with a code."""

    booking_id: UUID
    person_id: UUID | None
    position: int
    waitlisted: bool
    version: int = 1


def must_wait(seats: int, bookings: Sequence[Booking]) -> bool:
    """Whether the next one waits: no seat is free, or somebody waits already."""
    taken = sum(1 for booking in bookings if not booking.waitlisted)
    return taken >= seats or len(bookings) > taken


def moving_up(seats: int, bookings: Sequence[Booking]) -> tuple[Booking, ...]:
    """Those who wait and now have a seat, longest waiting first."""
    taken = sum(1 for booking in bookings if not booking.waitlisted)
    waiting = sorted((booking for booking in bookings if booking.waitlisted), key=lambda one: one.position)
    return tuple(waiting[: max(0, seats - taken)])


def is_full(bookings: Sequence[Booking]) -> bool:
    """Whether the waiting list takes nobody more."""
    return sum(1 for booking in bookings if booking.waitlisted) >= WAITING_MAX


def waiting_before(bookings: Sequence[Booking], booking_id: UUID) -> int | None:
    """How many wait before this one; None if it has a seat, or is not there."""
    waiting = [booking.booking_id for booking in sorted(bookings, key=lambda one: one.position) if booking.waitlisted]
    return waiting.index(booking_id) if booking_id in waiting else None
