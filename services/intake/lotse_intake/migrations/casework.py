"""Who carries a case, its goals, tasks, notes and documents, who belongs to whom, and what is counted."""

from lotse_chassis.migrate import Migration

_CASES = (
    "ALTER TABLE case_file ADD COLUMN owner text",
    "ALTER TABLE case_file ADD COLUMN team text",
    """ALTER TABLE case_file ADD COLUMN phase text NOT NULL DEFAULT 'intake'
       CHECK (phase IN ('intake', 'assessment', 'planning', 'steering', 'evaluation', 'closed'))""",
    "ALTER TABLE case_file ADD COLUMN closed_at timestamptz",
    "ALTER TABLE case_file ADD COLUMN closure_reason text",
    "ALTER TABLE case_file ADD COLUMN closure_exception text",
    "ALTER TABLE case_file ADD COLUMN proposed_owner text",
    "ALTER TABLE case_file ADD COLUMN proposed_team text",
    "ALTER TABLE case_file ADD COLUMN proposed_by text",
    """ALTER TABLE case_file ADD CONSTRAINT case_file_closed CHECK
       ((phase = 'closed') = (closed_at IS NOT NULL) AND (phase = 'closed') = (closure_reason IS NOT NULL))""",
    "ALTER TABLE case_file ADD CONSTRAINT case_file_person UNIQUE (case_id, person_id)",
    "CREATE INDEX case_file_owned ON case_file (owner, opened_at, case_id) WHERE closed_at IS NULL",
    "CREATE INDEX case_file_team ON case_file (team, opened_at, case_id) WHERE closed_at IS NULL",
    "CREATE INDEX case_file_open ON case_file (opened_at, case_id) WHERE closed_at IS NULL",
    "CREATE INDEX case_file_unowned ON case_file (opened_at, case_id) WHERE closed_at IS NULL AND owner IS NULL",
    """CREATE TABLE case_event (event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       case_id uuid NOT NULL REFERENCES case_file, at timestamptz NOT NULL, by text NOT NULL, event text NOT NULL,
       code text, code_after text, actor text)""",
    "CREATE INDEX ix_case_event_case_id ON case_event (case_id)",
    """CREATE TABLE case_conflict (case_id uuid NOT NULL REFERENCES case_file, actor text NOT NULL,
       reason text NOT NULL, marked_at timestamptz NOT NULL, marked_by text NOT NULL, PRIMARY KEY (case_id, actor))""",
)

_FILE = (
    """CREATE TABLE goal (goal_id uuid PRIMARY KEY, case_id uuid NOT NULL, person_id uuid NOT NULL,
       version integer NOT NULL, content bytea NOT NULL, target date, set_at timestamptz NOT NULL, set_by text NOT NULL,
       result text CHECK (result IN ('reached', 'partly_reached', 'dropped')), reason text, ended_at timestamptz,
       FOREIGN KEY (case_id, person_id) REFERENCES case_file (case_id, person_id),
       CHECK ((result IS NULL) = (ended_at IS NULL)),
       CHECK ((reason IS NOT NULL) = (result IS NOT DISTINCT FROM 'dropped')))""",
    "CREATE INDEX ix_goal_case_id ON goal (case_id)",
    "CREATE INDEX ix_goal_person_id ON goal (person_id)",
    """CREATE TABLE task (task_id uuid PRIMARY KEY, case_id uuid NOT NULL, person_id uuid NOT NULL,
       goal_id uuid REFERENCES goal, version integer NOT NULL, content bytea NOT NULL, assignee text NOT NULL,
       due date NOT NULL, added_at timestamptz NOT NULL, added_by text NOT NULL,
       result text CHECK (result IN ('done', 'dropped')), reason text, ended_at timestamptz,
       FOREIGN KEY (case_id, person_id) REFERENCES case_file (case_id, person_id),
       CHECK ((result IS NULL) = (ended_at IS NULL)),
       CHECK ((reason IS NOT NULL) = (result IS NOT DISTINCT FROM 'dropped')))""",
    "CREATE INDEX ix_task_case_id ON task (case_id)",
    "CREATE INDEX ix_task_person_id ON task (person_id)",
    "CREATE INDEX task_open ON task (assignee, case_id) WHERE result IS NULL",
    """CREATE TABLE note (note_id uuid PRIMARY KEY, case_id uuid NOT NULL, person_id uuid NOT NULL,
       version integer NOT NULL, author text NOT NULL,
       visibility text NOT NULL CHECK (visibility IN ('self', 'team', 'referral')), written_at timestamptz NOT NULL,
       content bytea NOT NULL, about_others bytea, used_at timestamptz,
       FOREIGN KEY (case_id, person_id) REFERENCES case_file (case_id, person_id))""",
    "CREATE INDEX note_case ON note (case_id, written_at, note_id)",
    "CREATE INDEX ix_note_person_id ON note (person_id)",
    """CREATE TABLE document (document_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person, case_id uuid,
       consent_id uuid REFERENCES consent, purpose text NOT NULL CHECK (purpose IN ('case', 'consent_proof')),
       kind text NOT NULL, media_type text NOT NULL, size_bytes integer NOT NULL, sha256 text NOT NULL,
       kept_at timestamptz NOT NULL, kept_by text NOT NULL,
       FOREIGN KEY (case_id, person_id) REFERENCES case_file (case_id, person_id),
       CHECK ((purpose = 'case') = (case_id IS NOT NULL)),
       CHECK ((purpose = 'consent_proof') = (consent_id IS NOT NULL)))""",
    "CREATE INDEX ix_document_case_id ON document (case_id)",
    "CREATE INDEX ix_document_consent_id ON document (consent_id)",
    "CREATE INDEX ix_document_person_id ON document (person_id)",
)

