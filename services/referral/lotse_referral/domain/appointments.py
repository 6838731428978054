"""One appointment under a stable id: fixed, moved, cancelled."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

Change = Literal["fixed", "moved", "cancelled", "nothing"]


@dataclass(frozen=True)
class Appointment:
    """`version` rises with each change; a cancelled one stays cancelled."""

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str | None = None
    cancelled: bool = False
    version: int = 1


class AlreadyCancelled(Exception):
    """A new appointment needs a new id, since calendars forget a cancelled one."""


def changed(held: Appointment | None, wanted: Appointment) -> tuple[Appointment, Change]:
    """What is kept from now on, and what happened. Raises AlreadyCancelled if it was taken back before."""
    if held is None:
        return wanted, "cancelled" if wanted.cancelled else "fixed"
    if held.cancelled:
        if wanted.cancelled:
            return held, "nothing"
        raise AlreadyCancelled
    if wanted.cancelled:
        return replace(held, cancelled=True, version=held.version + 1), "cancelled"
    same = (held.starts_at, held.ends_at, held.place) == (wanted.starts_at, wanted.ends_at, wanted.place)
    if same:
        return held, "nothing"
    return replace(wanted, version=held.version + 1), "moved"
