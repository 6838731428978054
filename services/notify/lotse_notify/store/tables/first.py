"""The tables of the first release; the migrations create them."""

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
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_notify.store.tables.columns import metadata

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("stopped_at", DateTime(timezone=True)),
    Column("opted_out_at", DateTime(timezone=True)),
    Column("refused_at", DateTime(timezone=True)),
    Column("erased_at", DateTime(timezone=True)),
    Column("leaving_at", DateTime(timezone=True)),
    Column("leaving_until", DateTime(timezone=True)),
)

contact = Table(
    "contact",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("consented", Boolean, nullable=False),
    Column("safe", Boolean, nullable=False),
    Column("unreachable_said", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
)

told = Table(
    "told",
    metadata,
    Column("dedupe_sha256", Text, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("notification_id", Uuid),
    Column("closed_because", Text),
)

notification = Table(
    "notification",
    metadata,
    Column("notification_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("dedupe_sha256", Text, nullable=False, unique=True),
    Column("template", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("appointment_id", Uuid),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("useful_by", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text),
    Column("text_version", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("traceparent", Text),
    Column("link", LargeBinary),
    Column("not_before", DateTime(timezone=True)),
    Column("wanted_by", DateTime(timezone=True)),  # before when she should have it, where that is earlier
    Column("plan", ARRAY(Text), nullable=False),
    Column("withdrawn_because", Text),
    Column("replayed_at", DateTime(timezone=True)),
    Column("content_sha256", Text),
    Column("segments", Integer, nullable=False),
    Column("rendered", LargeBinary),
)

appointment = Table(
    "appointment",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True)),
    Column("cancelled", Boolean, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("dedupe_sha256", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("decision", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("until", DateTime(timezone=True)),
)

tally = Table(
    "tally",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("amount_e4", BigInteger, nullable=False),
    Column("segments", Integer, nullable=False),
)

office_mail = Table(
    "office_mail",
    metadata,
    Column("dedupe_key", Text, primary_key=True),
    Column("office", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)

service_mail = Table(
    "service_mail",
    metadata,
    Column("dedupe_key", Text, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("address", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("link", LargeBinary),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)
