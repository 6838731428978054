"""Her own page: who is on it, what she is asked and said, and whether anything may be sent to her."""

from sqlalchemy import Boolean, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from lotse_referral.store.tables.columns import metadata

own_session = Table(
    "own_session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("other_ids", ARRAY(Uuid), nullable=False),
    Column("proved_by", Text, nullable=False),
    Column("language", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

checkback = Table(
    "checkback",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("series", Text, primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("way", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("answer", Text),
    Column("said_by", Text),
    Column("through", Text),
    Column("answered_at", DateTime(timezone=True)),
)

contact_safety = Table(
    "contact_safety",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("safe", Boolean, nullable=False),
)

move_wish = Table(
    "move_wish",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("appointment_version", Integer, nullable=False),
    Column("wish", Text, nullable=False),
    Column("wished_at", DateTime(timezone=True), nullable=False),
)

own_withdrawal = Table(
    "own_withdrawal",
    metadata,
    Column("consent_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)
