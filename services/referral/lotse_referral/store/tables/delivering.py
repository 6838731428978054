"""What the ways of delivery keep: hashes of codes, times and states; what was released and written is ciphertext."""

from sqlalchemy import ARRAY, Boolean, Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Uuid

from lotse_referral.store.tables.columns import metadata

held_fields = Table(
    "held_fields",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False),
    Column("held_until", DateTime(timezone=True)),
)

office_link = Table(
    "office_link",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("way", Text, nullable=False),
    Column("mail_key", Text),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_because", Text),
    Column("mailed_at", DateTime(timezone=True)),
    Column("not_mailed", Text),
)

office_session = Table(
    "office_session",
    metadata,
    Column("session_sha256", Text, primary_key=True),
    Column("code_sha256", Text, ForeignKey("office_link.code_sha256"), nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)

office_message = Table(
    "office_message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_office", Boolean, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

delivery_task = Table(
    "delivery_task",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee", Text),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False),
)
