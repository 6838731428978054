"""Appointments."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Fact, Order, Token, Version
from lotse_contracts.values import COUNSELLORS


class FixAppointment(Order):
    """An appointment is fixed, moved (again the same uid) or, with `cancelled`, taken back."""

    NAME: ClassVar[str] = "fix-appointment"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    appointment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description="a location id of the directory")
    cancelled: bool = False


class AppointmentFixed(Fact):
    """Where and when; the person is told by notify, which alone computes the reminders."""

    NAME: ClassVar[str] = "appointment-fixed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class AppointmentMoved(AppointmentFixed):
    """The same appointment at another time."""

    NAME: ClassVar[str] = "appointment-moved"


class AppointmentCancelled(Fact):
    """It does not take place."""

    NAME: ClassVar[str] = "appointment-cancelled"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
