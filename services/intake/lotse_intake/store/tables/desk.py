"""Staff, teams, and the way of a concern."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_intake.store.tables.columns import INSTANT, metadata

staff = Table(
    "staff",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("teams", ARRAY(Text), nullable=False),
    Column("load_max", Integer, nullable=False),
    Column("absent_from", Date),
    Column("absent_to", Date),
    Column("substitute", Text),
    Column("active", Boolean, nullable=False),
    Column("enrolled_at", INSTANT, nullable=False),
)

concern_proposal = Table(
    "concern_proposal",
    metadata,
    Column("proposal_id", Uuid, primary_key=True),
    Column("concern_id", Uuid, ForeignKey("concern.concern_id"), nullable=False),
    Column("action", Text, nullable=False),
    Column("act", JSONB, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
)

concern_move = Table(
    "concern_move",
    metadata,
    Column("concern_id", Uuid, ForeignKey("concern.concern_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("action", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("seconded_by", Text),
    Column("reason", Text),
    Column("outcome", Text),
)
