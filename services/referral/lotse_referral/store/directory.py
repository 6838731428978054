"""What the directory is asked: what a counsellor or a person reads about a service."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables import location, service, service_extension

SERVICES_NAMED_MAX = 200

_NAMED = text("""
SELECT s.id, s.name, o.name AS organization, s.description, s.url, s.email, s.status, s.assured_date,
       e.association, e.valid_to, e.appointment_only, e.confidential_location, e.address_text, e.interpreter,
       e.delivery_modes, (SELECT p.number FROM phone p WHERE p.service_id = s.id ORDER BY p.id LIMIT 1) AS phone,
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
    delivery_modes: tuple[str, ...] = ()


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
        delivery_modes=tuple(row.delivery_modes),
    )
