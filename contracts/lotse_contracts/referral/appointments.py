"""Appointments: where and when."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Language, Order, SaidPart, Token, Version
from lotse_contracts.values import COUNSELLORS, AppointmentEnd, MoveWish

PLACE = "a location id of the directory, or `there` (at the office), `phone`, `online`"


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
    place: Token | None = Field(default=None, description=PLACE)
    cancelled: bool = False
    language: Language | None = Field(default=None, description="what will be spoken there, where that is known")
    interpreter: bool = Field(default=False, description="an interpreter is needed; `request-interpreter` asks for one")
    reason: AppointmentEnd | None = Field(default=None, description="why it is taken back")


class AppointmentFixed(Fact):
    """Where and when; the person is told by notify, which alone computes the reminders.

    `warnings`: `overlaps_another`, `in_the_past`, `no_working_day`. With `tell` false nothing is pushed to her.
    """

    NAME: ClassVar[str] = "appointment-fixed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description=PLACE)
    language: Language | None = None
    tell: bool = True
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class AppointmentMoved(AppointmentFixed):
    """The same appointment at another time."""

    NAME: ClassVar[str] = "appointment-moved"


class AppointmentCancelled(Fact):
    """It does not take place. With `tell` false nothing is pushed to her."""

    NAME: ClassVar[str] = "appointment-cancelled"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    reason: AppointmentEnd | None = None
    tell: bool = True


class AppointmentSeen(SaidPart):
    """One appointment; `overlaps` names others of hers at the same time."""

    appointment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = None
    language: Language | None = None
    interpreter: bool = False
    cancelled: bool
    reason: Code | None = None
    version: Version
    overlaps: tuple[UUID, ...] = Field(default=(), max_length=50)
    wish: MoveWish | None = Field(default=None, description="how she would like it moved; the desk arranges it")
