"""Calls to persons whom a message may not have reached: ids, codes and times."""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid

from lotse_referral.store.tables.columns import metadata

person_call = Table(
    "person_call",
    metadata,
    Column("call_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("appointment_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False),
)
