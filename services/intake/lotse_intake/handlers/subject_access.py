"""Intake's part of what is held about a person (Art. 15, 20 GDPR), as one JSON object sealed to whoever asked."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.intake import AskPersonData
from lotse_contracts.person import PersonDataAnswer
from lotse_contracts.sealed import CannotOpen, decode, seal
from lotse_intake.providers.content import decrypted, decrypted_fields, letter_of, said_in
from lotse_intake.providers.office import Office
from lotse_intake.store import attachments, concerns, consents, contacts, enquiries, looks, persons

ANSWER_BYTES_MAX = 180_000  # as base64 inside an envelope it must fit the broker's limit; nothing is left out silently


async def person_data(
    office: Office, question: AskPersonData, context: Context, tx: AsyncConnection
) -> PersonDataAnswer:
    """Everything, and who has seen it; nothing of anybody else."""
    person = await persons.get(tx, question.person_id)
    if person is None:
        return PersonDataAnswer(held=False)
    key = str(question.person_id)
    await accesslog.record(tx, context, action="read", object_kind="person", object_id=key, purpose="subject_access")
    told = [await _enquiry(office, tx, row) for row in await enquiries.of_person(tx, question.person_id)]
    whole = {
        "person": _person(office, person),
        "enquiries": told,
        "concerns": [_plain(row, "version") for row in await concerns.of_person(tx, question.person_id)],
        "consents": [_plain(row) for row in await consents.of_person(tx, question.person_id)],
        "contacts": [_plain(row) for row in await contacts.of_person(tx, question.person_id)],
        "seen_by": [
            _plain(look, "id") for look in await looks.at(tx, [key, *(enquiry["enquiry_id"] for enquiry in told)])
        ],
    }
    content = json.dumps(whole, default=str, ensure_ascii=False).encode()
    if len(content) > ANSWER_BYTES_MAX:
        raise Refused("too_large", fields=("person_id",))
    try:
        receiver = decode(question.reply_key)
        sealed = seal(content, receiver, type_name=AskPersonData.type_name(), key=key)
    except CannotOpen:
        raise Refused("bad_reply_key", fields=("reply_key",)) from None
    return PersonDataAnswer(held=True, content=sealed)


def _person(office: Office, person: Row[Any]) -> dict[str, Any]:
    fields = decrypted_fields(office.keys, person.person_id, person.fields)
    return {**_plain(person, "fields"), "fields": fields.model_dump(mode="json", exclude_none=True)}


async def _enquiry(office: Office, tx: AsyncConnection, row: Row[Any]) -> dict[str, Any]:
    def read(context: str, stored: bytes) -> str:
        return decrypted(office.keys, row.person_id, context, stored).decode()

    said = await enquiries.conversation(tx, row.enquiry_id)
    files = await attachments.of_enquiry(tx, row.enquiry_id)
    return {
        **_plain(row, "pin_hash", "letter", "receipt_sha256"),
        "letter": json.loads(read(letter_of(row.enquiry_id), row.letter)) if row.letter else None,
        "conversation": [
            {"by": one.said_by, "at": one.at, "text": read(said_in(row.enquiry_id), one.content)} for one in said
        ],
        "attachments": [_plain(file, "claim_sha256") for file in files],
    }


def _plain(row: Row[Any], *without: str) -> dict[str, Any]:
    """A row as JSON can say it."""
    return {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's own name
        if name not in without
    }
