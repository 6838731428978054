"""Who may be worked with: a person who is here and not being erased."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_intake.store import concerns, enquiries, persons


async def living(tx: AsyncConnection, person_id: UUID) -> Row[Any]:
    """The person, locked. Raises Refused if she is unknown, or her erasure has begun."""
    row = await persons.get(tx, person_id, lock=True)
    if row is None:
        erased = await persons.is_erased(tx, person_id)
        raise Refused("person_erased" if erased else "unknown_person", fields=("person_id",))
    if row.frozen:
        raise Refused("person_erased", fields=("person_id",))
    return row


async def open_enquiry(tx: AsyncConnection, enquiry_id: UUID) -> Row[Any]:
    """The enquiry, locked. Raises Refused if it is unknown, or its person is being erased."""
    return _open(await enquiries.by_id(tx, enquiry_id, lock=True), "unknown_enquiry", "enquiry_id")


async def open_enquiry_of_receipt(tx: AsyncConnection, receipt: str) -> Row[Any]:
    """The enquiry of a receipt code's hash, locked. Raises Refused as `open_enquiry`."""
    return _open(await enquiries.by_receipt(tx, receipt, lock=True), "unknown_enquiry", "receipt_code")


async def open_enquiry_of_code(tx: AsyncConnection, code: str) -> Row[Any]:
    """The enquiry of a receipt code. Raises Refused as `open_enquiry`."""
    return await open_enquiry_of_receipt(tx, await enquiries.digest_of_code(tx, code) or "")


async def open_concern(tx: AsyncConnection, concern_id: UUID) -> Row[Any]:
    """The concern, locked. Raises Refused if it is unknown, or its person is being erased."""
    return _open(await concerns.get(tx, concern_id, lock=True), "unknown_concern", "concern_id")


def _open(row: Row[Any] | None, unknown: str, field: str) -> Row[Any]:
    if row is None:
        raise Refused(unknown, fields=(field,))
    if row.frozen:
        raise Refused("person_erased", fields=(field,))
    return row
