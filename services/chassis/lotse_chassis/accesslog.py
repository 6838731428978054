"""Who read or wrote personal content, when and why: no content, only added to, never evaluated per employee."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Text, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.database import metadata

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
