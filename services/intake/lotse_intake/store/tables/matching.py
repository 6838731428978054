"""What finds a person again, and which records are one person's."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from lotse_intake.store.tables.columns import INSTANT, metadata

blind_index = Table(
    "blind_index",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("kind", SmallInteger, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Index("blind_index_digest", "digest", "kind"),
    prefixes=["UNLOGGED"],
)
"""Keyed digests of what a person is called and reached by. In no write-ahead log and in no backup; empty after a
crash, and made again from the encrypted fields."""

blind_index_mark = Table("blind_index_mark", metadata, Column("scheme", Text, primary_key=True), prefixes=["UNLOGGED"])
"""Under which pepper and which rules the index was made; it vanishes together with the index."""

to_index = Table(
    "to_index",
    metadata,
    Column("person_id", Uuid, ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True),
    Column("is_news", Boolean, nullable=False),
    Column("is_indexed", Boolean, nullable=False),
)
"""Persons whose fields changed; a trigger on `person` writes them, so that nobody can forget. News is compared with
everybody else once it is indexed; an index that is made again suspects nobody anew."""

duplicate_pair = Table(
    "duplicate_pair",
    metadata,
    Column("pair_id", Uuid, primary_key=True),
    Column("first_id", Uuid, ForeignKey("person.person_id", ondelete="CASCADE"), nullable=False),
    Column("second_id", Uuid, ForeignKey("person.person_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("score_percent", Integer, nullable=False),
    Column("band", Text, nullable=False),
    Column("reasons", ARRAY(Text), nullable=False),
    Column("suspected_at", INSTANT, nullable=False),
    Column("dismissed_at", INSTANT),
    Column("dismissed_by", Text),
    Column("dismiss_reason", Text),
    UniqueConstraint("first_id", "second_id"),
    CheckConstraint("first_id < second_id"),
    Index("duplicate_pair_waiting", "score_percent", postgresql_where=text("dismissed_at IS NULL")),
)

person_merge = Table(
    "person_merge",
    metadata,
    Column("merge_id", Uuid, primary_key=True),
    Column("kept_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("merged_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("undone_at", INSTANT),
    Column("undone_by", Text),
    Column("undo_reason", Text),
    CheckConstraint("kept_id <> merged_id"),
    Index("person_merge_once", "merged_id", unique=True, postgresql_where=text("undone_at IS NULL")),
)
"""Which record joined which. Nothing of either record changes by it, so that undoing it loses nothing."""
