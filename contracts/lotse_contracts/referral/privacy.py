"""A person's rights: erasure, access, and what recipients are told."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import AssociationName, Fact, Order, Transfer
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import DeliveryMode, FieldGroup, RecipientNoticeKind


class TellRecipient(Order):
    """Art. 19 GDPR: whoever received these groups with this referral hears that they were corrected or restricted."""

    NAME: ClassVar[str] = "tell-recipient"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


class ErasePerson(ErasureOrder):
    """Referral's part of an erasure."""

    SERVICE: ClassVar[str] = "referral"


class RecipientTold(Fact):
    """The association that received her fields is told what became of them."""

    NAME: ClassVar[str] = "recipient-told"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    recipient: AssociationName
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


class FieldsNoted(Fact):
    """Another association tells us that fields which came with a referral were corrected or restricted there."""

    NAME: ClassVar[str] = "fields-noted"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)
    said_at: AwareDatetime | None = Field(
        default=None, description="when the other association said it; of two notices the later one holds"
    )


class OfficeToTell(Fact):
    """Art. 19 GDPR: an office without an account read fields with this referral, and its person is erased here.

    Somebody of ours tells it, by the letter's or page's own reference; her id is in here nowhere.
    """

    NAME: ClassVar[str] = "office-to-tell"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    service_id: UUID
    mode: DeliveryMode


class PersonErased(ErasureReceipt):
    """Referral's receipt."""

    SERVICE: ClassVar[str] = "referral"


class AskPersonData(PersonDataQuestion):
    """Referral's part of what is held about a person."""

    SERVICE: ClassVar[str] = "referral"


class ErasureNotice(Transfer):
    """Art. 19 GDPR: the person whom we referred to you has been erased here."""

    NAME: ClassVar[str] = "erasure-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID


class FieldsNotice(Transfer):
    """Art. 19 GDPR: fields that you received with this referral were corrected or restricted here."""

    NAME: ClassVar[str] = "fields-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)
