"""Enquiries over HTTP: a thin frontend before the same handlers that the broker's messages reach."""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from fastapi import APIRouter, Depends, Header, Path, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_chassis.limits import Limit
from lotse_chassis.service import Service
from lotse_contracts.envelope import Message, Part, Sealed
from lotse_contracts.intake import (
    AdditionContent,
    AddToEnquiry,
    AskConversation,
    AskEnquiryState,
    EmergencyRaised,
    EnquiryContent,
    SubmitEnquiry,
)
from lotse_contracts.sealed import encode, open_sealed, public_bytes, seal
from lotse_intake.domain.receipts import derived
from lotse_intake.handlers import arrivals, conversations, questions
from lotse_intake.http.bodies import Added, Addition, Conversation, NewEnquiry, PinGiven, Receipt, Said, State
from lotse_intake.http.helping import shown_in
from lotse_intake.http.routes import route_class
from lotse_intake.providers.office import Office
from lotse_intake.settings import IntakeSettings
from lotse_intake.store import enquiries

FRONTEND = "http"
CODE_CHARACTERS_MAX = 40  # people write it with spaces and hyphens

IdempotencyKey = Annotated[
    str, Header(alias="Idempotency-Key", min_length=16, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")
]
CodeInPath = Annotated[str, Path(max_length=CODE_CHARACTERS_MAX)]

_CODE = re.compile(r"[0-9A-Z]{26}")


def router(service: Service, office: Office, settings: IntakeSettings) -> APIRouter:
    """The routes of enquiries."""
    routes = APIRouter(route_class=route_class(service.problems), tags=["enquiries"])
    write = Depends(Limit(settings.enquiries_per_minute, settings.trusted_proxies))
    read = Depends(Limit(settings.reads_per_minute, settings.trusted_proxies))
    secret = _idempotency_secret(office)

    @routes.post("/enquiries", status_code=201, dependencies=[write])
    async def submit(body: NewEnquiry, key: IdempotencyKey, response: Response) -> Receipt:
        """Ask for help. The same Idempotency-Key is the same enquiry, however often it is sent."""
        order, code = _order(office, body, key, secret)
        async with service.unit() as unit:
            said = await arrivals.submit_enquiry(office, order, unit.context, unit.tx)
            unit.say(*said)
            urgent = is_emergency(said) or (not said and await _was_emergency(unit.tx, order.enquiry_id))
        if not said:
            response.status_code = 200
        shown = shown_in(order.language) if urgent else None
        return Receipt(enquiry_id=order.enquiry_id, receipt_code=code, repeated=not said, help=shown)

    @routes.get("/enquiries/{code}", dependencies=[read])
    async def state(code: CodeInPath) -> State:
        """How far it is, by receipt code."""
        async with service.unit() as unit:
            question = AskEnquiryState(receipt_code=code_of(code))
            found = await questions.enquiry_state(question, unit.context, unit.tx)
        if not found.known or found.state is None or found.updated_at is None:
            raise Refused("unknown_enquiry")
        return State(state=found.state, answers=found.answers, updated_at=found.updated_at)

    @routes.post("/enquiries/{code}/conversation", dependencies=[read])
    async def conversation(code: CodeInPath, body: PinGiven) -> Conversation:
        """Read with the PIN; a POST, since what GET asks stands in logs and histories."""
        return await _conversation(service, office, code_of(code), body.pin)

    @routes.post("/enquiries/{code}/additions", dependencies=[write])
    async def add(code: CodeInPath, body: Addition) -> Added:
        """Write again, with the PIN."""
        async with service.unit() as unit:
            digest = await enquiries.digest_of_code(unit.tx, code_of(code))
            if digest is None:
                raise Refused("unknown_enquiry")
            order = _addition(office, digest, body)
            said = await conversations.add_to_enquiry(office, order, unit.context, unit.tx)
            unit.say(*said)
            row = await enquiries.by_receipt(unit.tx, digest)
        return Added(help=shown_in(row.language) if row is not None and is_emergency(said) else None)

    return routes


def is_emergency(said: Sequence[Message]) -> bool:
    """Whether what follows from an order says that she may be in danger."""
    return any(isinstance(message, EmergencyRaised) for message in said)


async def _was_emergency(tx: AsyncConnection, enquiry_id: UUID) -> bool:
    """Whether the enquiry that is here already was one: whoever sends it again is shown the help again."""
    row = await enquiries.by_id(tx, enquiry_id)
    return row is not None and not row.frozen and row.urgency == "emergency"


def _idempotency_secret(office: Office) -> bytes:
    """What ids and codes are derived with; it follows from the private key, so nothing more has to be kept."""
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"lotse.idempotency.v1")
    return derivation.derive(office.seal_key.private_bytes_raw())


def _order(office: Office, body: NewEnquiry, key: str, secret: bytes) -> tuple[SubmitEnquiry, str]:
    """The order that this request is, and the receipt code."""
    derived_id, derived_code = derived(secret, key)
    enquiry_id, code = body.enquiry_id or derived_id, body.receipt_code or derived_code
    content = EnquiryContent(text=body.text, name=body.name, contact=body.contact, pin=body.pin)
    shared = body.model_dump(include=set(SubmitEnquiry.model_fields) - {"enquiry_id", "content"})
    order = SubmitEnquiry.model_validate(
        {
            **shared,
            "frontend": FRONTEND,
            "enquiry_id": enquiry_id,
            "receipt_sha256": sha256(code.encode()).hexdigest(),
            "content": _sealed(office, content, SubmitEnquiry.type_name(), str(enquiry_id)).model_dump(),
        }
    )
    return order, code


def _addition(office: Office, digest: str, body: Addition) -> AddToEnquiry:
    content = AdditionContent(text=body.text, pin=body.pin)
    return AddToEnquiry(
        frontend=FRONTEND,
        receipt_sha256=digest,
        content=_sealed(office, content, AddToEnquiry.type_name(), digest),
        attachments=body.attachments,
    )


async def _conversation(service: Service, office: Office, code: str, pin: str) -> Conversation:
    reader = X25519PrivateKey.generate()
    question = AskConversation(receipt_code=code, pin=pin, reply_key=encode(public_bytes(reader)))
    async with service.unit() as unit:
        answer = await questions.conversation(office, question, unit.context, unit.tx)
    type_name, key = AskConversation.type_name(), str(answer.enquiry_id)
    return Conversation(
        entries=tuple(
            Said(
                by=entry.by,
                at=entry.at,
                text=open_sealed(entry.content, reader, type_name=type_name, key=key).decode(),
            )
            for entry in answer.entries
        )
    )


def _sealed(office: Office, content: Part, type_name: str, key: str) -> Sealed:
    plaintext = content.model_dump_json().encode()
    return seal(plaintext, office.ring.public(office.now()), type_name=type_name, key=key)


def code_of(given: str) -> str:
    """The receipt code as it was given out. Raises Refused if it cannot be one."""
    code = given.upper().replace("-", "").replace(" ", "")
    if _CODE.fullmatch(code) is None:
        raise Refused("unknown_enquiry")
    return code
