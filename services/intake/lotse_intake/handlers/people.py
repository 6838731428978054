"""Who may be worked with: a person who is here, not being erased, and, for writing, not restricted (Art. 18 GDPR)."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_intake.store import cases, concerns, enquiries, merges, persons


async def living(tx: AsyncConnection, person_id: UUID, *, also_restricted: bool = False) -> Row[Any]:
    """The person, locked. Raises Refused if she is unknown, her erasure has begun, or her record is read-only.

    `also_restricted`: for reading, and for what she may do at any time, such as withdrawing a consent.
    """
    row = await persons.get(tx, person_id, lock=True)
    if row is None:
        erased = await persons.is_erased(tx, person_id)
        raise Refused("person_erased" if erased else "unknown_person", fields=("person_id",))
    if row.frozen:
        raise Refused("person_erased", fields=("person_id",))
    if row.restricted and not also_restricted:
        raise Refused("person_restricted", fields=("person_id",))
    return row


async def whole(tx: AsyncConnection, person_id: UUID) -> list[Row[Any]]:
    """All records that are hers, locked, the kept one first. A merge locks both of its records: while these are held
    none joins them, and one that joined while we waited is among them."""
    held: dict[UUID, Row[Any] | None] = {}
    while group := [one for one in await merges.group_of(tx, person_id) if one not in held]:
        for one in sorted(group):
            held[one] = await persons.get(tx, one, lock=True)
    rows = [held.get(one) for one in await merges.group_of(tx, person_id)]
    return [row for row in rows if row is not None]


async def open_enquiry(tx: AsyncConnection, enquiry_id: UUID, *, also_restricted: bool = False) -> Row[Any]:
    """The enquiry, locked. Raises Refused if it is unknown, or its person is not `living`."""
    row = await enquiries.by_id(tx, enquiry_id, lock=True)
    return _open(row, "unknown_enquiry", "enquiry_id", also_restricted=also_restricted)


async def open_enquiry_of_receipt(tx: AsyncConnection, receipt: str) -> Row[Any]:
    """The enquiry of a receipt code's hash, locked; she herself reads and writes, also where staff may not write.

    Raises Refused if it is unknown, or its person is being erased.
    """
    row = await enquiries.by_receipt(tx, receipt, lock=True)
    return _open(row, "unknown_enquiry", "receipt_code", also_restricted=True)


async def open_enquiry_of_code(tx: AsyncConnection, code: str) -> Row[Any]:
    """The enquiry of a receipt code. Raises Refused as `open_enquiry_of_receipt`."""
    return await open_enquiry_of_receipt(tx, await enquiries.digest_of_code(tx, code) or "")


async def open_concern(tx: AsyncConnection, concern_id: UUID, *, also_restricted: bool = False) -> Row[Any]:
    """The concern, locked. Raises Refused if it is unknown, or its person is not `living`."""
    row = await concerns.get(tx, concern_id, lock=True)
    return _open(row, "unknown_concern", "concern_id", also_restricted=also_restricted)


async def open_case(tx: AsyncConnection, case_id: UUID) -> Row[Any]:
    """The case, locked. Raises Refused if it is unknown, or its person is not `living`."""
    row = await cases.get(tx, case_id, lock=True)
    return _open(row, "unknown_case", "case_id", also_restricted=False)


async def case_to_read(tx: AsyncConnection, case_id: UUID) -> Row[Any]:
    """The case, also of somebody whose record is read-only; whoever reads keeps nobody waiting."""
    return _open(await cases.get(tx, case_id), "unknown_case", "case_id", also_restricted=True)


def _open(row: Row[Any] | None, unknown: str, field: str, *, also_restricted: bool) -> Row[Any]:
    if row is None:
        raise Refused(unknown, fields=(field,))
    if row.frozen:
        raise Refused("person_erased", fields=(field,))
    if row.restricted and not also_restricted:
        raise Refused("person_restricted", fields=(field,))
    return row
