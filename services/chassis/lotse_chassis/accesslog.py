"""Who read or wrote personal content, when and why: no content, only added to, never evaluated per employee."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Row, Table, Text, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.database import metadata

OFFICE_ZONE = "Europe/Berlin"  # the day of a look is a day of the office
DAYS_MAX = 200  # lines of one answer about who has seen a person's data

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
)

MIGRATION_STATEMENTS = (
    """CREATE TABLE access_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,
       actor text NOT NULL, role text NOT NULL, action text NOT NULL, object_kind text NOT NULL,
       object_id text NOT NULL, purpose text NOT NULL)""",
    "CREATE INDEX access_log_object ON access_log (object_kind, object_id)",
    "CREATE INDEX access_log_at ON access_log (at)",
)

RIGHTS = {"access_log": "SELECT, INSERT"}


async def record(
    tx: AsyncConnection, context: Context, *, action: str, object_kind: str, object_id: str, purpose: str
) -> None:
    """Note one access in the transaction that makes it; without an actor it is the sending service's own."""
    await tx.execute(
        insert(access_log).values(
            at=context.now,
            actor=context.actor or context.sender,
            role=context.role or "service",
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            purpose=purpose,
        )
    )


async def by_day(tx: AsyncConnection, objects: Sequence[str], limit: int = DAYS_MAX) -> Sequence[Row[Any]]:
    """The looks at these objects by day, role, action and purpose, with their number, newest day first.

    It knows no actor: what a member of staff did cannot be asked here.
    """
    day = cast(func.timezone(OFFICE_ZONE, access_log.c.at), Date).label("day")
    columns = (day, access_log.c.role, access_log.c.action, access_log.c.purpose)
    query = select(*columns, func.count().label("times")).where(access_log.c.object_id.in_(objects)).group_by(*columns)
    return (await tx.execute(query.order_by(day.desc(), *columns[1:]).limit(limit))).all()


async def seen(tx: AsyncConnection, object_id: str) -> list[dict[str, Any]]:
    """The same as JSON has it, for what a service tells a person about herself."""
    return [
        {"day": row.day.isoformat(), "role": row.role, "action": row.action, "purpose": row.purpose, "times": row.times}
        for row in await by_day(tx, [object_id])
    ]
