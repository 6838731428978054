"""Who is whose guardian, by the links that staff keep."""

from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_intake.store.tables import person
from lotse_intake.store.tables.casework import person_link


async def is_guardian(tx: AsyncConnection, guardian_id: UUID, ward_id: UUID) -> bool:
    """Whether the one is linked as the guardian of the other, from whichever side, and is not being erased."""
    from_her = and_(person_link.c.person_id == guardian_id, person_link.c.other_id == ward_id)
    from_ward = and_(person_link.c.person_id == ward_id, person_link.c.other_id == guardian_id)
    linked = or_(and_(from_her, person_link.c.kind == "guardian_of"), and_(from_ward, person_link.c.kind == "ward_of"))
    query = (
        select(person_link.c.link_id)
        .join(person, person.c.person_id == guardian_id)
        .where(linked, person.c.frozen.is_(False))
    )
    return (await tx.execute(query.limit(1))).first() is not None
