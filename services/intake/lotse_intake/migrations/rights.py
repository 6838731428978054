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

_FORGETTING = (
    # Whoever may delete at all, the owner, still meets the trigger; only the two functions below tell it what for.
    # Three years are how long proofs stay, without content; 5000 rows at once, the rest goes the next night.
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' AND current_setting('lotse.forgetting', true) = TG_TABLE_NAME THEN
           RETURN NULL;
         END IF;
         RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
       END $$""",
    """CREATE FUNCTION forget_looks(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public AS $$
       DECLARE gone bigint;
       BEGIN
         PERFORM set_config('lotse.forgetting', 'access_log', true);
         DELETE FROM access_log WHERE id IN (SELECT id FROM access_log
           WHERE at < least(before, now() - interval '3 years') ORDER BY at LIMIT 5000);
         GET DIAGNOSTICS gone = ROW_COUNT;
         PERFORM set_config('lotse.forgetting', '', true);
         RETURN gone;
       END $$""",
    """CREATE FUNCTION forget_consents(before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public AS $$
       DECLARE victim uuid; gone bigint := 0; part text;
       BEGIN
         FOR victim IN SELECT c.consent_id FROM consent c LEFT JOIN consent_withdrawal w USING (consent_id)
           LEFT JOIN erasure e USING (person_id)
           WHERE least(w.withdrawn_at, c.valid_to, e.confirmed_at)
             < least(before, now() - interval '3 years')
             AND NOT EXISTS (SELECT FROM document d WHERE d.consent_id = c.consent_id) LIMIT 5000
         LOOP
           FOREACH part IN ARRAY ARRAY['consent_withdrawal', 'consent_proof', 'consent_expiry', 'consent'] LOOP
             PERFORM set_config('lotse.forgetting', part, true);
             EXECUTE format('DELETE FROM %I WHERE consent_id = $1', part) USING victim;
           END LOOP;
           gone := gone + 1;
         END LOOP;
         PERFORM set_config('lotse.forgetting', '', true);
         RETURN gone;
       END $$""",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0050-restriction", _RESTRICTION),
    Migration("0051-erasure-in-steps", _ERASURE),
    Migration("0052-retention", _RETENTION),
    Migration("0053-forgetting", _FORGETTING),
)

RIGHTS: dict[str, str] = {
    "restriction": "SELECT, INSERT, DELETE",
    "rectification": "SELECT, INSERT, DELETE",
    "legal_hold": "SELECT, INSERT, UPDATE (lifted_at, lifted_by), DELETE",
    "erasure_request": "SELECT, INSERT, UPDATE (requested_at, due_at, refused_at, refused_by, refusal), DELETE",
    "retention_run": "SELECT, INSERT",
    "incident_lookup": "SELECT, INSERT",
}
