"""Whom a consent binds to what, and its proof."""

from sqlalchemy import Column, Date, ForeignKey, Table, Text, Uuid

from lotse_intake.store.tables.columns import INSTANT, metadata

consent_proof = Table(
    "consent_proof",
    metadata,
    Column("consent_id", Uuid, ForeignKey("consent.consent_id"), primary_key=True),
    Column("attachment_id", Uuid, primary_key=True),
    Column("scan_sha256", Text, nullable=False),
    Column("attached_at", INSTANT, nullable=False),
    Column("attached_by", Text, nullable=False),
)
"""The scans of a signed form, the first of which proves the consent; a scan itself goes with the person's key."""

consent_expiry = Table(
    "consent_expiry",
    metadata,
    Column("consent_id", Uuid, ForeignKey("consent.consent_id"), primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("expired_at", INSTANT, nullable=False),
)
"""What the timer has said; whether a consent is valid follows from the consent alone."""

consent_text = Table(
    "consent_text",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("valid_from", Date, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("first_used_at", INSTANT, nullable=False),
)
"""The texts that somebody has agreed to here: from then on not a letter of them may change."""
