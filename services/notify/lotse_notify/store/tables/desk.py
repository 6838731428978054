"""What the staff is told of: numbers since the last digest, and days of grants; nothing here is about a person."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Table, Text, Uuid

from lotse_notify.store.tables.columns import metadata

staff_count = Table(
    "staff_count",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("note", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

staff_deadline = Table(
    "staff_deadline",
    metadata,
    Column("grant_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("fresh", Boolean, nullable=False),
    Column("cleared", Boolean, nullable=False),
    Column("log_size", BigInteger, nullable=False),
)
