"""Who asks for help in the story: invented persons, their words, and what becomes of each."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, TypeAdapter

from lotse_contracts.intake import AttachmentClaim, ContactPoint, EnquiryContent, InboxEntry, Letter, SubmitEnquiry
from lotse_contracts.sealed import seal
from lotse_contracts.values import Channel, Detail

ENQUIRIES = Path(__file__).parent / "data" / "enquiries.json"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_BITS = 128
RECEIPT_CHARACTERS = 26
NOTICE_VERSION = "2026-11"

Step = Literal["", "accept", "self", "connected", "link"]
"""How far the desk takes it: left in the inbox, accepted, sent on with a card, sent to the other association, or to an
office by a link."""


class Script(BaseModel):
    """One enquiry of the story, as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["web", "bot", "desk"]
    channel: Channel
    language: str
    codes: tuple[str, ...]
    flags: tuple[str, ...] = ()
    name: str
    email: str
    phone: str = ""
    detail: Detail = "neutral"
    pin: str
    text: str
    step: Step
    service: str = ""
    answer: str = ""
    own_code: str = ""
    photo: str = ""
    letter: Letter | None = None

    @property
    def contact(self) -> ContactPoint:
        """How she may be told something."""
        if self.email:
            return ContactPoint(kind="email", value=self.email, detail=self.detail)
        if self.phone:
            return ContactPoint(kind="sms", value=self.phone, detail=self.detail)
        return ContactPoint(kind="none")

    @property
    def address(self) -> str:
        """Where her messages go: an e-mail address, a number, or nowhere."""
        return self.email or self.phone


@dataclass
class Case:
    """An enquiry under way: what its frontend made, and what the desk learnt of it."""

    script: Script
    receipt_code: str
    enquiry_id: UUID = field(default_factory=uuid4)
    order_id: UUID = field(default_factory=uuid4)
    attachments: tuple[AttachmentClaim, ...] = ()
    entries: list[InboxEntry] = field(default_factory=list)

    @cached_property
    def receipt_sha256(self) -> str:
        """What intake keeps of the receipt code."""
        return hashlib.sha256(self.receipt_code.encode()).hexdigest()

    @property
    def person_id(self) -> UUID:
        """Her id in this association; known once the desk has read its inbox."""
        return self.entries[0].person_id

    @property
    def first(self) -> InboxEntry:
        """The concern that she named first, or the one that intake made of it."""
        named = [entry for entry in self.entries if entry.code in self.script.codes[:1]]
        return (named or self.entries)[0]

    def order(self, seal_key: bytes) -> SubmitEnquiry:
        """The order that her frontend publishes."""
        script = self.script
        content = EnquiryContent(text=script.text, name=script.name, contact=script.contact, pin=script.pin)
        plaintext = content.model_dump_json(exclude_none=True).encode()
        return SubmitEnquiry(
            frontend=script.by,
            enquiry_id=self.enquiry_id,
            receipt_sha256=self.receipt_sha256,
            channel=script.channel,
            language=script.language,
            codes=script.codes,
            flags=script.flags,
            content=seal(plaintext, seal_key, type_name=SubmitEnquiry.type_name(), key=str(self.enquiry_id)),
            attachments=self.attachments,
            letter=script.letter,
            consent_to_contact=bool(script.address),
            notice_version=NOTICE_VERSION,
        )


def cast() -> list[Case]:
    """Everybody, with fresh ids and receipt codes, so that the story can be told again on the same data."""
    scripts: list[Script] = TypeAdapter(list[Script]).validate_json(ENQUIRIES.read_bytes())
    return [Case(script, new_receipt_code()) for script in scripts]


def new_receipt_code() -> str:
    """128 random bits in Crockford's base 32."""
    number = secrets.randbits(RECEIPT_BITS)
    digits = [CROCKFORD[number >> 5 * place & 31] for place in range(RECEIPT_CHARACTERS)]
    return "".join(reversed(digits))


def texts(name: str) -> Any:
    """A data file of the story that is no enquiry."""
    return json.loads((ENQUIRIES.parent / f"{name}.json").read_text())
