"""Group offers."""

from typing import ClassVar
from uuid import UUID

from lotse_contracts.envelope import Fact, Order
from lotse_contracts.values import COUNSELLORS


class BookPlace(Order):
    """A seat in a group offer."""

    NAME: ClassVar[str] = "book-place"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    booking_id: UUID
    person_id: UUID
    offer_id: UUID


class PlaceBooked(Fact):
    """A seat is taken, or she is on the waiting list."""

    NAME: ClassVar[str] = "place-booked"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    booking_id: UUID
    person_id: UUID
    offer_id: UUID
    waitlisted: bool
