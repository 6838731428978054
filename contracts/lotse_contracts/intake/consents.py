"""Consents, and the only door through which a person's fields leave."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import AssociationName, Base64Url, Code, Digest, Fact, Language, Order, Token, Version
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import COUNSELLORS, ConsentKind, ConsentMethod, FieldGroup


class GiveConsent(Order):
    """A consent is recorded; it is bound to recipient, purpose, codes and field groups."""

    NAME: ClassVar[str] = "give-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID
    kind: ConsentKind
    recipient: Token = Field(description="an association's name or a service's id")
    purpose: Code
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    method: ConsentMethod
    text_version: Token
    text_language: Language
    valid_to: AwareDatetime | None = None


class WithdrawConsent(Order):
    """A consent ends; whoever received fields under it is told."""

    NAME: ClassVar[str] = "withdraw-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID


class ReleaseFields(Order):
    """Referral asks for a person's fields for one referral; only intake's guard decides."""

    NAME: ClassVar[str] = "release-fields"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    consent_id: UUID
    recipient: AssociationName
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    receiver_key: Base64Url = Field(description="the receiving intake's public X25519 key, 32 raw bytes")


class ConsentGiven(Fact):
    """A consent is in force."""

    NAME: ClassVar[str] = "consent-given"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind
    recipient: Token
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)


class ConsentWithdrawn(Fact):
    """A consent is no longer in force."""

    NAME: ClassVar[str] = "consent-withdrawn"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    recipient: Token


class FieldsReleased(Fact):
    """The guard let the named groups out; the sealed bytes travel as an order, never here."""

    NAME: ClassVar[str] = "fields-released"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    consent_id: UUID
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    ciphertext_sha256: Digest


class FieldsRefused(Fact):
    """The guard said no, and why."""

    NAME: ClassVar[str] = "fields-refused"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    reason: Code
