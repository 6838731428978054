"""How a person may be told, as intake says it, and what notify says back about reaching her."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Code, Fact, Order, Part, Sealed, Version
from lotse_contracts.intake import ContactPoint
from lotse_contracts.values import NoticeChannel, RecipientLanguage


class ContactContent(Part):
    """The plaintext of `ChangeContact.contact`: only what she has consented to be told by, where she has."""

    contact: ContactPoint
    name: str = Field(default="", max_length=200)


class ChangeContact(Order):
    """How a person may be told; from intake, which keeps the consent. `safe` is false until a person has asked.

    `stopped` are the ways that she ended herself, as intake has recorded it. `renewed`: a counsellor has just written
    the contact down, so what led nowhere may be tried again.
    """

    NAME: ClassVar[str] = "change-contact"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    languages: tuple[RecipientLanguage, ...] = Field(min_length=1, max_length=4, description="her own order")
    consented: bool
    safe: bool = True
    contact: Sealed
    stopped: tuple[NoticeChannel, ...] = Field(default=(), max_length=3)
    renewed: bool = False


class ContactUnreachable(Fact):
    """There is no way left to tell this person anything."""

    NAME: ClassVar[str] = "contact-unreachable"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    reason: Code


class OptedOut(Fact):
    """She said STOP; intake records the withdrawal: of everything, or of one way to tell her something."""

    NAME: ClassVar[str] = "opted-out"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    channel: NoticeChannel | Literal["none"]
    scope: Literal["everything", "channel"] = "everything"


class OptedIn(Fact):
    """She wants to be told something this way again; intake records it. Only what she ended herself comes back."""

    NAME: ClassVar[str] = "opted-in"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    channel: NoticeChannel
