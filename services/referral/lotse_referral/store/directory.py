"""What the directory is asked: what matching sees, and what a counsellor or a person reads about a service."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.offers import Offer
from lotse_referral.store.tables import location, service, service_extension

SERVICES_NAMED_MAX = 200

_OFFERS = text("""
SELECT s.id, s.status, s.minimum_age, s.assured_date, e.valid_to, e.assurance, e.capacity, e.interpreter,
       e.appointment_only, e.for_institutions, e.confidential_location,
       (SELECT t.code FROM attribute a JOIN taxonomy_term t ON t.id = a.taxonomy_term_id
        WHERE a.link_id = s.id AND a.main) AS primary_code,
       ARRAY(SELECT t.code FROM attribute a JOIN taxonomy_term t ON t.id = a.taxonomy_term_id
             WHERE a.link_id = s.id) AS codes,
       ARRAY(SELECT l.code FROM language l WHERE l.service_id = s.id AND NOT l.doubtful) AS spoken,
       ARRAY(SELECT l.code FROM language l WHERE l.service_id = s.id AND l.doubtful) AS doubtful,
       EXISTS (SELECT 1 FROM phone p WHERE p.service_id = s.id) AS phone_known,
       EXISTS (SELECT 1 FROM service_area a WHERE a.service_id = s.id) AS limited_area,
       EXISTS (SELECT 1 FROM service_at_location at JOIN address a USING (location_id)
               WHERE at.service_id = s.id) AS address_known
FROM service s JOIN service_extension e ON e.service_id = s.id
""")

_NAMED = text("""
SELECT s.id, s.name, o.name AS organization, s.description, s.url, s.email, s.status, s.assured_date,
       e.association, e.valid_to, e.appointment_only, e.confidential_location, e.address_text, e.interpreter,
       (SELECT p.number FROM phone p WHERE p.service_id = s.id ORDER BY p.id LIMIT 1) AS phone,
       ARRAY(SELECT l.code FROM language l WHERE l.service_id = s.id AND NOT l.doubtful ORDER BY l.code) AS spoken,
       ARRAY(SELECT l.code FROM language l WHERE l.service_id = s.id AND l.doubtful ORDER BY l.code) AS doubtful
FROM service s JOIN organization o ON o.id = s.organization_id JOIN service_extension e ON e.service_id = s.id
WHERE s.id IN :ids
""").bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True)
class NamedService:
    """What may be shown of a service; the address of a secret place is not among it."""

    service_id: UUID
    name: str
    organization: str
    description: str | None
    url: str | None
    email: str | None
    active: bool
    assured_on: date | None
    association: str | None
    valid_to: date | None
    appointment_only: bool
    confidential: bool
    address: str | None
    interpreter: bool
    phone: str | None
    spoken: tuple[str, ...]
    doubtful: tuple[str, ...]


async def offers(tx: AsyncConnection) -> tuple[Offer, ...]:
    """The whole directory as matching sees it."""
    return tuple(_offer(row) for row in await tx.execute(_OFFERS))


async def named(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, NamedService]:
    """These services by id; what is not in the directory is left out."""
    if not ids:
        return {}
    rows = await tx.execute(_NAMED, {"ids": list(ids)[:SERVICES_NAMED_MAX]})
    return {row.id: _named(row) for row in rows}


async def one(tx: AsyncConnection, service_id: UUID) -> NamedService | None:
    """One service, or None."""
    return (await named(tx, (service_id,))).get(service_id)


async def association_of(tx: AsyncConnection, service_id: UUID) -> str | None:
    """Which association runs this service, if one does and it is in the directory."""
    found = select(service_extension.c.association).join(service, service.c.id == service_extension.c.service_id)
    association: str | None = (await tx.execute(found.where(service.c.id == service_id))).scalar_one_or_none()
    return association


async def place_known(tx: AsyncConnection, location_id: UUID) -> bool:
    """Whether the directory has this location."""
    return (await tx.execute(select(location.c.id).where(location.c.id == location_id))).first() is not None


def _offer(row: Row[Any]) -> Offer:
    return Offer(
        service_id=row.id,
        primary_code=row.primary_code or "",
        codes=frozenset(row.codes),
        spoken=frozenset(row.spoken),
        doubtful=frozenset(row.doubtful),
        interpreter=row.interpreter,
        capacity=row.capacity,
        active=row.status == "active",
        valid_to=row.valid_to,
        confidential=row.confidential_location,
        assured_on=row.assured_date,
        assurance=row.assurance,
        minimum_age=row.minimum_age,
        appointment_only=row.appointment_only,
        for_institutions=row.for_institutions,
        address_known=row.address_known,
        phone_known=row.phone_known,
        limited_area=row.limited_area,
    )


def _named(row: Row[Any]) -> NamedService:
    return NamedService(
        service_id=row.id,
        name=row.name,
        organization=row.organization,
        description=row.description,
        url=row.url,
        email=row.email,
        active=row.status == "active",
        assured_on=row.assured_date,
        association=row.association,
        valid_to=row.valid_to,
        appointment_only=row.appointment_only,
        confidential=row.confidential_location,
        address=None if row.confidential_location else row.address_text,
        interpreter=row.interpreter,
        phone=row.phone,
        spoken=tuple(row.spoken),
        doubtful=tuple(row.doubtful),
    )
