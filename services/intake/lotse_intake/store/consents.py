"""Consents, their proofs and their ends: a history that is only ever added to."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, exists, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.consent_texts import ConsentText
from lotse_intake.domain.consents import Consent
from lotse_intake.store.tables import consent, consent_withdrawal
from lotse_intake.store.tables.consenting import consent_expiry, consent_proof, consent_text

CONSENTS_MAX = 200  # of one human being that are looked at; an answer holds no more

_IS_PROVED = exists().where(consent_proof.c.consent_id == consent.c.consent_id)
_EXPIRIES = (
    select(func.count()).where(consent_expiry.c.consent_id == consent.c.consent_id).correlate(consent).scalar_subquery()
)
_VERSION = (
    literal(1)
    + case((_IS_PROVED, 1), else_=0)
    + _EXPIRIES
    + case((consent_withdrawal.c.withdrawn_at.is_not(None), 1), else_=0)
)
"""One more for each of its facts: given, proved, expired, withdrawn."""
_WITH_END = select(
    consent, consent_withdrawal.c.withdrawn_at, _IS_PROVED.label("is_proved"), _VERSION.label("version")
).outerjoin(consent_withdrawal)


async def give(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Record a consent; False if this id is known."""
    new = insert(consent).values(row).on_conflict_do_nothing().returning(consent.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def withdraw(tx: AsyncConnection, consent_id: UUID, at: datetime, by: str) -> bool:
    """Record that a consent ended; False if it had."""
    row = insert(consent_withdrawal).values(consent_id=consent_id, withdrawn_at=at, withdrawn_by=by)
    new = row.on_conflict_do_nothing().returning(consent_withdrawal.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def prove(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Keep the hash of a scan; False if this scan is known."""
    new = insert(consent_proof).values(row).on_conflict_do_nothing().returning(consent_proof.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def expire(tx: AsyncConnection, consent_id: UUID, reason: str, at: datetime) -> bool:
    """Note that an end was said; False if it had been."""
    row = insert(consent_expiry).values(consent_id=consent_id, reason=reason, expired_at=at)
    new = row.on_conflict_do_nothing().returning(consent_expiry.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, consent_id: UUID) -> Row[Any] | None:
    """A consent with its proof, the time of its withdrawal, if any, and its version."""
    return (await tx.execute(_WITH_END.where(consent.c.consent_id == consent_id))).one_or_none()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """All consents of a record, oldest first."""
    return await of_records(tx, [person_id])


async def of_records(tx: AsyncConnection, person_ids: Iterable[UUID]) -> Sequence[Row[Any]]:
    """All consents of a person who may be several records, oldest first."""
    hers = _WITH_END.where(consent.c.person_id.in_(list(person_ids)))
    return (await tx.execute(hers.order_by(consent.c.given_at, consent.c.consent_id))).all()


async def proofs_of(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """The scans that prove a record's consents, by their hashes."""
    query = select(consent_proof).join(consent).where(consent.c.person_id == person_id)
    return (await tx.execute(query.order_by(consent_proof.c.attached_at))).all()


async def is_given(tx: AsyncConnection, person_ids: Iterable[UUID], kind: str, now: datetime) -> bool:
    """Whether a consent of this kind is valid now, such as the one to keep what reveals health or origin."""
    rows = await of_records(tx, person_ids)
    return any(row.kind == kind and as_consent(row).is_valid(now) for row in rows)


async def pin_text(tx: AsyncConnection, text: ConsentText, at: datetime) -> bool:
    """Note that somebody agreed to this version; False if it read differently when it was first used here."""
    row = {
        "kind": text.kind,
        "version": text.version,
        "valid_from": text.valid_from,
        "text_sha256": text.digest,
        "first_used_at": at,
    }
    await tx.execute(insert(consent_text).values(row).on_conflict_do_nothing())
    return text.digest == (await used_texts(tx)).get((text.kind, text.version))


async def used_texts(tx: AsyncConnection) -> dict[tuple[str, str], str]:
    """The digest of every version that was used here, by kind and version."""
    rows = (await tx.execute(select(consent_text))).all()
    return {(row.kind, row.version): row.text_sha256 for row in rows}


def as_consent(row: Row[Any]) -> Consent:
    """What the guard decides on."""
    return Consent(
        person_id=str(row.person_id),
        kind=row.kind,
        recipient=row.recipient,
        purpose=row.purpose,
        codes=frozenset(row.codes),
        field_groups=frozenset(row.field_groups),
        method=row.method,
        given_at=row.given_at,
        valid_to=row.valid_to,
        withdrawn_at=row.withdrawn_at,
        pending_until=row.pending_until,
        is_proved=row.is_proved,
        health_ticked=row.health_ticked,
        grantor=row.grantor,
        guardian_id=str(row.guardian_id) if row.guardian_id else None,
        capacity=row.capacity,
    )