_KIN = (
    """CREATE TABLE person_link (link_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person,
       other_id uuid NOT NULL REFERENCES person,
       kind text NOT NULL CHECK (kind IN ('spouse', 'parent_of', 'guardian_of', 'sibling', 'household')),
       linked_at timestamptz NOT NULL, linked_by text NOT NULL, UNIQUE (person_id, kind, other_id),
       CHECK (person_id <> other_id),
       CHECK (kind IN ('parent_of', 'guardian_of') OR person_id < other_id))""",
    "CREATE INDEX ix_person_link_other_id ON person_link (other_id)",
)

_COUNTED = (
    "ALTER TABLE contact ADD COLUMN case_id uuid",
    "ALTER TABLE contact ADD COLUMN concern_id uuid REFERENCES concern",
    """ALTER TABLE contact ADD CONSTRAINT contact_case FOREIGN KEY (case_id, person_id)
       REFERENCES case_file (case_id, person_id)""",
    "ALTER TABLE contact ADD COLUMN participants integer NOT NULL DEFAULT 1",
    "ALTER TABLE contact ADD COLUMN recorded_by text",
    "ALTER TABLE contact ADD COLUMN recorded_at timestamptz",
    "ALTER TABLE contact ADD COLUMN corrects uuid",
    "ALTER TABLE contact ADD COLUMN superseded_by uuid",
    "ALTER TABLE contact ADD COLUMN void boolean NOT NULL DEFAULT false",
    "CREATE INDEX ix_contact_case_id ON contact (case_id)",
    "CREATE INDEX ix_contact_concern_id ON contact (concern_id)",
    "CREATE INDEX contact_counted ON contact (at, contact_id) WHERE superseded_by IS NULL AND NOT void",
    """CREATE TABLE group_contact (contact_id uuid PRIMARY KEY, offer text NOT NULL,
       head_count integer NOT NULL CHECK (head_count > 0), language text NOT NULL, minutes integer NOT NULL,
       at timestamptz NOT NULL, recorded_by text NOT NULL, recorded_at timestamptz NOT NULL, corrects uuid,
       superseded_by uuid, void boolean NOT NULL)""",
    "CREATE INDEX group_contact_counted ON group_contact (at, contact_id) WHERE superseded_by IS NULL AND NOT void",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0040-cases", _CASES),
    Migration("0041-the-file", _FILE),
    Migration("0042-kin", _KIN),
    Migration("0043-counted", _COUNTED),
)

RIGHTS: dict[str, str] = {
    "case_event": "SELECT, INSERT, DELETE",
    "case_conflict": "SELECT, INSERT, DELETE",
    "goal": "SELECT, INSERT, UPDATE (version, result, reason, ended_at), DELETE",
    "task": "SELECT, INSERT, UPDATE (version, assignee, due, result, reason, ended_at), DELETE",
    "note": "SELECT, INSERT, UPDATE (version, visibility, used_at), DELETE",
    "document": "SELECT, INSERT, DELETE",
    "person_link": "SELECT, INSERT, DELETE",
    "group_contact": "SELECT, INSERT, UPDATE (superseded_by)",
}
