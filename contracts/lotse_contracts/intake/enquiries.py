"""Somebody asks for help, in her own words or in those of whoever wrote them down."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Answer, Code, Digest, Fact, Language, Order, Question, Sealed, Token, Version
from lotse_contracts.intake.contents import ATTACHMENTS_MAX, CONCERNS_MAX, AttachmentClaim, Letter, ReceiptCode
from lotse_contracts.values import COUNSELLORS, Channel, EnquiryStateName, RecordedChannel, Urgency


class SubmitEnquiry(Order):
    """Somebody asks for help; published by a frontend, which ends the subject with its own name."""

    NAME: ClassVar[str] = "submit-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    enquiry_id: UUID
    receipt_sha256: Digest = Field(description="SHA-256 of the ASCII receipt code")
    channel: Channel
    language: Language
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    flags: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX, description="such as danger, violence")
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)
    letter: Letter | None = None
    consent_to_contact: bool
    text_consented: bool = Field(
        default=False,
        description="explicit consent (Art. 9(2)(a) GDPR) to keep free text that may tell of health or origin; without"
        " it the text lives 14 days",
    )
    notice_version: Token = Field(description="version of the privacy notice that was shown")


class RecordEnquiry(Order):
    """Staff write down what somebody said on the phone, at the desk, on paper or by letter.

    Nothing is mandatory but ids: she may stay anonymous and be registered later. The desk may make a receipt code and
    print it for her, and she chooses the PIN; intake keeps only the code's hash. `person_id` names somebody who is
    known already; her name and contact then stay as they are, and are not said again here.
    """

    NAME: ClassVar[str] = "record-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    person_id: UUID | None = None
    channel: RecordedChannel
    language: Language
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    flags: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX, description="such as danger, violence")
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)
    letter: Letter | None = None
    receipt_sha256: Digest | None = Field(default=None, description="SHA-256 of the receipt code printed for her")
    consent_to_contact: bool = False
    contact_asked: bool = Field(default=False, description="she was asked whether the contact is safe for her")
    text_consented: bool = False
    notice_version: Token = Field(description="version of the privacy notice that was shown or read to her")


class DescribeLetter(Order):
    """A counsellor has read the photo: sender, date and kind of period, and with them the earliest possible end."""

    NAME: ClassVar[str] = "describe-letter"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    letter: Letter


class EnquiryReceived(Fact):
    """An enquiry is committed by intake; accepted means this, not the broker's receipt."""

    NAME: ClassVar[str] = "enquiry-received"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version
    channel: Channel
    language: Language
    urgency: Urgency
    received_at: AwareDatetime
    warnings: tuple[Code, ...] = Field(
        default=(),
        max_length=20,
        description="emergency: show the helplines at once, only where she is writing; no_way_to_answer",
    )


class EmergencyRaised(Fact):
    """Somebody may be in danger: the desk looks now. Nothing of it is ever pushed to her contact."""

    NAME: ClassVar[str] = "emergency-raised"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version
    urgency: Urgency = "emergency"


class StateAnswer(Answer):
    """The state only, never concern or text. `known` is false until intake has committed it."""

    known: bool
    state: EnquiryStateName | None = None
    answers: int = 0
    updated_at: AwareDatetime | None = None


class AskEnquiryState(Question):
    """What became of my enquiry, by receipt code?"""

    NAME: ClassVar[str] = "enquiry-state"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = StateAnswer

    receipt_code: ReceiptCode
