"""Orders as the desk gives them: enquiries that staff record, letters, deadlines."""

import hashlib
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts import intake
from lotse_contracts.intake import ContactPoint, EnquiryContent, LetterReading, RecordEnquiry
from lotse_contracts.sealed import encode, open_sealed, public_bytes
from tests.intake.given import MAIL, NAME, PIN, TEXT, Intake, sealed_to


def recorded(here: Intake, *, code: str = "", **changed: Any) -> RecordEnquiry:
    """A phone note with canaries in it; keywords change the order or what is sealed inside."""
    inside: dict[str, Any] = {"text": TEXT, "name": NAME, "contact": ContactPoint(kind="email", value=MAIL)}
    inside |= {"pin": PIN} if code else {}
    inside |= {name: changed.pop(name) for name in list(changed) if name in EnquiryContent.model_fields}
    enquiry_id = changed.pop("enquiry_id", uuid4())
    order: dict[str, Any] = {
        "enquiry_id": enquiry_id,
        "channel": "phone",
        "language": "uk",
        "codes": ("documents",),
        "content": sealed_to(here.seal_key, EnquiryContent(**inside), RecordEnquiry, str(enquiry_id)),
        "receipt_sha256": hashlib.sha256(code.encode()).hexdigest() if code else None,
        "consent_to_contact": True,
        "notice_version": "2026-11",
    }
    return RecordEnquiry(**{**order, **changed})


def nothing(**more: Any) -> dict[str, Any]:
    """Somebody who says no name and gives no contact."""
    return {"name": "", "contact": ContactPoint(kind="none"), **more}


async def seen(here: Intake, enquiry_id: UUID) -> tuple[Any, list[str], LetterReading | None]:
    """What a counsellor reads: the answer, the texts, the letter."""
    reader = X25519PrivateKey.generate()
    question = intake.AskEnquiry(enquiry_id=enquiry_id, reply_key=encode(public_bytes(reader)), purpose="counselling")
    answer = await here.ask(question)
    type_name, key = intake.AskEnquiry.type_name(), str(enquiry_id)
    texts = [open_sealed(one.content, reader, type_name=type_name, key=key).decode() for one in answer.entries]
    letter = open_sealed(answer.letter, reader, type_name=type_name, key=key) if answer.letter else None
    return answer, texts, LetterReading.model_validate_json(letter) if letter else None
