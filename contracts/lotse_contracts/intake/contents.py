"""What is sealed inside orders and answers of intake; never on the wire in the open."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import TEXT_CHARACTERS_MAX, Code, Part, SaidPart
from lotse_contracts.values import ContactKind, Detail

Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]
ReceiptCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")]
"""128 bit in Crockford base 32, made by the publisher; intake keeps only its SHA-256."""
CONCERNS_MAX = 10  # codes of one enquiry
ATTACHMENTS_MAX = 5  # files of one enquiry


class ContactPoint(Part):
    """One way to answer; `none` means that she reads by receipt code and PIN."""

    kind: ContactKind
    value: str = Field(default="", max_length=254, description="e-mail address, or E.164 phone number")
    detail: Detail = Field(default="neutral", description="her choice of what a message may show")


class EnquiryContent(Part):
    """The plaintext of `SubmitEnquiry.content`."""

    text: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)
    name: str = Field(default="", max_length=200)
    contact: ContactPoint = ContactPoint(kind="none")
    pin: Pin | None = Field(default=None, description="chosen by the person; reading and replying needs it")


class TextContent(Part):
    """The plaintext of an answer, an addition, or a note."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


class AdditionContent(TextContent):
    """The plaintext of `AddToEnquiry.content`: what she adds, proved by her PIN."""

    pin: Pin


class PersonFields(SaidPart):
    """Field groups of a person as they are released to another association, and only those consented to."""

    identity: dict[str, str] | None = None
    contact: ContactPoint | None = None
    status: dict[str, str] | None = None
    need_summary: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    health: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    documents: tuple[str, ...] | None = None


class AttachmentClaim(Part):
    """A file that was uploaded over intake's public HTTP face before the enquiry was published."""

    attachment_id: UUID
    claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class Letter(Part):
    """A letter she does not understand: what the desk needs for the earliest possible end of a period."""

    sender: Code | None = None
    dated: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    period: Code | None = None
