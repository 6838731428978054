"""The tables of notify; the migrations create them."""

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
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("stopped_at", DateTime(timezone=True)),
    Column("opted_out_at", DateTime(timezone=True)),
    Column("refused_at", DateTime(timezone=True)),
    Column("erased_at", DateTime(timezone=True)),
)

contact = Table(
    "contact",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("usable", Boolean, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("consented", Boolean, nullable=False),
    Column("safe", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", LargeBinary),
    Column("unreachable_said", Boolean, nullable=False),
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
)

submission = Table(
    "submission",
    metadata,
    Column("submission_id", Uuid, primary_key=True),
    Column("notification_id", Uuid, ForeignKey("notification.notification_id"), nullable=False),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("provider", Text, nullable=False),
    Column("contact_version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text),
    Column("lease_until", DateTime(timezone=True), nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
)

appointment = Table(
    "appointment",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("starts_at", DateTime(timezone=True)),
    Column("cancelled", Boolean, nullable=False),
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
)

tally = Table(
    "tally",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("amount_e4", BigInteger, nullable=False),
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
