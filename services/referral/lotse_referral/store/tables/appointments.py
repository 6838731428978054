"""Appointments, calendars and interpreters; the appointments themselves are among the first tables."""

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, Table, Text, Uuid

from lotse_referral.store.tables.columns import metadata

time_proposal = Table(
    "time_proposal",
    metadata,
    Column("proposal_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("place", Text),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", DateTime(timezone=True)),
)

interpreter_request = Table(
    "interpreter_request",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("appointment_id", Uuid, ForeignKey("appointment.appointment_id")),
    Column("service_id", Uuid),
    Column("language", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("place", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

calendar_link = Table(
    "calendar_link",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("appointment_id", Uuid, ForeignKey("appointment.appointment_id"), nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("detail", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked", Boolean, nullable=False),
)

waitlist_note = Table(
    "waitlist_note",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("position", Integer),
    Column("weeks", Integer),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)

case_carrier = Table(
    "case_carrier",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("owner", Text),
    Column("team", Text),
    Column("version", Integer, nullable=False),
)

referral_step = Table(
    "referral_step",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("action", Text),
    Column("by", Text, nullable=False),
    Column("reason", Text),
    Column("outcome", Text),
)
