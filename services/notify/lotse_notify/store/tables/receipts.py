"""What providers and mail servers said of attempts: codes, references and times, never a number, an address or words.

`provider_time` is the provider's own clock as it writes it, often without a zone; nothing is ordered by it.
"""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, Table, Text, UniqueConstraint, Uuid

from lotse_notify.store.tables.columns import metadata

receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", BigInteger, Identity(always=True), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference", Uuid),
    Column("provider_id", Text),
    Column("says", Text),
    Column("code", Text, nullable=False),
    Column("no_way", Boolean, nullable=False),
    Column("part", Integer),
    Column("parts", Integer, nullable=False),
    Column("provider_time", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("look_at", DateTime(timezone=True), nullable=False),
    Column("looks", Integer, nullable=False),
    Column("attempt_id", Uuid),
    Column("person_id", Uuid),
    Column("applied_at", DateTime(timezone=True)),
    UniqueConstraint("provider", "event"),
)
