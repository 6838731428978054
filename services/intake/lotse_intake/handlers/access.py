"""Access (Art. 15, 20 GDPR): a question fans out to all services and becomes two documents, sealed to the asker."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import accesslog
from lotse_chassis.asking import AskFailed, AskTimedOut
from lotse_chassis.context import Context, Credential
from lotse_chassis.faults import Refused
from lotse_contracts import ledger, notify, referral
from lotse_contracts.envelope import Sealed
from lotse_contracts.intake import (
    AccessPart,
    AccessRecipient,
    AccessSeen,
    AccessWithheld,
    AskSubjectAccess,
    MissingPart,
    SubjectAccessAnswer,
    SubjectAccessDocument,
)
from lotse_contracts.person import PersonDataAnswer, PersonDataQuestion
from lotse_contracts.sealed import CannotOpen, decode, encode, open_sealed, public_bytes, seal
from lotse_contracts.values import RecipientLanguage
from lotse_intake.domain.contacts import recipient_languages
from lotse_intake.domain.retention import keeping
from lotse_intake.handlers import seen_by, subject_access
from lotse_intake.pages.access import AUTHORITY, PURPOSES, page_of
from lotse_intake.providers.office import Office
from lotse_intake.store import persons, rights
from lotse_intake.store.merges import group_of

ASKED: tuple[type[PersonDataQuestion], ...] = (referral.AskPersonData, notify.AskPersonData, ledger.AskPersonData)
PART_SECONDS = 1.2  # whoever asks us waits two seconds by default; a part that takes longer is named as missing
PARTS_AT_ONCE = 8
DOCUMENTS_BYTES_MAX = 180_000  # of both together; as base64 inside an answer they must fit the broker's limit

Ask = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Documents:
    """The whole, for machines and for her; `missing` names what could not be had."""

    json_bytes: bytes
    html: str
    missing: tuple[MissingPart, ...]


async def answer_access(
    office: Office, ask: Ask, question: AskSubjectAccess, context: Context, tx: AsyncConnection
) -> SubjectAccessAnswer:
    """Both documents sealed to the asker's key, or the word that they are to be fetched over HTTP."""
    made = await documents(
        office, ask, question.person_id, context, tx, language=question.language, withheld=question.withheld
    )
    if made is None:
        return SubjectAccessAnswer(held=False)
    html = made.html.encode()
    if len(made.json_bytes) + len(html) > DOCUMENTS_BYTES_MAX:
        return SubjectAccessAnswer(held=True, missing=made.missing, over_http=True)
    key = str(question.person_id)
    return SubjectAccessAnswer(
        held=True,
        missing=made.missing,
        json_document=_sealed(made.json_bytes, question.reply_key, key),
        html_document=_sealed(html, question.reply_key, key),
    )


async def documents(
    office: Office,
    ask: Ask,
    person_id: UUID,
    context: Context,
    tx: AsyncConnection,
    *,
    language: RecipientLanguage | None = None,
    withheld: Sequence[str] = (),
) -> Documents | None:
    """None where nobody is known; whoever is being erased has no record to give any more, and looks the same."""
    person = await persons.get(tx, person_id)
    if person is None:
        return None
    group = await group_of(tx, person_id)
    for member in group:
        await accesslog.record(
            tx, context, action="read", object_kind="person", object_id=str(member), purpose="subject_access"
        )
    own, held_back = await _own(office, group, frozenset(withheld), tx)
    parts = (*own, *await _others(ask, group, context.credential))
    seen = (await seen_by.answer_of(tx, person_id)).entries
    document = SubjectAccessDocument(
        association=office.association,
        person_id=person_id,
        records=group,
        language=language or recipient_languages(tuple(person.languages))[0],
        made_at=context.now,
        purposes=PURPOSES,
        parts=parts,
        recipients=await _recipients(group, tx),
        seen_by=tuple(AccessSeen.model_validate(entry.model_dump()) for entry in seen),
        keeping=keeping(office.retention),
        withheld=tuple(held_back),
        source_of_data=("person", "counsellor", *(("partner",) if person.referral_id else ())),
        supervisory_authority=AUTHORITY,
    )
    return Documents(document.model_dump_json(by_alias=True).encode(), page_of(document), _missing(parts))


