"""Changes of the directory: what staff found out about a service, and that something changed or is to be checked."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import Code, Fact, Language, Order, Part, Version
from lotse_contracts.values import COUNSELLORS, DeliveryMode

SLOTS_MAX = 50
PHONES_MAX = 10
LIST_MAX = 20
PLACES_MAX = 100_000

CapacityCode = Literal["available", "waitlist", "none", "unknown"]
"""As Gravity's value set of capacity has it, in our words."""
FoundOut = Literal["phone", "visit", "website", "letter", "partner"]
"""How somebody came to know it."""
SlotKind = Literal["native", "staff", "interpreter"]
DirectoryClock = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
"""Local time in Dresden; a day may end at 24:00."""
Weekdays = Annotated[str, StringConstraints(pattern=r"^(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU)){0,6}$")]
PhoneNumber = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f<>]*[0-9][^\x00-\x1f<>]*[0-9][^\x00-\x1f<>]*$", max_length=80)
]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]{3,2000}$", max_length=2000)]
MailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
PublicLine = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]+$", max_length=500)]
PublicText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
"""What an office says about itself, for everybody; never anything about a person."""
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class OpeningHours(Part):
    """When the office is open, on these days of every week; without days and times only the text counts."""

    byday: Weekdays | None = None
    opens_at: DirectoryClock | None = None
    closes_at: DirectoryClock | None = None
    note: PublicLine | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class LanguageSlot(Part):
    """When somebody there speaks a language, and who; without days and times: whenever it is open."""

    language: Language
    kind: SlotKind
    byday: Weekdays | None = None
    opens_at: DirectoryClock | None = None
    closes_at: DirectoryClock | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class PlaceOfService(Part):
    """Where it is; nothing of it is taken for a service whose place is secret."""

    street: PublicLine
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    city: PublicLine
    state: PublicLine = "Sachsen"


class UpdateService(Order):
    """Somebody found out something about a service. What is not given stays as it is; an empty list says: none."""

    NAME: ClassVar[str] = "update-service"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "service_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    service_id: UUID
    source: FoundOut
    assured_on: Annotated[date, Field(description="the day on which it was found out, today or before")]
    hours: tuple[OpeningHours, ...] | None = Field(default=None, max_length=SLOTS_MAX)
    language_slots: tuple[LanguageSlot, ...] | None = Field(default=None, max_length=SLOTS_MAX)
    languages: tuple[Language, ...] | None = Field(default=None, max_length=SLOTS_MAX)
    phones: tuple[PhoneNumber, ...] | None = Field(default=None, max_length=PHONES_MAX)
    email: MailAddress | None = None
    url: WebAddress | None = None
    appointment_only: bool | None = None
    walk_in: bool | None = None
    interpreter: bool | None = None
    place: PlaceOfService | None = None
    required_documents: tuple[PublicLine, ...] | None = Field(default=None, max_length=LIST_MAX)
    application_process: PublicText | None = None
    eligibility_description: PublicText | None = None
    alert: PublicText | None = None
    delivery_modes: tuple[DeliveryMode, ...] | None = Field(default=None, max_length=LIST_MAX)
    eligibility_rules: tuple[RuleId, ...] | None = Field(default=None, max_length=LIST_MAX)
    temporarily_closed: bool | None = None
    confidential_location: bool | None = None


class AssureService(Order):
    """Somebody checked a service today, and what is known of it is still right."""

    NAME: ClassVar[str] = "assure-service"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "service_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    service_id: UUID
    source: FoundOut
    assured_on: date


class SetCapacity(Order):
    """How many places a service has free, as far as it says so."""

    NAME: ClassVar[str] = "set-capacity"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "service_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    service_id: UUID
    source: FoundOut
    assured_on: date
    capacity: CapacityCode
    available: int | None = Field(default=None, ge=0, le=PLACES_MAX)
    maximum: int | None = Field(default=None, ge=0, le=PLACES_MAX)
    unit: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]{1,80}$")] = "Platz"


class RetireService(Order):
    """A service has ended for good: nobody is sent there any more, and what points to it stays."""

    NAME: ClassVar[str] = "retire-service"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "service_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    service_id: UUID
    source: FoundOut
    assured_on: date


class ServiceFact(Fact):
    """What they share: which service, and how often it was changed."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "service_id"
    ANONYMOUS: ClassVar[bool] = True

    service_id: UUID
    version: Version


class ServiceChanged(ServiceFact):
    """Something is known differently; `changed` names the fields, and the directory what they say now."""

    NAME: ClassVar[str] = "service-changed"

    changed: tuple[Code, ...]


class CapacityChanged(ServiceFact):
    """How many places are free, as far as it is known."""

    NAME: ClassVar[str] = "capacity-changed"

    capacity: CapacityCode
    available: int | None = None


class ServiceRetired(ServiceFact):
    """Nobody is sent there any more."""

    NAME: ClassVar[str] = "service-retired"


class ServiceCheckDue(ServiceFact):
    """Somebody should phone, or look, whether what is known of it is still right."""

    NAME: ClassVar[str] = "service-check-due"

    due: date
