"""The first tables: persons, enquiries, concerns, cases, consents, files, ends."""

from lotse_chassis.migrate import Migration

_PERSONS = (
    """CREATE TABLE person (person_id uuid PRIMARY KEY, version integer NOT NULL, languages text[] NOT NULL,
       fields bytea, contact_kind text NOT NULL, contact_version integer NOT NULL, contact_consented boolean NOT NULL,
       contact_safe boolean NOT NULL, unreachable boolean NOT NULL, frozen boolean NOT NULL,
       referral_id uuid UNIQUE, registered_at timestamptz NOT NULL)""",
    """CREATE TABLE enquiry (enquiry_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person,
       version integer NOT NULL, receipt_sha256 text UNIQUE, pin_hash bytea, channel text NOT NULL,
       frontend text NOT NULL, language text NOT NULL, flags text[] NOT NULL, urgency text NOT NULL, letter bytea,
       files_missing integer NOT NULL, notice_version text NOT NULL, answers integer NOT NULL,
       received_at timestamptz NOT NULL, updated_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_enquiry_person_id ON enquiry (person_id)",
    "CREATE INDEX ix_enquiry_received_at ON enquiry (received_at)",
    """CREATE TABLE entry (entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       enquiry_id uuid NOT NULL REFERENCES enquiry, said_by text NOT NULL, at timestamptz NOT NULL,
       content bytea NOT NULL)""",
    "CREATE INDEX entry_enquiry ON entry (enquiry_id, entry_id)",
)

_CASES = (
    """CREATE TABLE case_file (case_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person,
       version integer NOT NULL, opened_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_case_file_person_id ON case_file (person_id)",
    """CREATE TABLE concern (concern_id uuid PRIMARY KEY, enquiry_id uuid NOT NULL REFERENCES enquiry,
       case_id uuid NOT NULL REFERENCES case_file, person_id uuid NOT NULL REFERENCES person, version integer NOT NULL,
       code text NOT NULL, unknown_code boolean NOT NULL,
       state text NOT NULL CHECK (state IN ('received', 'answered', 'accepted', 'referred', 'closed')),
       urgency text NOT NULL CHECK (urgency IN ('normal', 'urgent', 'emergency')), language text NOT NULL,
       channel text NOT NULL, received_at timestamptz NOT NULL, due_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_concern_enquiry_id ON concern (enquiry_id)",
    "CREATE INDEX ix_concern_case_id ON concern (case_id)",
    "CREATE INDEX ix_concern_person_id ON concern (person_id)",
    "CREATE INDEX ix_concern_received_at ON concern (received_at)",
    "CREATE INDEX concern_due ON concern (due_at, concern_id) WHERE state = 'received'",
    "CREATE INDEX concern_newest ON concern (received_at, concern_id) WHERE state = 'received'",
    """CREATE TABLE heard_referral (referral_id uuid PRIMARY KEY, concern_id uuid NOT NULL REFERENCES concern,
       completed boolean NOT NULL)""",
    "CREATE INDEX ix_heard_referral_concern_id ON heard_referral (concern_id)",
    """CREATE TABLE contact (contact_id uuid PRIMARY KEY, person_id uuid REFERENCES person, at timestamptz NOT NULL,
       minutes integer NOT NULL, channel text NOT NULL, depth text NOT NULL, language text NOT NULL,
       interpreter boolean NOT NULL, codes text[] NOT NULL)""",
    "CREATE INDEX ix_contact_person_id ON contact (person_id)",
)

_CONSENTS = (
    """CREATE TABLE consent (consent_id uuid PRIMARY KEY, person_id uuid NOT NULL, kind text NOT NULL,
       recipient text NOT NULL, purpose text NOT NULL, codes text[] NOT NULL, field_groups text[] NOT NULL,
       method text NOT NULL, text_version text NOT NULL, text_language text NOT NULL, given_at timestamptz NOT NULL,
       valid_to timestamptz)""",
    "CREATE INDEX ix_consent_person_id ON consent (person_id)",
    """CREATE TABLE consent_withdrawal (consent_id uuid PRIMARY KEY REFERENCES consent,
       withdrawn_at timestamptz NOT NULL, withdrawn_by text NOT NULL)""",
    """CREATE TABLE field_release (referral_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person,
       consent_id uuid NOT NULL, recipient text NOT NULL, field_groups text[] NOT NULL, ciphertext_sha256 text NOT NULL,
       released_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_field_release_person_id ON field_release (person_id)",
)

_FILES = (
    """CREATE TABLE attachment (attachment_id uuid PRIMARY KEY, claim_sha256 text NOT NULL,
       enquiry_id uuid REFERENCES enquiry, media_type text NOT NULL, size_bytes integer NOT NULL,
       uploaded_at timestamptz NOT NULL, claimed_at timestamptz)""",
    "CREATE INDEX ix_attachment_enquiry_id ON attachment (enquiry_id)",
    "CREATE INDEX attachment_unclaimed ON attachment (uploaded_at) WHERE claimed_at IS NULL",
    """CREATE TABLE pin_guess (receipt_sha256 text PRIMARY KEY, failures integer NOT NULL, attempt_id uuid NOT NULL,
       locked_until timestamptz NOT NULL)""",
)

_ENDS = (
    """CREATE TABLE erasure (person_id uuid PRIMARY KEY, begun_at timestamptz NOT NULL, begun_by text NOT NULL,
       confirmed_at timestamptz)""",
    """CREATE TABLE erasure_receipt (person_id uuid NOT NULL, service text NOT NULL, digest text NOT NULL,
       received_at timestamptz NOT NULL, PRIMARY KEY (person_id, service))""",
    "CREATE TABLE tombstone (token text PRIMARY KEY, erased_at timestamptz NOT NULL)",
    """CREATE TABLE publication (period text PRIMARY KEY, figures jsonb NOT NULL, published_at timestamptz NOT NULL)""",
)

APPEND_ONLY = ("consent", "consent_withdrawal", "tombstone", "erasure_receipt", "publication", "access_log")
"""What is only ever added to: the role has no right to change it, and a trigger refuses whoever has."""

_APPEND_ONLY = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
       END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ),
)

