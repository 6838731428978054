"""Group offers and who comes."""

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Time, Uuid

from lotse_referral.store.tables.columns import metadata

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
