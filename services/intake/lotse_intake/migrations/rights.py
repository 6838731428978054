"""Restriction, requests, and what retention did."""

from lotse_chassis.migrate import Migration

_RESTRICTION = (
    "ALTER TABLE person ADD COLUMN restricted boolean NOT NULL DEFAULT false",
    """CREATE TABLE restriction (restriction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       person_id uuid NOT NULL REFERENCES person, restricted boolean NOT NULL, reason text NOT NULL,
       at timestamptz NOT NULL, by text NOT NULL)""",
    "CREATE INDEX ix_restriction_person_id ON restriction (person_id)",
    """CREATE TABLE rectification (rectification_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       person_id uuid NOT NULL REFERENCES person, field_groups text[] NOT NULL, reason text NOT NULL,
       at timestamptz NOT NULL, by text NOT NULL)""",
    "CREATE INDEX ix_rectification_person_id ON rectification (person_id)",
)

_ERASURE = (
    """CREATE TABLE legal_hold (hold_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person,
       reason text NOT NULL, until timestamptz NOT NULL, placed_at timestamptz NOT NULL, placed_by text NOT NULL,
       lifted_at timestamptz, lifted_by text)""",
    "CREATE INDEX ix_legal_hold_person_id ON legal_hold (person_id)",
    """CREATE TABLE erasure_request (person_id uuid PRIMARY KEY REFERENCES person, requested_at timestamptz NOT NULL,
       due_at timestamptz NOT NULL, refused_at timestamptz, refused_by text, refusal text)""",
    "ALTER TABLE erasure ADD COLUMN requested_at timestamptz",
    "ALTER TABLE erasure ADD COLUMN target_at timestamptz",
    "ALTER TABLE erasure ADD COLUMN due_at timestamptz",
    "ALTER TABLE erasure ADD COLUMN identity text",
    "ALTER TABLE erasure_receipt ADD COLUMN counts jsonb",
    "ALTER TABLE erasure_receipt ADD COLUMN kept jsonb",
)

PROOF_YEARS = 3
"""How long consent proofs and the access log stay, without content; the database itself refuses to forget earlier."""

_RETENTION = (
    """CREATE TABLE retention_run (run_id uuid PRIMARY KEY, at timestamptz NOT NULL, by text NOT NULL,
       data_version text NOT NULL, counts jsonb NOT NULL)""",
    """CREATE TABLE incident_lookup (lookup_id uuid PRIMARY KEY, at timestamptz NOT NULL, asked_by text NOT NULL,
       approved_by text NOT NULL, reason text NOT NULL, subject_actor text NOT NULL, from_day date NOT NULL,
       to_day date NOT NULL, found integer NOT NULL, CHECK (asked_by <> approved_by))""",
    "CREATE INDEX access_log_object_id ON access_log (object_id)",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("retention_run", "incident_lookup")
    ),
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0050-restriction", _RESTRICTION),
    Migration("0051-erasure-in-steps", _ERASURE),
    Migration("0052-retention", _RETENTION),
)

RIGHTS: dict[str, str] = {
    "restriction": "SELECT, INSERT, DELETE",
    "rectification": "SELECT, INSERT, DELETE",
    "legal_hold": "SELECT, INSERT, UPDATE (lifted_at, lifted_by), DELETE",
    "erasure_request": "SELECT, INSERT, UPDATE (requested_at, due_at, refused_at, refused_by, refusal), DELETE",
    "retention_run": "SELECT, INSERT",
    "incident_lookup": "SELECT, INSERT",
}
