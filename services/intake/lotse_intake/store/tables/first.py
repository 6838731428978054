"""The tables of intake. Whatever a person said is ciphertext; in the clear are ids, codes and times only."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_intake.store.tables.columns import INSTANT, metadata

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("fields", LargeBinary),
    Column("contact_kind", Text, nullable=False),
    Column("contact_version", Integer, nullable=False),
    Column("contact_consented", Boolean, nullable=False),
    Column("contact_safe", Boolean, nullable=False),
    Column("unreachable", Boolean, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("referral_id", Uuid, unique=True),
    Column("registered_at", INSTANT, nullable=False),
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    Column("stopped_channels", ARRAY(Text), nullable=False, server_default=text("'{}'")),
)

enquiry = Table(
    "enquiry",
    metadata,
    Column("enquiry_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("receipt_sha256", Text, unique=True),
    Column("pin_hash", LargeBinary),
    Column("channel", Text, nullable=False),
    Column("frontend", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("flags", ARRAY(Text), nullable=False),
    Column("urgency", Text, nullable=False),
    Column("letter", LargeBinary),
    Column("files_missing", Integer, nullable=False),
    Column("notice_version", Text, nullable=False),
    Column("text_consented", Boolean, nullable=False, server_default=text("false")),
    Column("answers", Integer, nullable=False),
    Column("received_at", INSTANT, nullable=False, index=True),
    Column("updated_at", INSTANT, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("entry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("enquiry_id", Uuid, ForeignKey("enquiry.enquiry_id"), nullable=False),
    Column("said_by", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("entry_enquiry", "enquiry_id", "entry_id"),
)

case_file = Table(
    "case_file",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("owner", Text),
    Column("team", Text),
    Column("phase", Text, nullable=False, server_default=text("'intake'")),
    Column("closed_at", INSTANT),
    Column("closure_reason", Text),
    Column("closure_exception", Text),
    Column("proposed_owner", Text),
    Column("proposed_team", Text),
    Column("proposed_by", Text),
)

concern = Table(
    "concern",
    metadata,
    Column("concern_id", Uuid, primary_key=True),
    Column("enquiry_id", Uuid, ForeignKey("enquiry.enquiry_id"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("unknown_code", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("received_at", INSTANT, nullable=False, index=True),
    Column("due_at", INSTANT, nullable=False),
    Column("deadline_on", Date),
    Column("sub_code", Text),
    Column("assignee", Text),
    Column("offered_to", Text),
    Column("team", Text),
    Column("tags", ARRAY(Text), nullable=False),
    Column("outcome", Text),
    Column("reason", Text),
    Column("duplicate_of", Uuid),
    Column("moved_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    Column("clock", Text),
)

heard_referral = Table(
    "heard_referral",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("concern_id", Uuid, ForeignKey("concern.concern_id"), nullable=False, index=True),
    Column("completed", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("settled", Boolean, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("contact_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), index=True),
    Column("at", INSTANT, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("depth", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("interpreter", Boolean, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("case_id", Uuid, index=True),
    Column("concern_id", Uuid, ForeignKey("concern.concern_id"), index=True),
    Column("participants", Integer, nullable=False, server_default=text("1")),
    Column("recorded_by", Text),
    Column("recorded_at", INSTANT),
    Column("corrects", Uuid),
    Column("superseded_by", Uuid),
    Column("void", Boolean, nullable=False, server_default=text("false")),
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("method", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("text_language", Text, nullable=False),
    Column("given_at", INSTANT, nullable=False),
    Column("valid_to", INSTANT),
    Column("health_ticked", Boolean, nullable=False, server_default=text("false")),
    Column("grantor", Text, nullable=False, server_default=text("'self'")),
    Column("guardian_id", Uuid),
    Column("capacity", Text),
    Column("capacity_assessed_by", Text),
    Column("witness", Text),
    Column("proof_sha256", Text),
    Column("pending_until", INSTANT),
    Column("given_by", Text),
)

consent_withdrawal = Table(
    "consent_withdrawal",
    metadata,
    Column("consent_id", Uuid, ForeignKey("consent.consent_id"), primary_key=True),
    Column("withdrawn_at", INSTANT, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
)

field_release = Table(
    "field_release",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False, index=True),
    Column("consent_id", Uuid, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("ciphertext_sha256", Text, nullable=False),
    Column("released_at", INSTANT, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("attachment_id", Uuid, primary_key=True),
    Column("claim_sha256", Text, nullable=False),
    Column("enquiry_id", Uuid, ForeignKey("enquiry.enquiry_id"), index=True),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("uploaded_at", INSTANT, nullable=False),
    Column("claimed_at", INSTANT),
    Index("attachment_unclaimed", "uploaded_at", postgresql_where=text("claimed_at IS NULL")),
)

pin_guess = Table(
    "pin_guess",
    metadata,
    Column("receipt_sha256", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("attempt_id", Uuid, nullable=False),
    Column("locked_until", INSTANT, nullable=False),
)

erasure = Table(
    "erasure",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("begun_at", INSTANT, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("confirmed_at", INSTANT),
    Column("requested_at", INSTANT),
    Column("target_at", INSTANT),
    Column("due_at", INSTANT),
    Column("identity", Text),
)

erasure_receipt = Table(
    "erasure_receipt",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Column("counts", JSONB),
    Column("kept", JSONB),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("token", Text, primary_key=True),
    Column("erased_at", INSTANT, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("period", Text, primary_key=True),
    Column("figures", JSONB, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("content", LargeBinary),
    Column("sha256", Text),
)
