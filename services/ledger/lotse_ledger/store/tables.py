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
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

log = Table(
    "log",
    metadata,
    Column("log_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

currency = Table(
    "currency",
    metadata,
    Column("log_id", SmallInteger, ForeignKey("log.log_id"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("scale", SmallInteger, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("log_id", SmallInteger, ForeignKey("log.log_id"), primary_key=True),
    Column("log_index", BigInteger, primary_key=True),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("valid_on", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("known_at", DateTime(timezone=True), nullable=False),
    Column("reconstructed", Boolean, nullable=False),
    Column("grant_id", Uuid),
    Column("budget_year", Integer),
    Column("reverses", BigInteger),
    Column("closes_until", Date),
    Column("posting_count", SmallInteger, nullable=False),
    Column("request_sha256", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("leaf_sha256", LargeBinary, nullable=False),
)

posting = Table(
    "posting",
    metadata,
    Column("log_id", SmallInteger, primary_key=True),
    Column("log_index", BigInteger, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("posting_count", SmallInteger, nullable=False),
    Column("valid_on", Date, nullable=False),
    Column("standing", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("amount", Numeric(38, 0), nullable=False),
)

opening = Table(
    "opening",
    metadata,
    Column("log_id", SmallInteger, primary_key=True),
    Column("log_index", BigInteger, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("key_id", Uuid),
    Column("sealed", LargeBinary, nullable=False),
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("log_id", SmallInteger, ForeignKey("log.log_id"), primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("postings", BigInteger, nullable=False),
    Column("cells", BigInteger, nullable=False),
)

snapshot_month = Table(
    "snapshot_month",
    metadata,
    Column("log_id", SmallInteger, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("month", Date, primary_key=True),
    Column("accounts", ARRAY(Text), nullable=False),
    Column("currencies", ARRAY(Text), nullable=False),
    Column("standings", ARRAY(Text), nullable=False),
    Column("amounts", ARRAY(Numeric), nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("log_id", SmallInteger, primary_key=True, server_default="0"),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("peaks", ARRAY(LargeBinary), nullable=False),
    Column("signed_at", DateTime(timezone=True), nullable=False),
    Column("signature", Text, nullable=False),
    Column("note", Text),
)

cosignature = Table(
    "cosignature",
    metadata,
    Column("log_id", SmallInteger, primary_key=True, server_default="0"),
    Column("size", BigInteger, primary_key=True),
    Column("witness", Text, primary_key=True),
    Column("cosignature", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("line", Text),
)

witnessed = Table(
    "witnessed",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True),
    Column("root", LargeBinary, nullable=False),
    Column("signature", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("note", Text),
)

tile = Table(
    "tile",
    metadata,
    Column("log_id", SmallInteger, ForeignKey("log.log_id"), primary_key=True, server_default="0"),
    Column("level", SmallInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
)

witness_head = Table(
    "witness_head",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("cosignature", Text, nullable=False),
    Column("seen_at", DateTime(timezone=True)),
)

alarm = Table(
    "alarm",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("origin", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("latest_size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)

log_rotation = Table(
    "log_rotation",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("old_vkey", Text, primary_key=True),
    Column("new_vkey", Text, primary_key=True),
    Column("old_signature", Text, nullable=False),
    Column("new_signature", Text, nullable=False),
    Column("learned_at", DateTime(timezone=True), nullable=False),
)

offer = Table(
    "offer",
    metadata,
    Column("partner", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("old_size", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("offered_at", DateTime(timezone=True), nullable=False),
)

fingerprint = Table(
    "fingerprint",
    metadata,
    Column("log_id", SmallInteger, primary_key=True, server_default="0"),
    Column("partner", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("log_index", BigInteger, primary_key=True),
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

replay = Table(
    "replay",
    metadata,
    Column("run_at", DateTime(timezone=True), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("verdicts", JSONB, nullable=False),
)
