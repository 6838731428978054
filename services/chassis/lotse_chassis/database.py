"""The chassis's own tables and the way to the database; free of any broker, so that a store may stand on it."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from lotse_chassis import liveness

POOL_CONNECTIONS = 5
POOL_OVERFLOW = 5
CONNECT_SECONDS = 5
STATEMENT_SECONDS = 60
SILENT_SECONDS = 30

metadata = MetaData()

inbox = Table(
    "inbox",
    metadata,
    Column("name", Text, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("name", Text, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

refusal = Table(
    "refusal",
    metadata,
    Column("name", Text, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("fields", ARRAY(Text), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("publish_id", Text, nullable=False, unique=True),
    Column("message_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("claim_name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("staged_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("heard_at", DateTime(timezone=True)),
)

MIGRATION_STATEMENTS = (
    """CREATE TABLE inbox (name text NOT NULL, message_id uuid NOT NULL, at timestamptz NOT NULL,
       PRIMARY KEY (name, message_id))""",
    "CREATE INDEX inbox_at ON inbox (at)",
    """CREATE TABLE attempt (name text NOT NULL, message_id uuid NOT NULL, count integer NOT NULL,
       at timestamptz NOT NULL, PRIMARY KEY (name, message_id))""",
    """CREATE TABLE refusal (name text NOT NULL, message_id uuid NOT NULL, code text NOT NULL, fields text[] NOT NULL,
       at timestamptz NOT NULL, PRIMARY KEY (name, message_id))""",
    """CREATE TABLE outbox (position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, publish_id text NOT NULL UNIQUE,
       message_id uuid NOT NULL, kind text NOT NULL, claim_name text NOT NULL, subject text NOT NULL, key text NOT NULL,
       body bytea NOT NULL, headers jsonb NOT NULL, staged_at timestamptz NOT NULL, sent_at timestamptz)""",
    "CREATE INDEX outbox_waiting ON outbox (position) WHERE sent_at IS NULL",
    "CREATE INDEX outbox_key ON outbox (key)",
    "CREATE INDEX outbox_staged ON outbox (staged_at)",
)

UNHEARD = "kind = 'xfer' AND heard_at IS NULL AND claim_name NOT LIKE '%.transfers-heard'"
"""Transfers in the outbox that no partner has acknowledged; what acknowledges is not acknowledged itself."""

HEARD_MIGRATION_STATEMENTS = (
    "ALTER TABLE outbox ADD COLUMN heard_at timestamptz",
    # What went before is taken for heard, but for the latest: the partner drops what it has.
    """UPDATE outbox SET heard_at = sent_at WHERE kind = 'xfer' AND sent_at < now() - interval '2 days'""",
    f"CREATE INDEX outbox_unheard ON outbox (message_id) WHERE {UNHEARD}",
)

RIGHTS = {
    "inbox": "SELECT, INSERT, DELETE",
    "attempt": "SELECT, INSERT, UPDATE, DELETE",
    "refusal": "SELECT, INSERT, DELETE",
    "outbox": "SELECT, INSERT, UPDATE (sent_at, heard_at, publish_id), DELETE",
}


def engine_of(database_url: str) -> AsyncEngine:
    """The pool of this process. A dead connection is noticed when it is taken, not by the message that gets it."""
    _, separator, rest = database_url.partition("://")
    engine = create_async_engine(
        f"postgresql+psycopg{separator}{rest}",
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,  # an error's text would quote the values of its statement
        pool_timeout=CONNECT_SECONDS,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            # A link that is cut without a word would otherwise hold its transaction for hours.
            "keepalives_idle": SILENT_SECONDS,
            "keepalives_interval": SILENT_SECONDS // 3,
            "keepalives_count": 3,
            "tcp_user_timeout": 2 * SILENT_SECONDS * 1000,
            "options": f"-c statement_timeout={STATEMENT_SECONDS * 1000} -c timezone=UTC",
        },
    )
    liveness.watch(engine.sync_engine)
    return engine
