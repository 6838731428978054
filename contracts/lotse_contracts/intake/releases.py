"""The only door through which a person's fields leave."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Base64Url, Code, Digest, Fact, Order, Token
from lotse_contracts.intake.consents import GROUPS_MAX
from lotse_contracts.intake.contents import CONCERNS_MAX
from lotse_contracts.values import FieldGroup


class ReleaseFields(Order):
    """Referral asks for a person's fields for one referral; only intake's guard decides."""

    NAME: ClassVar[str] = "release-fields"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    consent_id: UUID
    recipient: Token = Field(description="an association's name or a service's id")
    purpose: Code = "referral"
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    receiver_key: Base64Url = Field(
        description="X25519, 32 raw bytes: of the receiving intake, or of our referral where a service receives"
    )


class FieldsReleased(Fact):
    """The guard let the named groups out; the sealed bytes travel as an order, never here."""

    NAME: ClassVar[str] = "fields-released"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    consent_id: UUID
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    ciphertext_sha256: Digest


class FieldsRefused(Fact):
    """The guard said no, and why."""

    NAME: ClassVar[str] = "fields-refused"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    reason: Code
