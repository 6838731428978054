"""Somebody finds out something about a service of her own: what the tests of the directory's keeping share."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from lotse_contracts import Message
from lotse_contracts.referral import AssureService, RetireService, SetCapacity, UpdateService
from lotse_referral.domain.directory import identifier
from lotse_referral.handlers import directory
from tests.kit import ServiceDatabase
from tests.referral.books import Book

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
PHONED = date(2026, 11, 25)
JOBCENTER = identifier("service", "jobcenter-dresden")
SHELTER = identifier("service", "frauenschutzhaus-dresden-e-v")


async def a_service(book: Book, **more: Any) -> UUID:
    """A service of its own, as a list of last year has it."""
    service_id = uuid4()
    row = {
        "id": str(service_id),
        "name": f"Advice {service_id}",
        "status": "active",
        "description": "From a list.",
        "assured_date": "2026-01-10",
        "organization": {"id": str(uuid4()), "name": "Office", "description": "An office."},
    }
    brought = await book.bring([row | more])
    assert brought.done.new["service"] == 1
    return service_id


async def told(book: Book, order: Any, now: datetime = NOW, actor: str = "olena") -> list[Message]:
    handlers: dict[type, Any] = {
        UpdateService: directory.update,
        AssureService: directory.assure,
        SetCapacity: directory.set_capacity,
        RetireService: directory.retire,
    }
    async with book.service.engine.begin() as tx:
        context = book.service.context(actor=actor, role="counsellor")
        at = type(context)(**{**vars(context), "now": now})
        return list(await handlers[type(order)](order, at, tx))


def history(kept: ServiceDatabase, service_id: UUID) -> list[tuple[Any, ...]]:
    with psycopg.connect(kept.url) as connection:
        return connection.execute(
            "SELECT field_name, previous_value, replacement_value, updated_by, actor FROM metadata"
            " WHERE resource_id = %s AND field_name NOT IN ('id', 'assured_date') ORDER BY recorded_at, field_name",
            (service_id,),
        ).fetchall()


async def shown(book: Book, service_id: UUID) -> dict[str, Any]:
    return await book.one(str(service_id))
