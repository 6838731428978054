"""Cases, and the consultations that are counted."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Language, Order, Version
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import COUNSELLORS, Channel, Depth


class RecordContact(Order):
    """One counted consultation; without a person for corridor and phone."""

    NAME: ClassVar[str] = "record-contact"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    contact_id: UUID
    person_id: UUID | None = None
    at: AwareDatetime
    minutes: int = Field(ge=1, le=600)
    channel: Channel
    depth: Depth
    language: Language
    interpreter: bool = False
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)


class CaseOpened(Fact):
    """A person's concerns have a home."""

    NAME: ClassVar[str] = "case-opened"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    case_id: UUID
    person_id: UUID
    version: Version


class ContactRecorded(Fact):
    """A consultation is counted."""

    NAME: ClassVar[str] = "contact-recorded"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"

    contact_id: UUID
    depth: Depth
    channel: Channel
