"""Waiting lists of services."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Fact, Order, SaidPart
from lotse_contracts.values import COUNSELLORS


class NoteWaitlist(Order):
    """What a service says about its waiting list; only while the referral waits there. The newest note counts."""

    NAME: ClassVar[str] = "note-waitlist"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    referral_id: UUID
    position: int | None = Field(default=None, ge=1, le=100_000)
    weeks: int | None = Field(default=None, ge=0, le=520, description="how long they say it takes from now")


class WaitlistNoted(Fact):
    """The newest word about her place on a service's waiting list."""

    NAME: ClassVar[str] = "waitlist-noted"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    note_id: UUID
    referral_id: UUID
    person_id: UUID
    position: int | None = None
    weeks: int | None = None


class WaitlistSeen(SaidPart):
    """The newest note about a waiting list, and when it was taken."""

    position: int | None = None
    weeks: int | None = None
    noted_at: AwareDatetime