MIGRATIONS = (
    Migration("0001-persons", _PERSONS),
    Migration("0002-cases", _CASES),
    Migration("0003-consents", _CONSENTS),
    Migration("0004-files", _FILES),
    Migration("0005-ends", _ENDS),
    Migration("0006-append-only", _APPEND_ONLY),
)

RIGHTS = {
    "person": "SELECT, INSERT, UPDATE, DELETE",
    "enquiry": "SELECT, INSERT, UPDATE (version, answers, updated_at, files_missing, letter, urgency, receipt_sha256,"
    " pin_hash), DELETE",
    "entry": "SELECT, INSERT, DELETE",
    "case_file": "SELECT, INSERT, UPDATE (version, owner, team, phase, closed_at, closure_reason, closure_exception,"
    " proposed_owner, proposed_team, proposed_by), DELETE",
    "concern": "SELECT, INSERT, UPDATE (version, code, unknown_code, state, urgency, due_at, deadline_on, sub_code,"
    " assignee, offered_to, team, tags, outcome, reason, duplicate_of, moved_at, ended_at, clock), DELETE",
    "heard_referral": "SELECT, INSERT, UPDATE (completed, ended, settled), DELETE",
    "contact": "SELECT, INSERT, UPDATE (superseded_by), DELETE",
    "consent": "SELECT, INSERT",
    "consent_withdrawal": "SELECT, INSERT",
    "field_release": "SELECT, INSERT, DELETE",
    "attachment": "SELECT, INSERT, UPDATE (enquiry_id, claimed_at), DELETE",
    "pin_guess": "SELECT, INSERT, UPDATE, DELETE",
    "erasure": "SELECT, INSERT, UPDATE (confirmed_at)",
    "erasure_receipt": "SELECT, INSERT",
    "tombstone": "SELECT, INSERT",
    "publication": "SELECT, INSERT",
}
