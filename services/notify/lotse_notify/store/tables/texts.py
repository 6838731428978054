"""The tables of texts: versions that never change, who signed them, and which one counts from when on."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, Table, Text

from lotse_notify.store.tables.columns import metadata

template_version = Table(
    "template_version",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
)

template_signature = Table(
    "template_signature",
    metadata,
    Column("signature_id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
)

template_publication = Table(
    "template_publication",
    metadata,
    Column("publication_id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)
