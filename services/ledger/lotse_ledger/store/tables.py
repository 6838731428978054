"""The tables; their constraints and triggers are in the migrations."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

entry = Table(
    "entry",
    metadata,
    Column("log_index", BigInteger, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("valid_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, unique=True),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("reconstructed", Boolean, nullable=False),
    Column("grant_id", Uuid),
    Column("budget_year", Integer),
    Column("reverses", BigInteger, ForeignKey("entry.log_index"), unique=True),
    Column("posting_count", SmallInteger, nullable=False),
    Column("request_sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("leaf_sha256", LargeBinary, nullable=False),
)

posting = Table(
    "posting",
    metadata,
    Column("log_index", BigInteger, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("posting_count", SmallInteger, nullable=False),
    Column("account", Text, nullable=False),
    Column("amount", Numeric(38, 0), nullable=False),
    Column("currency", Text, nullable=False),
)

opening = Table(
    "opening",
    metadata,
    Column("log_index", BigInteger, ForeignKey("entry.log_index"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("content", Text, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", ARRAY(LargeBinary), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("signature", Text, nullable=False),
)

cosignature = Table(
    "cosignature",
    metadata,
    Column("size", BigInteger, ForeignKey("checkpoint.size"), primary_key=True),
    Column("witness", Text, primary_key=True),
    Column("cosignature", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)

witnessed = Table(
    "witnessed",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("log_index", BigInteger, ForeignKey("entry.log_index"), primary_key=True),
)

fingerprint_answer = Table(
    "fingerprint_answer",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("known", Boolean, primary_key=True),
    Column("answered_at", DateTime(timezone=True), nullable=False),
)

token_use = Table(
    "token_use",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("token_id", Text, nullable=False),
    Column("auditor", Text, nullable=False),
)

audit_query = Table(
    "audit_query",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("kid", Text, nullable=False),
    Column("enc", Text, nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

audit_key = Table(
    "audit_key",
    metadata,
    Column("token_id", Text, primary_key=True),
    Column("private_key", LargeBinary, nullable=False),
    Column("disclosed_at", DateTime(timezone=True), nullable=False),
)
