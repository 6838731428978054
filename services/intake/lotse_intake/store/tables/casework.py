"""Goals, tasks, notes, documents, households, and what is counted."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from lotse_intake.store.tables.columns import INSTANT, metadata


def _of_a_case() -> ForeignKeyConstraint:
    """The person of a row is that of its case."""
    return ForeignKeyConstraint(["case_id", "person_id"], ["case_file.case_id", "case_file.person_id"])


case_event = Table(
    "case_event",
    metadata,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("code", Text),
    Column("code_after", Text),
    Column("actor", Text),
)

case_conflict = Table(
    "case_conflict",
    metadata,
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), primary_key=True),
    Column("actor", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("marked_at", INSTANT, nullable=False),
    Column("marked_by", Text, nullable=False),
)

goal = Table(
    "goal",
    metadata,
    Column("goal_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("target", Date),
    Column("set_at", INSTANT, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("result", Text),
    Column("reason", Text),
    Column("ended_at", INSTANT),
    _of_a_case(),
)

task = Table(
    "task",
    metadata,
    Column("task_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("goal_id", Uuid, ForeignKey("goal.goal_id")),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("assignee", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("added_at", INSTANT, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("result", Text),
    Column("reason", Text),
    Column("ended_at", INSTANT),
    _of_a_case(),
)

note = Table(
    "note",
    metadata,
    Column("note_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("written_at", INSTANT, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("about_others", LargeBinary),
    Column("used_at", INSTANT),
    _of_a_case(),
)

document = Table(
    "document",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("case_id", Uuid, index=True),
    Column("consent_id", Uuid, ForeignKey("consent.consent_id"), index=True),
    Column("purpose", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kept_at", INSTANT, nullable=False),
    Column("kept_by", Text, nullable=False),
    _of_a_case(),
)

person_link = Table(
    "person_link",
    metadata,
    Column("link_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    Column("other_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("linked_at", INSTANT, nullable=False),
    Column("linked_by", Text, nullable=False),
)

group_contact = Table(
    "group_contact",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("offer", Text, nullable=False),
    Column("head_count", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", INSTANT, nullable=False),
    Column("corrects", Uuid),
    Column("superseded_by", Uuid),
    Column("void", Boolean, nullable=False),
)
