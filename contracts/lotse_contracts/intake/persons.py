"""Who a person is, and which records are one person's."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import AssociationName, Code, Fact, Language, Order, Sealed, Token, Version
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import COUNSELLORS


class RegisterPerson(Order):
    """A person becomes known at the desk, or arrives with consent from another association."""

    NAME: ClassVar[str] = "register-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    languages: tuple[Language, ...] = Field(default=(), max_length=10)
    fields: Sealed


class ReceivePerson(Order):
    """Referral hands intake the fields that another association released; only intake can open them."""

    NAME: ClassVar[str] = "receive-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    sender_type: Token = Field(default="referral-offered", description="message the sealed fields came with")
    language: Language
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    fields: Sealed


class PersonRegistered(Fact):
    """A person is known under a random id."""

    NAME: ClassVar[str] = "person-registered"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    referral_id: UUID | None = None
