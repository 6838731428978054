"""What is said after an enquiry, by her and to her."""

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
    Order,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contents import ATTACHMENTS_MAX, CONCERNS_MAX, AttachmentClaim, Pin, ReceiptCode
from lotse_contracts.values import COUNSELLORS, Channel, Urgency


class RecordAddition(Order):
    """Staff write down what she said later, on the phone or at the desk, in an enquiry that is here already."""

    NAME: ClassVar[str] = "record-addition"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


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
