"""Consents and their withdrawals: a history that is only ever added to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.domain.release import Consent
from lotse_intake.store.tables import consent, consent_withdrawal

_WITH_END = select(consent, consent_withdrawal.c.withdrawn_at).outerjoin(consent_withdrawal)


async def give(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Record a consent; False if this id is known."""
    new = insert(consent).values(row).on_conflict_do_nothing().returning(consent.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def withdraw(tx: AsyncConnection, consent_id: UUID, at: datetime, by: str) -> bool:
    """Record that a consent ended; False if it had."""
    row = insert(consent_withdrawal).values(consent_id=consent_id, withdrawn_at=at, withdrawn_by=by)
    new = row.on_conflict_do_nothing().returning(consent_withdrawal.c.consent_id)
    return (await tx.execute(new)).first() is not None


async def get(tx: AsyncConnection, consent_id: UUID) -> Row[Any] | None:
    """A consent with the time of its withdrawal, if any."""
    return (await tx.execute(_WITH_END.where(consent.c.consent_id == consent_id))).one_or_none()


async def of_person(tx: AsyncConnection, person_id: UUID) -> Sequence[Row[Any]]:
    """All consents of a person."""
    return (await tx.execute(_WITH_END.where(consent.c.person_id == person_id).order_by(consent.c.given_at))).all()


def as_consent(row: Row[Any]) -> Consent:
    """What the guard decides on."""
    return Consent(
        person_id=str(row.person_id),
        kind=row.kind,
        recipient=row.recipient,
        codes=frozenset(row.codes),
        field_groups=frozenset(row.field_groups),
        given_at=row.given_at,
        valid_to=row.valid_to,
        withdrawn_at=row.withdrawn_at,
    )
