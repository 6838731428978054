"""Places in group offers: who comes."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Fact, Order, Question, SaidPart, Version
from lotse_contracts.intake import Day
from lotse_contracts.values import COORDINATORS, COUNSELLORS


class BookPlace(Order):
    """A seat in a group offer."""

    NAME: ClassVar[str] = "book-place"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    booking_id: UUID
    person_id: UUID
    offer_id: UUID


class CancelPlace(Order):
    """She does not come; whoever waits longest has the seat."""

    NAME: ClassVar[str] = "cancel-place"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    booking_id: UUID
    person_id: UUID


class StrikeSignUp(Order):
    """A sign-up without account is taken off the list, such as one that a machine made; nobody is told."""

    NAME: ClassVar[str] = "strike-sign-up"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "offer_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    offer_id: UUID
    booking_id: UUID


class PlaceFact(Fact):
    """Something became of a person's place; `version` rises with each."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    booking_id: UUID
    person_id: UUID
    offer_id: UUID
    version: Version = 1


class PlaceBooked(PlaceFact):
    """A seat is taken, or she is on the waiting list."""

    NAME: ClassVar[str] = "place-booked"

    waitlisted: bool


class PlaceCancelled(PlaceFact):
    """Her seat, or her place on the waiting list, is given back."""

    NAME: ClassVar[str] = "place-cancelled"


class GroupPlaceSeen(SaidPart):
    """One place in the order of sign-up; without a person it was made on the page."""

    booking_id: UUID
    person_id: UUID | None = None
    position: int = Field(ge=1)
    waitlisted: bool
    since: AwareDatetime


class HeldSession(SaidPart):
    """What was counted at a session, as it counts now."""

    record_id: UUID
    session: Day
    adults: int
    children: int
    first_time: int | None = None


class GroupPlacesAnswer(Answer):
    """A page of places in the order of sign-up, and the newest head counts, oldest of them first."""

    places: tuple[GroupPlaceSeen, ...] = Field(max_length=ITEMS_MAX)
    held: tuple[HeldSession, ...] = Field(max_length=ITEMS_MAX)


class AskGroupPlaces(Question):
    """Who comes, and how many came?"""

    NAME: ClassVar[str] = "group-places"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = GroupPlacesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    offer_id: UUID
    after: int = Field(default=0, ge=0, description="the position of the last place of the page before")
