"""A frontend in Python: upload a photo, publish an enquiry until it is accepted, read its state and its answer.

    python enquiry.py ENDPOINTS.json PHOTO.jpg [--association NAME]

Needs `lotse-contracts[seal]` and `nats-py`, nothing else. ENDPOINTS.json is the file that `lotse up` writes.
"""

import argparse
import asyncio
import hashlib
import json
import secrets
import sys
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats
import nats.errors
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nats.aio.client import Client

from lotse_contracts.answers import ERROR_HEADER, REPLY_TO_HEADER, OrderAnswer, Problem
from lotse_contracts.envelope import Envelope, Question, envelope_of, pattern_of, subject_for, to_json
from lotse_contracts.intake import (
    AskConversation,
    AskEnquiryState,
    AskSealingKey,
    AttachmentClaim,
    ContactPoint,
    EnquiryAnswered,
    EnquiryContent,
    SubmitEnquiry,
)
from lotse_contracts.sealed import decode, encode, open_sealed, public_bytes, seal

FRONTEND = "web"  # our broker user; also what our orders' subjects end with
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
ASK_SECONDS = 5.0
PATIENCE_SECONDS = (2.0, 4.0, 8.0, 16.0, 30.0)  # for the business answer; the last one is repeated
UPLOAD_SECONDS = 60.0
LOOK_SECONDS = 5.0  # how often we look by ourselves whether there is an answer


