"""The handover of cases to whoever comes next."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from lotse_intake.store.tables.columns import INSTANT, metadata

handover_batch = Table(
    "handover_batch",
    metadata,
    Column("batch_id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("age_recipient", Text, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("persons", Integer),
    Column("manifest_sha256", Text),
    Column("package_sha256", Text),
    Column("packaged_at", INSTANT),
    Column("placed_at", INSTANT),
    Index("handover_batch_unplaced", "region", unique=True, postgresql_where=text("placed_at IS NULL")),
)

handover_case = Table(
    "handover_case",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("asked_at", INSTANT),
    Column("told", Boolean, nullable=False),
    Column("reminded_at", INSTANT),
    Column("answer", Text),
    Column("answered_at", INSTANT),
    Column("answered_by", Text),
    Column("method", Text),
    Column("language", Text),
    Column("region", Text),
    Column("consent_id", Uuid),
    Column("papers_at", INSTANT),
    Column("batch_id", Uuid, ForeignKey("handover_batch.batch_id"), index=True),
    Column("packaged_at", INSTANT),
    Column("receipted_at", INSTANT),
    Column("purged_at", INSTANT),
)

handover_item = Table(
    "handover_item",
    metadata,
    Column("batch_id", Uuid, ForeignKey("handover_batch.batch_id"), primary_key=True),
    Column("reference", Uuid, primary_key=True),
    Column("person_sha256", Text, nullable=False),
    Column("receipted_at", INSTANT),
    Column("purged_at", INSTANT),
)
