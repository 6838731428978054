"""Somebody asks for help, and what is said after: enquiries and their conversations."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Digest,
    Fact,
    Language,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contents import ATTACHMENTS_MAX, CONCERNS_MAX, AttachmentClaim, Letter, Pin, ReceiptCode
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


class RecordAddition(Order):
    """Staff write down what she said later, on the phone or at the desk, in an enquiry that is here already."""

    NAME: ClassVar[str] = "record-addition"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


class GiveReceipt(Order):
    """A new receipt code is printed for her, who has none or lost it; she chooses a PIN. An older code ends."""

    NAME: ClassVar[str] = "give-receipt"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    receipt_sha256: Digest = Field(description="SHA-256 of the receipt code printed for her")
    content: Sealed


class AddToEnquiry(Order):
    """She writes again."""

    NAME: ClassVar[str] = "add-to-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    receipt_sha256: Digest
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


class AnswerEnquiry(Order):
    """A counsellor answers; the person is told only that something waits."""

    NAME: ClassVar[str] = "answer-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    content: Sealed


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


class EnquiryAdded(Fact):
    """She added something."""

    NAME: ClassVar[str] = "enquiry-added"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class EnquiryAnswered(Fact):
    """A counsellor's answer waits for her."""

    NAME: ClassVar[str] = "enquiry-answered"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version


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


class ConversationEntry(SaidPart):
    """One text of the conversation, sealed to the key of whoever asked."""

    by: Token = Field(description="person or association")
    at: AwareDatetime
    content: Sealed


class AttachmentReference(SaidPart):
    """A file that came with an enquiry; staff read its bytes over intake's HTTP face."""

    attachment_id: UUID
    media_type: str = Field(max_length=40)
    at: AwareDatetime


class ConversationAnswer(Answer):
    """Oldest first."""

    enquiry_id: UUID
    entries: tuple[ConversationEntry, ...] = Field(max_length=ITEMS_MAX)
    attachments: tuple[AttachmentReference, ...] = Field(default=(), max_length=ITEMS_MAX)


class EnquiryAnswer(ConversationAnswer):
    """What a counsellor sees of an enquiry. The letter is a `LetterReading`, sealed to whoever asked."""

    letter: Sealed | None = None
    channel: Channel | None = None
    flags: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    urgency: Urgency | None = None
    contact_safe: bool = True
    has_receipt: bool = Field(default=True, description="whether she can read with a receipt code")
    text_consented: bool = False
    notice_version: Token | None = None


class AskConversation(Question):
    """The person reads, proved by receipt code and PIN."""

    NAME: ClassVar[str] = "conversation"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConversationAnswer

    receipt_code: ReceiptCode
    pin: Pin
    reply_key: Base64Url = Field(description="a fresh public X25519 key, 32 raw bytes; the texts are sealed to it")


class AskEnquiry(Question):
    """A counsellor reads the conversation; it goes into the access log."""

    NAME: ClassVar[str] = "enquiry"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = EnquiryAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    reply_key: Base64Url
    purpose: Code


class SealingKeyAnswer(Answer):
    """The public key that orders to this service are sealed to."""

    kid: Token
    public_key: Base64Url = Field(description="X25519, 32 raw bytes")
    algorithm: str = "HPKE-Base-X25519-HKDF-SHA256-AES-256-GCM"


class AskSealingKey(Question):
    """Which key do I seal to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class HolderContent(Part):
    """The plaintext of `AskHolder.content`."""

    receipt_code: ReceiptCode
    pin: Pin


class HolderAnswer(Answer):
    """Whose code and PIN they are. An unknown code, a wrong PIN and a lock after too many tries look the same.

    `person_ids` are all records that are hers, the one of the enquiry first.
    """

    known: bool
    person_ids: tuple[UUID, ...] = Field(default=(), max_length=ITEMS_MAX)
    language: Language | None = None


class AskHolder(Question):
    """Who holds this receipt code and its PIN? Asked by referral alone, for the person's page; the tries are counted.

    The content is sealed, bound to `attempt_id`.
    """

    NAME: ClassVar[str] = "holder"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = HolderAnswer

    attempt_id: UUID
    content: Sealed
