"""What a person and the desk do at a running house, through frontends with rights of their own."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from lotse_contracts.intake import (
    AskConversation,
    AskSealingKey,
    BeginErasure,
    EnquiryContent,
    SubmitEnquiry,
)
from lotse_contracts.sealed import decode, encode, open_sealed, public_bytes, seal
from lotse_local.demo.frontend import Frontend, connected
from lotse_local.demo.houses import House as Association
from lotse_local.demo.houses import house_of
from tests.e2e.house import House

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS = 26


@dataclass(frozen=True)
class Asker:
    """Somebody who asks for help, and what only she knows."""

    text: str
    pin: str = "482913"
    enquiry_id: UUID = field(default_factory=uuid4)
    code: str = field(default_factory=lambda: "".join(secrets.choice(CROCKFORD) for _ in range(CODE_CHARACTERS)))

    @property
    def receipt_sha256(self) -> str:
        return hashlib.sha256(self.code.encode()).hexdigest()


def association(house: House, name: str) -> Association:
    return house_of(house.data, name, house.endpoints())


@asynccontextmanager
async def frontend(house: House, name: str, user: str, role: str = "") -> AsyncIterator[Frontend]:
    at = association(house, name)
    async with connected(at.desk(user), token=at.token("tester", role) if role else None) as one:
        yield one


async def submit(web: Frontend, asker: Asker) -> None:
    """Until intake has committed it."""
    answer = await web.order(await enquiry_of(web, asker))
    assert answer.accepted, answer.problem


async def enquiry_of(web: Frontend, asker: Asker) -> SubmitEnquiry:
    key: Any = await web.ask(AskSealingKey())
    plain = EnquiryContent(text=asker.text, name="Олена Гриневич", pin=asker.pin).model_dump_json().encode()
    return SubmitEnquiry(
        frontend=web.desk.user,
        enquiry_id=asker.enquiry_id,
        receipt_sha256=asker.receipt_sha256,
        channel="web",
        language="uk",
        codes=(),
        content=seal(plain, decode(key.public_key), type_name=SubmitEnquiry.type_name(), key=str(asker.enquiry_id)),
        consent_to_contact=False,
        notice_version="v1",
    )


async def read(web: Frontend, asker: Asker) -> list[str]:
    """What she reads by code and PIN. Raises AskRefused."""
    private = X25519PrivateKey.generate()
    question = AskConversation(receipt_code=asker.code, pin=asker.pin, reply_key=encode(public_bytes(private)))
    answer = await web.ask(question)
    name, key = AskConversation.type_name(), str(asker.enquiry_id)
    return [open_sealed(entry.content, private, type_name=name, key=key).decode() for entry in answer.entries]


async def erase(desk: Frontend, person_id: UUID) -> None:
    answer = await desk.order(BeginErasure(person_id=person_id))
    assert answer.accepted, answer.problem