async def _own(
    office: Office, group: Sequence[UUID], withheld: frozenset[str], tx: AsyncConnection
) -> tuple[list[AccessPart], list[AccessWithheld]]:
    """Intake's own parts, one for each record, and what is not shown of them."""
    own: list[AccessPart] = []
    held_back: list[AccessWithheld] = []
    for member in group:
        part = await subject_access.own_part(office, tx, member, group, withheld)
        held_back += part.withheld
        content = json.loads(json.dumps(subject_access.document_of(member, part), default=str))
        own.append(AccessPart(service="intake", person_id=member, state="held", content=content))
    return own, held_back


async def _recipients(group: Sequence[UUID], tx: AsyncConnection) -> tuple[AccessRecipient, ...]:
    """Whoever received fields with a referral, or her case when the project ended."""
    referred = [
        AccessRecipient(
            recipient=row.recipient,
            referral_id=row.referral_id,
            consent_id=row.consent_id,
            field_groups=tuple(row.field_groups),
            at=row.released_at,
        )
        for row in await rights.releases_of(tx, group)
    ]
    handed_over = [
        AccessRecipient(
            recipient=row.recipient,
            consent_id=row.consent_id,
            field_groups=tuple(row.field_groups or ()),
            at=row.packaged_at,
        )
        for row in await rights.handovers_of(tx, group)
    ]
    return (*referred, *handed_over)


def _missing(parts: Sequence[AccessPart]) -> tuple[MissingPart, ...]:
    return tuple(
        MissingPart(service=part.service, reason=part.reason or "internal") for part in parts if part.state == "missing"
    )


async def _others(ask: Ask, group: Sequence[UUID], credential: Credential | None) -> list[AccessPart]:
    """Every other service about every record, at once; each has its own limit of time."""
    room = asyncio.Semaphore(PARTS_AT_ONCE)

    async def one(kind: type[PersonDataQuestion], person_id: UUID) -> AccessPart:
        async with room:
            return await _part(ask, kind, person_id, credential)

    return list(await asyncio.gather(*(one(kind, person_id) for kind in ASKED for person_id in group)))


async def _part(ask: Ask, kind: type[PersonDataQuestion], person_id: UUID, credential: Credential | None) -> AccessPart:
    """What a service answers, opened with a key that lives as long as the question; or why there is nothing."""
    reader = X25519PrivateKey.generate()
    question = kind(person_id=person_id, reply_key=encode(public_bytes(reader)))
    try:
        answer: PersonDataAnswer = await ask(question, on_behalf=credential, timeout_seconds=PART_SECONDS)
        if answer.content is None:
            return AccessPart(service=kind.SERVICE, person_id=person_id, state="nothing")
        opened = open_sealed(answer.content, reader, type_name=kind.type_name(), key=str(person_id))
        content: dict[str, Any] = json.loads(opened)
    except AskTimedOut:
        return AccessPart(service=kind.SERVICE, person_id=person_id, state="missing", reason="timed_out")
    except AskFailed as fault:
        return AccessPart(service=kind.SERVICE, person_id=person_id, state="missing", reason=fault.code)
    except (CannotOpen, ValueError):
        return AccessPart(service=kind.SERVICE, person_id=person_id, state="missing", reason="unreadable")
    return AccessPart(service=kind.SERVICE, person_id=person_id, state="held", content=content)


def _sealed(content: bytes, reply_key: str, key: str) -> Sealed:
    try:
        return seal(content, decode(reply_key), type_name=AskSubjectAccess.type_name(), key=key)
    except CannotOpen:
        raise Refused("bad_reply_key", fields=("reply_key",)) from None
