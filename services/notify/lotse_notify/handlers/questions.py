"""What notify answers besides the desk: which key to seal to, and what it holds about a person."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.notify import AskPersonData, AskSealingKey
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.sealed import CannotOpen, decode, encode, key_id, seal
from lotse_notify.handlers.orders import ADDRESS, Book
from lotse_notify.store import records

SHOWN = {
    "contact": ("version", "said_at", "languages", "consented", "safe"),
    "contact_point": (
        *("channel", "position", "by_person", "hindrance", "detail", "shared", "hours"),
        *("said_at", "dead_because", "dead_at"),
    ),
    "channel_stop": ("channel", "opted_out_at", "opted_in_at", "refused_at", "allowed_at"),
    "preference": ("category", "choice", "chosen_at"),
    "own_choice": ("at", "choice", "about", "through"),
    "notification": ("template", "asked_at", "useful_by", "state", "because", "channel", "language", "ended_at"),
    "send_attempt": ("provider", "state", "reason", "started_at", "ended_at"),
    "receipt": ("provider", "says", "code", "received_at"),
    "appointment": ("appointment_id", "version", "starts_at", "cancelled"),
    "call": ("appointment_id", "until", "reason", "said_at", "ended_at"),
    "decision": ("at", "decision", "because"),
    "service_mail": ("address", "sender", "until", "state", "reason", "created_at", "ended_at"),
}


async def sealing_key(
    question: AskSealingKey, context: Context, tx: AsyncConnection, *, book: Book
) -> SealingKeyAnswer:
    """The public half of our key."""
    del question, tx
    public = book.ring.public(context.now)
    return SealingKeyAnswer(kid=key_id(public), public_key=encode(public))


async def person_data(
    question: AskPersonData, context: Context, tx: AsyncConnection, *, book: Book
) -> PersonDataAnswer:
    """Sealed to whoever asked, and written into the access log. Raises Refused if that key is none."""
    held = await records.held_about(tx, question.person_id)
    if not any(held.values()):
        return PersonDataAnswer(held=False)
    seen = await accesslog.seen(tx, str(question.person_id))
    whole = {**_document(held, question.person_id, book.keys), "seen_by": seen}
    document = json.dumps(whole, ensure_ascii=False).encode()
    name = AskPersonData.type_name()
    try:
        content = seal(document, decode(question.reply_key), type_name=name, key=str(question.person_id))
    except CannotOpen:
        raise Refused("reply_key_unusable", fields=("reply_key",)) from None
    await accesslog.record(
        tx, context, action="read", object_kind="person", object_id=str(question.person_id), purpose="person_data"
    )
    return PersonDataAnswer(held=True, content=content)


def _document(held: Mapping[str, Sequence[Mapping[str, Any]]], person_id: UUID, keys: PersonKeys) -> dict[str, Any]:
    document: dict[str, Any] = {"service": "notify", "person_id": str(person_id)}
    for table, columns in SHOWN.items():
        document[table] = [{column: _plain(row[column]) for column in columns} for row in held[table]]
    for shown, row in zip(document["contact_point"], held["contact_point"], strict=True):
        shown["address"] = _address(row["address"], person_id, keys)
    return document


def _address(encrypted: bytes | None, person_id: UUID, keys: PersonKeys) -> str | None:
    if encrypted is None:
        return None
    try:
        return keys.decrypt(person_id, ADDRESS, encrypted).decode()
    except (KeyDestroyed, KeyUnknown, CannotDecrypt):
        return None


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | list | type(None)) else str(value)
