"""Referral's tables: the directory in the shape of HSDS 3.1 with our extension, then matches and referrals."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from lotse_referral.store.tables.columns import metadata

# The directory. Columns are named as in HSDS 3.1; what HSDS has no word for is in service_extension.

organization = Table(
    "organization",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("alternate_name", Text),
    Column("email", Text),
    Column("website", Text),
    Column("tax_status", Text),
    Column("tax_id", Text),
    Column("year_incorporated", Integer),
    Column("legal_status", Text),
    Column("logo", Text),
    Column("uri", Text),
    Column("parent_organization_id", Uuid),
)

service = Table(
    "service",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("url", Text),
    Column("email", Text),
    Column("status", Text, nullable=False),
    Column("interpretation_services", Text),
    Column("application_process", Text),
    Column("minimum_age", Integer),
    Column("assured_date", Date),
    Column("last_modified", DateTime(timezone=True), nullable=False),
    Column("program_id", Uuid),
    Column("alternate_name", Text),
    Column("fees_description", Text),
    Column("wait_time", Text),
    Column("fees", Text),
    Column("accreditations", Text),
    Column("eligibility_description", Text),
    Column("maximum_age", Integer),
    Column("assurer_email", Text),
    Column("licenses", Text),
    Column("alert", Text),
)

location = Table(
    "location",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("location_type", Text, nullable=False),
    Column("description", Text),
    Column("url", Text),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("name", Text),
    Column("alternate_name", Text),
    Column("transportation", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("external_identifier", Text),
    Column("external_identifier_type", Text),
)

service_at_location = Table(
    "service_at_location",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id"), nullable=False),
    Column("location_id", Uuid, ForeignKey("location.id"), nullable=False),
    Column("description", Text),
)

address = Table(
    "address",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("location_id", Uuid, ForeignKey("location.id"), nullable=False),
    Column("address_1", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state_province", Text, nullable=False),
    Column("postal_code", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("address_type", Text, nullable=False),
    Column("attention", Text),
    Column("address_2", Text),
    Column("region", Text),
)

phone = Table(
    "phone",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("number", Text, nullable=False),
    Column("location_id", Uuid, ForeignKey("location.id")),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("contact_id", Uuid, ForeignKey("contact.id")),
    Column("service_at_location_id", Uuid, ForeignKey("service_at_location.id")),
    Column("extension", BigInteger),
    Column("type", Text),
    Column("description", Text),
)

language = Table(
    "language",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("code", Text, nullable=False),
    Column("note", Text),
    Column("doubtful", Boolean, nullable=False),
    Column("name", Text),
    Column("location_id", Uuid, ForeignKey("location.id")),
    Column("phone_id", Uuid, ForeignKey("phone.id")),
)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("freq", Text),
    Column("byday", Text),
    Column("opens_at", Text),
    Column("closes_at", Text),
    Column("description", Text),
    Column("location_id", Uuid, ForeignKey("location.id")),
    Column("service_at_location_id", Uuid, ForeignKey("service_at_location.id")),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("dtstart", Date),
    Column("timezone", Float),
    Column("until", Date),
    Column("count", Integer),
    Column("wkst", Text),
    Column("interval", Integer),
    Column("byweekno", Text),
    Column("bymonthday", Text),
    Column("byyearday", Text),
    Column("schedule_link", Text),
    Column("attending_type", Text),
    Column("notes", Text),
)

service_area = Table(
    "service_area",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("name", Text),
    Column("service_at_location_id", Uuid, ForeignKey("service_at_location.id")),
    Column("description", Text),
    Column("extent", Text),
    Column("extent_type", Text),
    Column("uri", Text),
)

taxonomy_term = Table(
    "taxonomy_term",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("taxonomy", Text),
    Column("parent_id", Uuid),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id")),
    Column("language", Text),
    Column("term_uri", Text),
)

attribute = Table(
    "attribute",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("link_id", Uuid, nullable=False),
    Column("taxonomy_term_id", Uuid, ForeignKey("taxonomy_term.id")),
    Column("main", Boolean, nullable=False),
    Column("link_entity", Text, nullable=False, server_default="service"),
    Column("link_type", Text),
    Column("value", Text),
    Column("label", Text),
)

service_extension = Table(
    "service_extension",
    metadata,
    Column("service_id", Uuid, ForeignKey("service.id"), primary_key=True),
    Column("association", Text),
    Column("address_text", Text),
    Column("valid_to", Date),
    Column("assurance", Text, nullable=False),
    Column("capacity", Text, nullable=False),
    Column("interpreter", Boolean, nullable=False),
    Column("appointment_only", Boolean, nullable=False),
    Column("for_institutions", Boolean, nullable=False),
    Column("confidential_location", Boolean, nullable=False),
    Column("note", Text),
    Column("sources", ARRAY(Text), nullable=False),
    Column("directory", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("walk_in", Boolean),
    Column("delivery_modes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("next_check_due", Date),
    Column("check_said_for", Date),
    Column("version", Integer, nullable=False, server_default="0"),
)

# Matches

concern = Table(
    "concern",
    metadata,
    Column("concern_id", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("concern_version", Integer, nullable=False),
    Column("match_version", Integer, nullable=False),
    Column("candidates", JSONB, nullable=False),
    Column("gap_code", Text),
    Column("matched_at", DateTime(timezone=True), nullable=False),
    Column("sub_code", Text),
    Column("facts", JSONB, nullable=False),
    Column("found", JSONB, nullable=False),
    Column("gap_codes", ARRAY(Text), nullable=False),
)

gap = Table(
    "gap",
    metadata,
    Column("gap_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("month", Text, nullable=False),
)

# Referrals

referral = Table(
    "referral",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("service_id", Uuid),
    Column("language", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("partner", Text),
    Column("person_id", Uuid),
    Column("concern_id", Uuid),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("wanted_consent_id", Uuid),
    Column("asked_consent_id", Uuid),
    Column("refused_consent_id", Uuid),
    Column("fields_left", Boolean, nullable=False),
    Column("reason", Text),
    Column("outcome", Text),
    Column("confirmed_by", Text),
    Column("sender_erased_at", DateTime(timezone=True)),
    Column("withdrawal_acknowledged_at", DateTime(timezone=True)),
    Column("entered_at", DateTime(timezone=True)),
    Column("parent_id", Uuid),
    Column("link", Text),
    Column("question", Text),
    Column("asked_groups", ARRAY(Text), nullable=False),
    Column("more_groups", ARRAY(Text), nullable=False),
    Column("left_consent_ids", ARRAY(Uuid), nullable=False),
    Column("heard_version", Integer, nullable=False),
    Column("overruled_rule", Text),
    Column("overrule_reason", Text),
    Column("counsellor", Text),
    Column("due_at", DateTime(timezone=True)),
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("field_groups", ARRAY(Text), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("expired", Boolean, nullable=False),
)

appointment = Table(
    "appointment",
    metadata,
    Column("appointment_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("place", Text),
    Column("cancelled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", Text),
    Column("interpreter", Boolean, nullable=False),
    Column("reason", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

# Erasure

tombstone = Table(
    "tombstone",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("erased_at", DateTime(timezone=True), nullable=False),
)
