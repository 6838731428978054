"""What reports keep: published ones, the months that are closed, and what the erased had counted for."""

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_referral.store.tables.columns import metadata

report_publication = Table(
    "report_publication",
    metadata,
    Column("part", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("figures", JSONB, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)

closed_month = Table(
    "closed_month",
    metadata,
    Column("part", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("counts", JSONB, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
)

departed_count = Table(
    "departed_count",
    metadata,
    Column("month", Text, primary_key=True),
    Column("family", Text, primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("key", ARRAY(Text), primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("persons", Integer, nullable=False),
)
