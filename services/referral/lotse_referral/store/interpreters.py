"""Requests for interpreters."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.domain.interpreters import InterpreterRequest
from lotse_referral.store.tables import service_extension
from lotse_referral.store.tables.appointments import interpreter_request

REQUESTS_MAX = 500


async def load(tx: AsyncConnection, request_id: UUID) -> InterpreterRequest | None:
    """The request, or None."""
    found = await _where(tx, interpreter_request.c.request_id == request_id)
    return found[0] if found else None


async def of_appointment(tx: AsyncConnection, appointment_id: UUID) -> tuple[InterpreterRequest, ...]:
    """What was asked for this appointment."""
    return await _where(tx, interpreter_request.c.appointment_id == appointment_id)


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> tuple[InterpreterRequest, ...]:
    """What was asked for this referral, in the order of time."""
    return await _where(tx, interpreter_request.c.referral_id == referral_id)


async def save(tx: AsyncConnection, held: InterpreterRequest) -> None:
    """Write it, new or changed."""
    values = asdict(held)
    place = insert(interpreter_request).values(values)
    await tx.execute(place.on_conflict_do_update(index_elements=["request_id"], set_=values))


async def _where(tx: AsyncConnection, which: ColumnElement[bool]) -> tuple[InterpreterRequest, ...]:
    query = select(interpreter_request).where(which).limit(REQUESTS_MAX)
    rows: Any = await tx.execute(query.order_by(interpreter_request.c.starts_at, interpreter_request.c.request_id))
    return tuple(InterpreterRequest(**row) for row in rows.mappings())


async def only_for_institutions(tx: AsyncConnection, service_id: UUID) -> bool:
    """Whether a service takes bookings of institutions alone."""
    query = select(service_extension.c.for_institutions).where(service_extension.c.service_id == service_id)
    return bool((await tx.execute(query)).scalar_one_or_none())
