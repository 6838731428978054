"""Tries: one row is one hand-over to a provider, written before the first byte."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, Table, Text, Uuid

from lotse_notify.store.tables.columns import metadata

attempt = Table(
    "send_attempt",  # `attempt` is the chassis's own
    metadata,
    Column("attempt_id", Uuid, primary_key=True),
    Column("notification_id", Uuid, ForeignKey("notification.notification_id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("contact_version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text),
    Column("fence", Integer, nullable=False),
    Column("lease_until", DateTime(timezone=True), nullable=False),
    Column("provider_id", Text),
    Column("request_sha256", Text),
    Column("segments", Integer, nullable=False),
    Column("cost_e4", BigInteger),
    Column("retry_at", DateTime(timezone=True)),
    Column("receipt_rank", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("counted_e4", BigInteger),
    Column("point_id", Uuid),  # the way of hers that it goes by; None: begun by older code
    Column("worker", Integer),  # the process that holds it, by the number of its lock
)
