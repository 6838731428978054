"""Whom a consent binds to what, and its proof."""

from lotse_chassis.migrate import Migration

_TERMS = (
    """ALTER TABLE consent ADD COLUMN health_ticked boolean NOT NULL DEFAULT false,
       ADD COLUMN grantor text NOT NULL DEFAULT 'self' CHECK (grantor IN ('self', 'guardian')),
       ADD COLUMN guardian_id uuid, ADD COLUMN capacity text, ADD COLUMN capacity_assessed_by text,
       ADD COLUMN witness text, ADD COLUMN proof_sha256 text, ADD COLUMN pending_until timestamptz,
       ADD COLUMN given_by text""",
    """CREATE TABLE consent_proof (consent_id uuid NOT NULL REFERENCES consent, attachment_id uuid NOT NULL,
       scan_sha256 text NOT NULL, attached_at timestamptz NOT NULL, attached_by text NOT NULL,
       PRIMARY KEY (consent_id, attachment_id))""",
    """CREATE TABLE consent_expiry (consent_id uuid NOT NULL REFERENCES consent,
       reason text NOT NULL CHECK (reason IN ('valid_to', 'unproved')), expired_at timestamptz NOT NULL,
       PRIMARY KEY (consent_id, reason))""",
    """CREATE TABLE consent_text (kind text NOT NULL, version text NOT NULL, valid_from date NOT NULL,
       text_sha256 text NOT NULL, first_used_at timestamptz NOT NULL, PRIMARY KEY (kind, version))""",
)

APPEND_ONLY = ("consent_proof", "consent_expiry", "consent_text")

_APPEND_ONLY = tuple(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    for table in APPEND_ONLY
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0050-consent-terms", _TERMS),
    Migration("0051-consent-append-only", _APPEND_ONLY),
)

RIGHTS: dict[str, str] = {
    "consent_proof": "SELECT, INSERT",
    "consent_expiry": "SELECT, INSERT",
    "consent_text": "SELECT, INSERT",
}
