"""The directory beyond its first shape: HSDS 3.1 with our extension, its sources, its history and its version."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Float, ForeignKey, Integer, Table, Text, Uuid

from lotse_referral.store.tables.columns import metadata

program = Table(
    "program",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("name", Text, nullable=False),
    Column("alternate_name", Text),
    Column("description", Text, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("service_at_location_id", Uuid, ForeignKey("service_at_location.id")),
    Column("location_id", Uuid, ForeignKey("location.id")),
    Column("name", Text),
    Column("title", Text),
    Column("department", Text),
    Column("email", Text),
)

accessibility = Table(
    "accessibility",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("location_id", Uuid, ForeignKey("location.id"), nullable=False),
    Column("description", Text),
    Column("details", Text),
    Column("url", Text),
)

cost_option = Table(
    "cost_option",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id"), nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("option", Text),
    Column("currency", Text),
    Column("amount", Float),
    Column("amount_description", Text),
)

required_document = Table(
    "required_document",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id"), nullable=False),
    Column("document", Text),
    Column("uri", Text),
)

unit = Table(
    "unit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scheme", Text),
    Column("identifier", Text),
    Column("uri", Text),
)

service_capacity = Table(
    "service_capacity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id"), nullable=False),
    Column("unit_id", Uuid, ForeignKey("unit.id"), nullable=False),
    Column("available", Integer, nullable=False),
    Column("maximum", Integer),
    Column("description", Text),
    Column("updated", DateTime(timezone=True), nullable=False),
)

url = Table(
    "url",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("label", Text),
    Column("url", Text, nullable=False),
)

funding = Table(
    "funding",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id")),
    Column("service_id", Uuid, ForeignKey("service.id")),
    Column("source", Text),
)

organization_identifier = Table(
    "organization_identifier",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, ForeignKey("organization.id"), nullable=False),
    Column("identifier_scheme", Text),
    Column("identifier_type", Text, nullable=False),
    Column("identifier", Text, nullable=False),
)

taxonomy = Table(
    "taxonomy",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("uri", Text),
    Column("version", Text),
)

# What HSDS has no word for.

language_slot = Table(
    "language_slot",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, ForeignKey("service.id"), nullable=False),
    Column("language", Text, nullable=False),
    Column("byday", Text),
    Column("opens_at", Text),
    Column("closes_at", Text),
    Column("kind", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
)

service_rule = Table(
    "service_rule",
    metadata,
    Column("service_id", Uuid, ForeignKey("service.id"), primary_key=True),
    Column("rule", Text, primary_key=True),
)

# Where it comes from, what it was, and whether it changed.

field_source = Table(
    "field_source",
    metadata,
    Column("resource_type", Text, nullable=False),
    Column("resource_id", Uuid, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("assured_on", Date),
    Column("by_staff", Boolean, nullable=False, server_default="false"),
)

history = Table(
    "metadata",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("resource_id", Uuid, nullable=False),
    Column("resource_type", Text, nullable=False),
    Column("last_action_date", Text, nullable=False),
    Column("last_action_type", Text, nullable=False),
    Column("field_name", Text, nullable=False),
    Column("previous_value", Text, nullable=False),
    Column("replacement_value", Text, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("actor", Text),
    Column("origin", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

directory_version = Table(
    "directory_version",
    metadata,
    Column("single", Boolean, primary_key=True, server_default="true"),
    Column("version", BigInteger, nullable=False),
)
