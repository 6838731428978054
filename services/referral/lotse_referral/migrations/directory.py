"""The directory in the whole of HSDS 3.1, with our extension, its sources, its history and its version."""

from lotse_chassis.migrate import Migration

WIDER = (
    """ALTER TABLE organization ADD COLUMN alternate_name text, ADD COLUMN email text, ADD COLUMN website text,
       ADD COLUMN tax_status text, ADD COLUMN tax_id text, ADD COLUMN year_incorporated integer,
       ADD COLUMN legal_status text, ADD COLUMN logo text, ADD COLUMN uri text,
       ADD COLUMN parent_organization_id uuid""",
    """CREATE TABLE program (id uuid PRIMARY KEY, organization_id uuid REFERENCES organization (id),
       name text NOT NULL, alternate_name text, description text NOT NULL)""",
    "CREATE INDEX program_organization ON program (organization_id)",
    """ALTER TABLE service ADD COLUMN program_id uuid, ADD COLUMN alternate_name text,
       ADD COLUMN fees_description text, ADD COLUMN wait_time text,
       ADD COLUMN fees text, ADD COLUMN accreditations text, ADD COLUMN eligibility_description text,
       ADD COLUMN maximum_age integer CHECK (maximum_age >= 0), ADD COLUMN assurer_email text,
       ADD COLUMN licenses text, ADD COLUMN alert text""",
    "CREATE INDEX service_organization ON service (organization_id)",
    "CREATE INDEX service_modified ON service (last_modified, id)",
    """ALTER TABLE location ADD COLUMN url text, ADD COLUMN organization_id uuid REFERENCES organization (id),
       ADD COLUMN name text, ADD COLUMN alternate_name text, ADD COLUMN transportation text,
       ADD COLUMN latitude double precision CHECK (latitude BETWEEN -90 AND 90),
       ADD COLUMN longitude double precision CHECK (longitude BETWEEN -180 AND 180),
       ADD COLUMN external_identifier text, ADD COLUMN external_identifier_type text,
       ADD CONSTRAINT location_coordinates CHECK ((latitude IS NULL) = (longitude IS NULL))""",
    "CREATE INDEX location_organization ON location (organization_id)",
    "CREATE INDEX location_place ON location (latitude, longitude) WHERE latitude IS NOT NULL",
    "ALTER TABLE service_at_location ADD COLUMN description text",
    "CREATE INDEX service_at_location_location ON service_at_location (location_id)",
    """ALTER TABLE address ADD COLUMN attention text, ADD COLUMN address_2 text, ADD COLUMN region text,
       DROP CONSTRAINT address_location_id_fkey, ADD CONSTRAINT address_location_id_fkey
       FOREIGN KEY (location_id) REFERENCES location (id) ON DELETE CASCADE""",
    """CREATE TABLE contact (id uuid PRIMARY KEY, organization_id uuid REFERENCES organization (id),
       service_id uuid REFERENCES service (id),
       service_at_location_id uuid REFERENCES service_at_location (id) ON DELETE CASCADE,
       location_id uuid REFERENCES location (id) ON DELETE CASCADE,
       name text, title text, department text, email text)""",
    """ALTER TABLE phone ALTER COLUMN service_id DROP NOT NULL,
       ADD COLUMN location_id uuid REFERENCES location (id) ON DELETE CASCADE,
       ADD COLUMN organization_id uuid REFERENCES organization (id),
       ADD COLUMN contact_id uuid REFERENCES contact (id) ON DELETE CASCADE,
       ADD COLUMN service_at_location_id uuid REFERENCES service_at_location (id) ON DELETE CASCADE,
       ADD COLUMN extension bigint, ADD COLUMN type text, ADD COLUMN description text""",
    """ALTER TABLE language ALTER COLUMN service_id DROP NOT NULL, ADD COLUMN name text,
       ADD COLUMN location_id uuid REFERENCES location (id) ON DELETE CASCADE,
       ADD COLUMN phone_id uuid REFERENCES phone (id) ON DELETE CASCADE,
       ALTER COLUMN doubtful SET DEFAULT false""",
    """ALTER TABLE schedule ALTER COLUMN service_id DROP NOT NULL,
       ADD COLUMN location_id uuid REFERENCES location (id) ON DELETE CASCADE,
       ADD COLUMN service_at_location_id uuid REFERENCES service_at_location (id) ON DELETE CASCADE,
       ADD COLUMN valid_from date, ADD COLUMN valid_to date, ADD COLUMN dtstart date,
       ADD COLUMN timezone double precision, ADD COLUMN until date, ADD COLUMN count integer, ADD COLUMN wkst text,
       ADD COLUMN "interval" integer, ADD COLUMN byweekno text, ADD COLUMN bymonthday text, ADD COLUMN byyearday text,
       ADD COLUMN schedule_link text, ADD COLUMN attending_type text, ADD COLUMN notes text""",
    """ALTER TABLE service_area ALTER COLUMN service_id DROP NOT NULL, ALTER COLUMN name DROP NOT NULL,
       ADD COLUMN service_at_location_id uuid REFERENCES service_at_location (id) ON DELETE CASCADE,
       ADD COLUMN description text, ADD COLUMN extent text, ADD COLUMN extent_type text, ADD COLUMN uri text""",
    """CREATE TABLE accessibility (id uuid PRIMARY KEY,
       location_id uuid NOT NULL REFERENCES location (id) ON DELETE CASCADE,
       description text, details text, url text)""",
    """CREATE TABLE cost_option (id uuid PRIMARY KEY, service_id uuid NOT NULL REFERENCES service (id),
       valid_from date, valid_to date, option text, currency text, amount double precision, amount_description text)""",
    """CREATE TABLE required_document (id uuid PRIMARY KEY, service_id uuid NOT NULL REFERENCES service (id),
       document text, uri text)""",
    """CREATE TABLE unit (id uuid PRIMARY KEY, name text NOT NULL, scheme text, identifier text, uri text)""",
    """CREATE TABLE service_capacity (id uuid PRIMARY KEY, service_id uuid NOT NULL REFERENCES service (id),
       unit_id uuid NOT NULL REFERENCES unit (id), available integer NOT NULL CHECK (available >= 0),
       maximum integer CHECK (maximum >= 0), description text, updated timestamptz NOT NULL)""",
    """CREATE TABLE url (id uuid PRIMARY KEY, organization_id uuid REFERENCES organization (id),
       service_id uuid REFERENCES service (id), label text, url text NOT NULL)""",
    """CREATE TABLE funding (id uuid PRIMARY KEY, organization_id uuid REFERENCES organization (id),
       service_id uuid REFERENCES service (id), source text)""",
    """CREATE TABLE organization_identifier (id uuid PRIMARY KEY,
       organization_id uuid NOT NULL REFERENCES organization (id), identifier_scheme text,
       identifier_type text NOT NULL, identifier text NOT NULL)""",
    """CREATE TABLE taxonomy (id uuid PRIMARY KEY, name text NOT NULL, description text NOT NULL, uri text,
       version text)""",
    """ALTER TABLE taxonomy_term DROP CONSTRAINT taxonomy_term_code_key, ALTER COLUMN code DROP NOT NULL,
       ALTER COLUMN taxonomy DROP NOT NULL, ADD COLUMN taxonomy_id uuid REFERENCES taxonomy (id),
       ADD COLUMN language text, ADD COLUMN term_uri text""",
    "CREATE UNIQUE INDEX taxonomy_term_code ON taxonomy_term (code) WHERE taxonomy = 'uzd-concern'",
    "CREATE INDEX taxonomy_term_taxonomy ON taxonomy_term (taxonomy_id)",
    """ALTER TABLE attribute DROP CONSTRAINT attribute_link_id_fkey, ALTER COLUMN taxonomy_term_id DROP NOT NULL,
       ALTER COLUMN main SET DEFAULT false, ADD COLUMN link_entity text NOT NULL DEFAULT 'service',
       ADD COLUMN link_type text, ADD COLUMN value text, ADD COLUMN label text""",
    """ALTER TABLE service_extension ADD COLUMN walk_in boolean,
       ADD COLUMN delivery_modes text[] NOT NULL DEFAULT '{}', ADD COLUMN next_check_due date,
       ADD COLUMN check_said_for date, ADD COLUMN version integer NOT NULL DEFAULT 0""",
    "CREATE INDEX service_extension_check ON service_extension (next_check_due) WHERE next_check_due IS NOT NULL",
    """CREATE TABLE language_slot (id uuid PRIMARY KEY, service_id uuid NOT NULL REFERENCES service (id),
       language text NOT NULL, byday text, opens_at text, closes_at text,
       kind text NOT NULL CHECK (kind IN ('native', 'staff', 'interpreter')), valid_from date, valid_to date)""",
    """CREATE TABLE service_rule (service_id uuid NOT NULL REFERENCES service (id), rule text NOT NULL,
       PRIMARY KEY (service_id, rule))""",
    """CREATE TABLE field_source (resource_type text NOT NULL, resource_id uuid NOT NULL, field text NOT NULL,
       source text NOT NULL, assured_on date, by_staff boolean NOT NULL DEFAULT false,
       PRIMARY KEY (resource_id, field))""",
    """CREATE TABLE metadata (id uuid PRIMARY KEY, resource_id uuid NOT NULL, resource_type text NOT NULL,
       last_action_date text NOT NULL, last_action_type text NOT NULL, field_name text NOT NULL,
       previous_value text NOT NULL, replacement_value text NOT NULL, updated_by text NOT NULL,
       actor text, origin text NOT NULL CHECK (origin IN ('here', 'file')), recorded_at timestamptz NOT NULL)""",
    "CREATE INDEX metadata_resource ON metadata (resource_id, recorded_at)",
)

