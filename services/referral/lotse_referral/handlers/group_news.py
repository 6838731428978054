"""Who is told that something became of a group: persons of the desk who have a place; neutral, as every notice."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lotse_contracts.notify import Tell
from lotse_referral.domain.notices import USEFUL_FOR
from lotse_referral.domain.seats import Booking


def told_of_place(place: Booking, person_id: UUID, now: datetime) -> Tell:
    """She has moved up; each version of her place is told once."""
    return _tell(person_id, f"place-{place.booking_id}-{place.version}", now + USEFUL_FOR)


def told_of_change(places: Sequence[Booking], what: str, useful_by: datetime, *, waiting_too: bool) -> tuple[Tell, ...]:
    """Whoever has a place is told once of each `what`, such as `session-2026-12-03-4`."""
    return tuple(
        _tell(place.person_id, f"place-{place.booking_id}-{what}", useful_by)
        for place in places
        if place.person_id is not None and (waiting_too or not place.waitlisted)
    )


def _tell(person_id: UUID, dedupe_key: str, useful_by: datetime) -> Tell:
    return Tell(person_id=person_id, template="group_place", useful_by=useful_by, dedupe_key=dedupe_key)
