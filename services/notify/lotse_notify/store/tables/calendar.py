"""Calendar files: one row is one that was asked for; without content there is none to attach."""

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, Table, Text, Uuid

from lotse_notify.store.tables.columns import metadata

calendar_file = Table(
    "calendar_file",
    metadata,
    Column("notification_id", Uuid, ForeignKey("notification.notification_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("content", LargeBinary),  # encrypted with her key
    Column("method", Text),
    Column("name", Text),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)