INDEXED_OWNERS: tuple[tuple[str, str], ...] = (
    ("contact", "organization_id"),
    ("contact", "service_id"),
    ("contact", "service_at_location_id"),
    ("contact", "location_id"),
    ("phone", "location_id"),
    ("phone", "organization_id"),
    ("phone", "contact_id"),
    ("phone", "service_at_location_id"),
    ("language", "location_id"),
    ("language", "phone_id"),
    ("schedule", "location_id"),
    ("schedule", "service_at_location_id"),
    ("service_area", "service_at_location_id"),
    ("accessibility", "location_id"),
    ("cost_option", "service_id"),
    ("required_document", "service_id"),
    ("service_capacity", "service_id"),
    ("url", "organization_id"),
    ("url", "service_id"),
    ("funding", "organization_id"),
    ("funding", "service_id"),
    ("organization_identifier", "organization_id"),
    ("language_slot", "service_id"),
)
"""What hangs on something is found, and removed with it, by these."""

DIRECTORY_TABLES: tuple[str, ...] = (
    "organization",
    "program",
    "service",
    "location",
    "service_at_location",
    "address",
    "contact",
    "phone",
    "language",
    "schedule",
    "service_area",
    "accessibility",
    "cost_option",
    "required_document",
    "unit",
    "service_capacity",
    "url",
    "funding",
    "organization_identifier",
    "taxonomy",
    "taxonomy_term",
    "attribute",
    "service_extension",
    "language_slot",
    "service_rule",
    "field_source",
)