class Refused(Exception):
    """The service said no; `problem` has a code, the names of fields, and texts in four languages."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


async def main() -> None:
    """Connect, ask for help, go."""
    args = arguments()
    place, photo = found(args), await asyncio.to_thread(Path(args.photo).read_bytes)
    client = await nats.connect(
        place["nats"],
        nkeys_seed=place["credentials"][FRONTEND],
        inbox_prefix=f"_INBOX_{FRONTEND}".encode(),  # the only inbox that our user may subscribe to
        max_reconnect_attempts=-1,
        error_cb=complain,
    )
    try:
        await ask_for_help(client, args.association, place, photo)
    finally:
        await client.close()


async def complain(fault: Exception) -> None:
    """What the broker denies reaches us here alone; whoever published only sees a time-out."""
    print("broker:", fault, file=sys.stderr, flush=True)


async def ask_for_help(client: Client, association: str, place: Mapping[str, Any], photo: bytes) -> None:
    """Publish, wait, read."""
    attachment = await asyncio.to_thread(upload, place["http"]["intake"], photo)
    key = await ask(client, association, AskSealingKey())
    receipt_code, pin = new_receipt_code(), f"{secrets.randbelow(10**6):06}"
    order = new_enquiry(receipt_code, pin, attachment, decode(key.public_key))
    print("enquiry:", order.enquiry_id, flush=True)

    await submit(client, association, order, receipt_code)
    print("accepted; receipt code:", receipt_code, "PIN:", pin, flush=True)

    state = await ask(client, association, AskEnquiryState(receipt_code=receipt_code))
    print("state:", state.state, flush=True)

    await until_answered(client, association, order, receipt_code)
    for by, text in await conversation(client, association, receipt_code, pin):
        print(f"{by}: {text}", flush=True)


def upload(intake: str, photo: bytes) -> AttachmentClaim:
    """Photos go over HTTP, before the enquiry; whoever holds the claim may attach the file, for one day."""
    request = urllib.request.Request(  # noqa: S310 - the address stands in our own endpoints.json
        f"{intake}/attachments", data=photo, headers={"Content-Type": "image/jpeg"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=UPLOAD_SECONDS) as answer:  # noqa: S310
        given = json.load(answer)
    return AttachmentClaim(attachment_id=given["attachment_id"], claim=given["claim"])


def new_receipt_code() -> str:
    """128 random bits. She keeps the code; we send only its digest."""
    number = secrets.randbits(128)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def new_enquiry(receipt_code: str, pin: str, attachment: AttachmentClaim, seal_key: bytes) -> SubmitEnquiry:
    """What she writes is sealed to intake, bound to this message type and this enquiry."""
    enquiry_id = uuid4()
    content = EnquiryContent(
        text="Добрий день! Отримала листа від Jobcenter і не розумію, що я маю зробити. Фото додаю.",
        name="Оксана",
        contact=ContactPoint(kind="email", value="oksana@example.org"),
        pin=pin,
    )
    plaintext = content.model_dump_json(exclude_none=True).encode()
    return SubmitEnquiry(
        frontend=FRONTEND,
        enquiry_id=enquiry_id,
        receipt_sha256=hashlib.sha256(receipt_code.encode()).hexdigest(),
        channel="web",
        language="uk",
        codes=("documents",),
        content=seal(plaintext, seal_key, type_name=SubmitEnquiry.type_name(), key=str(enquiry_id)),
        attachments=(attachment,),
        consent_to_contact=True,
        notice_version="2026-11",
    )


async def submit(client: Client, association: str, order: SubmitEnquiry, receipt_code: str) -> None:
    """Say it under one id until intake has committed it: stored by the broker is not accepted. Raises Refused."""
    order_id, inbox = uuid4(), f"_INBOX_{FRONTEND}.answer.{secrets.token_hex(12)}"
    envelope = envelope_of(order, id=order_id, association=association, sender=FRONTEND, time=datetime.now(UTC))
    headers = {
        REPLY_TO_HEADER: inbox,
        "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01",
    }
    answers = await client.subscribe(inbox)
    turn = 0
    while True:
        # The broker drops an id that it has stored, so a repetition gets a number; intake looks at the envelope's id.
        headers["Nats-Msg-Id"] = f"{order_id}.{turn}" if turn else str(order_id)
        try:
            stream = client.jetstream()
            await stream.publish(subject_for(order, association), to_json(envelope), headers=headers, timeout=5.0)
            turn += 1
        except (nats.errors.Error, TimeoutError):
            pass  # not stored; say it again under the same number
        try:
            raw = await answers.next_msg(timeout=PATIENCE_SECONDS[min(turn, len(PATIENCE_SECONDS) - 1)])
        except nats.errors.TimeoutError:
            if await known(client, association, receipt_code):
                break
            continue
        answer = OrderAnswer.model_validate_json(raw.data)
        if answer.problem is not None:
            raise Refused(answer.problem)
        break
    await answers.unsubscribe()


async def known(client: Client, association: str, receipt_code: str) -> bool:
    """Whether intake has it, should its answer have been lost on the way."""
    try:
        state = await ask(client, association, AskEnquiryState(receipt_code=receipt_code))
    except TimeoutError:
        return False
    return bool(state.known)


async def until_answered(client: Client, association: str, order: SubmitEnquiry, receipt_code: str) -> None:
    """A fact tells at once that an answer is there; facts are missed while we are away, so we also look."""
    facts = await client.subscribe(pattern_of(EnquiryAnswered, association))
    while not (await ask(client, association, AskEnquiryState(receipt_code=receipt_code))).answers:
        try:
            while True:
                raw = await facts.next_msg(timeout=LOOK_SECONDS)
                fact = Envelope[EnquiryAnswered].model_validate_json(raw.data).data
                if fact.enquiry_id == order.enquiry_id:
                    break
        except nats.errors.TimeoutError:
            continue
    await facts.unsubscribe()


async def conversation(client: Client, association: str, receipt_code: str, pin: str) -> list[tuple[str, str]]:
    """All that was written, oldest first; intake seals it to a key that only we have."""
    own = X25519PrivateKey.generate()
    question = AskConversation(receipt_code=receipt_code, pin=pin, reply_key=encode(public_bytes(own)))
    answer = await ask(client, association, question)
    bound = {"type_name": AskConversation.type_name(), "key": str(answer.enquiry_id)}
    return [(entry.by, open_sealed(entry.content, own, **bound).decode()) for entry in answer.entries]


async def ask(client: Client, association: str, question: Question) -> Any:
    """The answer. Raises Refused, or TimeoutError when nobody answers."""
    envelope = envelope_of(question, id=uuid4(), association=association, sender=FRONTEND, time=datetime.now(UTC))
    try:
        raw = await client.request(subject_for(question, association), to_json(envelope), timeout=ASK_SECONDS)
    except nats.errors.Error:
        raise TimeoutError(question.NAME) from None
    if raw.headers and ERROR_HEADER in raw.headers:
        raise Refused(Problem.model_validate_json(raw.data))
    return question.ANSWER.model_validate_json(raw.data)


def found(args: argparse.Namespace) -> Mapping[str, Any]:
    """Where the association listens, and where our key lies."""
    place: Mapping[str, Any] = json.loads(Path(args.endpoints).read_text())["associations"][args.association]
    return place


def arguments() -> argparse.Namespace:
    """What we are told."""
    parser = argparse.ArgumentParser(description="Publish an enquiry with a photo and wait for its answer.")
    parser.add_argument("endpoints", help="endpoints.json, as `lotse up` writes it")
    parser.add_argument("photo", help="a JPEG, such as a photo of a letter")
    parser.add_argument("--association", default="auslaenderrat")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
