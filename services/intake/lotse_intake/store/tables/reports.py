"""What is counted of persons, the months that are closed, and the reports that were handed in."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_intake.store.tables.columns import INSTANT, metadata

person_bands = Table(
    "person_bands",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("age_band", Text, nullable=False),
    Column("gender", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("residence_bracket", Text, nullable=False),
    Column("language", Text, nullable=False),
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

closed_month = Table(
    "closed_month",
    metadata,
    Column("month", Text, primary_key=True),
    Column("counts", JSONB, nullable=False),
    Column("closed_at", INSTANT, nullable=False),
)

handed_in_report = Table(
    "handed_in_report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("period", Text, nullable=False, index=True),
    Column("recipient", Text, nullable=False),
    Column("corrects", Uuid, ForeignKey("handed_in_report.report_id")),
    Column("content", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("handed_in_at", INSTANT, nullable=False),
    Column("handed_in_by", Text, nullable=False),
)
