"""Deadlines, and the lists of codes that were loaded."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, Text, Uuid, text

from lotse_intake.store.tables.columns import INSTANT, metadata

deadline = Table(
    "deadline",
    metadata,
    Column("deadline_id", Uuid, primary_key=True),
    Column("concern_id", Uuid, ForeignKey("concern.concern_id"), nullable=False, index=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("computed_end", Date),
    Column("confirmed_by", Text),
    Column("confirmed_at", INSTANT),
    Column("settlement", Text),
    Column("settled_at", INSTANT),
    Column("missed_at", INSTANT),
    Column("registered_at", INSTANT, nullable=False),
    Index("deadline_open", "on_day", "deadline_id", postgresql_where=text("settlement IS NULL")),
)

code_list = Table(
    "code_list",
    metadata,
    Column("list", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("loaded_at", INSTANT, nullable=False),
    Column("loaded_by", Text, nullable=False),
)
