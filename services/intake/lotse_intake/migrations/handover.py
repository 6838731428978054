"""The handover of cases to whoever comes next."""

from lotse_chassis.migrate import Migration

_HANDOVER = (
    """CREATE TABLE handover_batch (batch_id uuid PRIMARY KEY,
       region text NOT NULL CHECK (region IN ('nord', 'west', 'mitte', 'sued')), recipient text NOT NULL,
       age_recipient text NOT NULL, opened_at timestamptz NOT NULL, opened_by text NOT NULL, persons integer,
       manifest_sha256 text, package_sha256 text, packaged_at timestamptz, placed_at timestamptz,
       CHECK (packaged_at IS NULL OR (manifest_sha256 IS NOT NULL AND package_sha256 IS NOT NULL)),
       CHECK (placed_at IS NULL OR packaged_at IS NOT NULL))""",
    "CREATE UNIQUE INDEX handover_batch_unplaced ON handover_batch (region) WHERE placed_at IS NULL",
    """CREATE TABLE handover_case (person_id uuid PRIMARY KEY REFERENCES person, version integer NOT NULL,
       round integer NOT NULL, asked_at timestamptz, told boolean NOT NULL, reminded_at timestamptz,
       answer text CHECK (answer IN ('take_me', 'my_papers', 'close')), answered_at timestamptz, answered_by text,
       method text, language text, region text, consent_id uuid, papers_at timestamptz,
       batch_id uuid REFERENCES handover_batch, packaged_at timestamptz, receipted_at timestamptz,
       purged_at timestamptz,
       CHECK (packaged_at IS NULL OR (batch_id IS NOT NULL AND consent_id IS NOT NULL)),
       CHECK (receipted_at IS NULL OR packaged_at IS NOT NULL),
       CHECK (purged_at IS NULL OR receipted_at IS NOT NULL))""",
    "CREATE INDEX ix_handover_case_batch_id ON handover_case (batch_id)",
    """CREATE TABLE handover_item (batch_id uuid NOT NULL REFERENCES handover_batch, reference uuid NOT NULL,
       person_sha256 text NOT NULL, receipted_at timestamptz, purged_at timestamptz,
       PRIMARY KEY (batch_id, reference), CHECK (purged_at IS NULL OR receipted_at IS NOT NULL))""",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("0080-handover", _HANDOVER),)

RIGHTS: dict[str, str] = {
    "handover_batch": "SELECT, INSERT,"
    " UPDATE (age_recipient, persons, manifest_sha256, package_sha256, packaged_at, placed_at)",
    "handover_case": "SELECT, INSERT, UPDATE, DELETE",
    "handover_item": "SELECT, INSERT, UPDATE (receipted_at, purged_at), DELETE",
}
