"""What the public face takes and gives; content is in the clear inside TLS, which ends at intake itself."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import TEXT_CHARACTERS_MAX, Code, Language, Part, Token
from lotse_contracts.intake import (
    ATTACHMENTS_MAX,
    CONCERNS_MAX,
    AttachmentClaim,
    ContactPoint,
    HelpLine,
    Letter,
    Pin,
    ReceiptCode,
)
from lotse_contracts.values import EnquiryStateName


class NewEnquiry(Part):
    """Somebody asks for help. `receipt_code` and `enquiry_id` may be made by the browser; else intake makes them."""

    enquiry_id: UUID | None = None
    receipt_code: ReceiptCode | None = None
    channel: Literal["web", "bot"] = "web"
    language: Language
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    flags: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    text: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)
    name: str = Field(default="", max_length=200)
    contact: ContactPoint = ContactPoint(kind="none")
    pin: Pin | None = None
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)
    letter: Letter | None = None
    consent_to_contact: bool = False
    text_consented: bool = False
    notice_version: Token


class Help(Part):
    """Whom to call now. It is shown where she is writing, and nowhere else."""

    text: str
    lines: tuple[HelpLine, ...]


class Receipt(Part):
    """What she keeps: with the code she reads the state, with code and PIN the answer.

    `help` is there when she may be in danger: show it at once.
    """

    enquiry_id: UUID
    receipt_code: str
    repeated: bool
    help: Help | None = None


class Added(Part):
    """Her addition is kept. `help` as in a receipt."""

    help: Help | None = None


class State(Part):
    """How far it is; never what it is about."""

    state: EnquiryStateName
    answers: int
    updated_at: datetime


class PinGiven(Part):
    """Proves that it is she who reads."""

    pin: Pin


class Addition(Part):
    """She writes again."""

    pin: Pin
    text: str = Field(min_length=1, max_length=TEXT_CHARACTERS_MAX)
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


class Said(Part):
    """One text of the conversation."""

    by: str
    at: datetime
    text: str


class Conversation(Part):
    """Oldest first."""

    entries: tuple[Said, ...]


class Uploaded(Part):
    """A file that waits for its enquiry, a day at most; the claim is the only key to it."""

    attachment_id: UUID
    claim: str
    media_type: str
    size_bytes: int
