"""Switches that hold messages back, the days on which a cap was said to be reached, and who must be called."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Table, Text, Uuid

from lotse_notify.store.tables.columns import metadata

switch = Table(
    "switch",
    metadata,
    Column("name", Text, primary_key=True),
    Column("off_since", DateTime(timezone=True)),
    Column("by", Text),
)

cap_alarm = Table(
    "cap_alarm",
    metadata,
    Column("cap", Text, primary_key=True),
    Column("day", Date, primary_key=True),
)

call = Table(
    "call",
    metadata,
    Column("notification_id", Uuid, ForeignKey("notification.notification_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("appointment_id", Uuid, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)
