"""The tables of the contact book: her ways, what she ended or chose herself, and the digests that find an address."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from lotse_notify.store.tables.columns import metadata

contact_point = Table(
    "contact_point",
    metadata,
    Column("point_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("channel", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("by_person", Boolean, nullable=False),
    Column("address", LargeBinary),
    Column("hindrance", Text),
    Column("detail", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("hours", JSONB, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("dead_because", Text),
    Column("dead_at", DateTime(timezone=True)),
    Column("checked", Boolean, nullable=False),  # false: by code that took every number and mailbox
)

channel_stop = Table(
    "channel_stop",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("opted_out_at", DateTime(timezone=True)),
    Column("opted_in_at", DateTime(timezone=True)),
    Column("refused_at", DateTime(timezone=True)),
    Column("allowed_at", DateTime(timezone=True)),
)

preference = Table(
    "preference",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("choice", Text, nullable=False),
    Column("chosen_at", DateTime(timezone=True), nullable=False),
)

own_choice = Table(
    "own_choice",
    metadata,
    Column("own_choice_id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("choice", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("through", Text, nullable=False),
)

address_index = Table(
    "address_index",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("point_id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
)

address_index_mark = Table("address_index_mark", metadata, Column("scheme", Text, primary_key=True))

number_stop = Table(
    "number_stop",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("stopped_at", DateTime(timezone=True), nullable=False),
)