HISTORY_STAYS = (
    """CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.previous_value = '' AND NEW.replacement_value = ''
     AND (to_jsonb(NEW) - 'previous_value' - 'replacement_value')
       = (to_jsonb(OLD) - 'previous_value' - 'replacement_value') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the history of the directory is only added to' USING ERRCODE = 'insufficient_privilege';
END $$""",
    """CREATE TRIGGER history_stays BEFORE UPDATE OR DELETE ON metadata
       FOR EACH ROW EXECUTE FUNCTION history_stays()""",
    """CREATE TRIGGER history_is_not_emptied BEFORE TRUNCATE ON metadata
       FOR EACH STATEMENT EXECUTE FUNCTION history_stays()""",
)
"""Only blanking is possible, for a place that became secret: that its address changed stays, the address does not."""

VERSION = (
    "CREATE TABLE directory_version (single boolean PRIMARY KEY DEFAULT true CHECK (single), version bigint NOT NULL)",
    "INSERT INTO directory_version (version) VALUES (1)",
    """CREATE FUNCTION directory_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE directory_version SET version = version + 1;
  RETURN NULL;
END $$""",
    *(
        f"CREATE TRIGGER directory_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION directory_changed()"
        for table in DIRECTORY_TABLES
    ),
)
"""Whoever keeps the directory in memory reads it again when the version rose. It rises in the change's transaction."""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "referral-0020-directory",
        (
            *WIDER,
            *(f"CREATE INDEX {table}_{owner} ON {table} ({owner})" for table, owner in INDEXED_OWNERS),
            *HISTORY_STAYS,
            *VERSION,
        ),
    ),
    Migration(
        "referral-0021-checks",
        (
            """INSERT INTO timer (kind, key, id, due_at, payload, state, attempts)
               VALUES ('service_check', 'directory', gen_random_uuid(), now(), '{}', 'waiting', 0)
               ON CONFLICT DO NOTHING""",
        ),
    ),
)

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
KEPT = "SELECT, INSERT, UPDATE"

RIGHTS: dict[str, str] = {
    **dict.fromkeys(DIRECTORY_TABLES, EVERYTHING),
    **dict.fromkeys(("organization", "service", "service_extension", "taxonomy", "taxonomy_term", "unit"), KEPT),
    "metadata": KEPT,
    "directory_version": "SELECT, UPDATE",
}
"""What a referral may point to is never deleted: it goes inactive."""
