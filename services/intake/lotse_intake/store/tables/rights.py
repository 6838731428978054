"""Restriction, requests, and what retention did."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Identity, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_intake.store.tables.columns import INSTANT, metadata

restriction = Table(
    "restriction",
    metadata,
    Column("restriction_id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("restricted", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
)

rectification = Table(
    "rectification",
    metadata,
    Column("rectification_id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("until", INSTANT, nullable=False),
    Column("placed_at", INSTANT, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("lifted_at", INSTANT),
    Column("lifted_by", Text),
)

erasure_request = Table(
    "erasure_request",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("requested_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("refused_at", INSTANT),
    Column("refused_by", Text),
    Column("refusal", Text),
)

retention_run = Table(
    "retention_run",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("data_version", Text, nullable=False),
    Column("counts", JSONB, nullable=False),
)

incident_lookup = Table(
    "incident_lookup",
    metadata,
    Column("lookup_id", Uuid, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("subject_actor", Text, nullable=False),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("found", Integer, nullable=False),
)
"""Each time somebody looked up one member of staff in the access log, after an incident and with a second person."""
