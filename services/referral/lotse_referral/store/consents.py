"""Consents as intake tells of them, in whatever order."""

from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.consents import Consent
from lotse_referral.store.tables import consent


async def load(tx: AsyncConnection, consent_id: UUID) -> Consent | None:
    """The consent, or None."""
    row = (await tx.execute(select(consent).where(consent.c.consent_id == consent_id))).mappings().one_or_none()
    return None if row is None else _read(row)


async def save(tx: AsyncConnection, held: Consent) -> None:
    """Write it, new or changed."""
    values = {
        "consent_id": held.consent_id,
        "person_id": held.person_id,
        "recipient": held.recipient,
        "version": held.version,
        "kind": held.kind,
        "codes": sorted(held.codes),
        "field_groups": sorted(held.field_groups),
        "withdrawn": held.withdrawn,
        "expired": held.expired,
    }
    place = insert(consent).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["consent_id"], set_=values))


async def of_person(tx: AsyncConnection, person_id: UUID) -> tuple[Consent, ...]:
    """All that she gave or withdrew."""
    rows = await tx.execute(select(consent).where(consent.c.person_id == person_id))
    return tuple(_read(row) for row in rows.mappings())


def _read(row: RowMapping) -> Consent:
    return Consent(**{**row, "codes": frozenset(row["codes"]), "field_groups": frozenset(row["field_groups"])})
