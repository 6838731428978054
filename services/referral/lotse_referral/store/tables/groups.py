"""Group offers and who comes."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_referral.store.tables.columns import metadata

group_offer = Table(
    "group_offer",
    metadata,
    Column("offer_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("seats", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("texts", JSONB, nullable=False),
    Column("starts_on", Date),
    Column("starts_at", Time),
    Column("minutes", Integer),
    Column("rule", Text),
    Column("skips_holidays", Boolean, nullable=False),
    Column("location_id", Uuid),
    Column("place", Text, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("age_from", Integer),
    Column("age_to", Integer),
    Column("women_only", Boolean, nullable=False),
    Column("drop_in", Boolean, nullable=False),
    Column("registration_until", DateTime(timezone=True)),
    Column("grant_id", Uuid),
    Column("plan_line", Text),
    Column("cancelled_at", DateTime(timezone=True)),
    Column("version", Integer, nullable=False),
)

booking = Table(
    "booking",
    metadata,
    Column("booking_id", Uuid, primary_key=True),
    Column("offer_id", Uuid, ForeignKey("group_offer.offer_id"), nullable=False),
    Column("person_id", Uuid),
    Column("position", Integer, nullable=False),
    Column("waitlisted", Boolean, nullable=False),
    Column("booked_at", DateTime(timezone=True), nullable=False),
    Column("code_sha256", Text, unique=True),
    Column("pin_hash", LargeBinary),
    Column("version", Integer, nullable=False),
    UniqueConstraint("offer_id", "person_id"),
    UniqueConstraint("offer_id", "position"),
)

group_session = Table(
    "group_session",
    metadata,
    Column("offer_id", Uuid, ForeignKey("group_offer.offer_id"), primary_key=True),
    Column("session", Date, primary_key=True),
    Column("cancelled", Boolean, nullable=False),
    Column("held_on", Date),
    Column("held_at", Time),
    Column("minutes", Integer),
    Column("place", Text),
    Column("version", Integer, nullable=False),
)

group_record = Table(
    "group_record",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("offer_id", Uuid, ForeignKey("group_offer.offer_id"), nullable=False),
    Column("session", Date, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("adults", Integer, nullable=False),
    Column("children", Integer, nullable=False),
    Column("first_time", Integer),
    Column("grant_id", Uuid),
    Column("plan_line", Text),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("corrects", Uuid, unique=True),
    Column("superseded_by", Uuid),
    Column("void", Boolean, nullable=False),
)

group_tally = Table(
    "group_tally",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("signed_up", Integer, nullable=False),
)

place_guess = Table(
    "place_guess",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True), nullable=False),
)

sign_up_secret = Table(
    "sign_up_secret",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)
