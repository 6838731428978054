"""The steps and rights of this part: appointments, calendars and interpreters."""

from lotse_chassis.migrate import Migration

APPOINTMENTS = (
    """ALTER TABLE appointment ADD COLUMN language text, ADD COLUMN interpreter boolean NOT NULL DEFAULT false,
       ADD COLUMN reason text, ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now()""",
    """CREATE TABLE time_proposal (proposal_id uuid PRIMARY KEY, referral_id uuid NOT NULL, person_id uuid NOT NULL,
       number integer NOT NULL, starts_at timestamptz NOT NULL,
       ends_at timestamptz NOT NULL CHECK (ends_at > starts_at), place text,
       proposed_by text NOT NULL CHECK (proposed_by IN ('receiver', 'staff')), proposed_at timestamptz NOT NULL,
       state text NOT NULL CHECK (state IN ('open', 'confirmed', 'refused', 'lapsed')),
       answered_by text CHECK (answered_by IN ('receiver', 'person', 'staff')), answered_at timestamptz,
       CHECK (state IN ('open', 'lapsed') OR (answered_by IS NOT NULL AND answered_at IS NOT NULL)))""",
    "CREATE INDEX time_proposal_referral ON time_proposal (referral_id)",
    "CREATE INDEX time_proposal_person ON time_proposal (person_id)",
    """CREATE TABLE interpreter_request (request_id uuid PRIMARY KEY, referral_id uuid NOT NULL,
       person_id uuid NOT NULL, appointment_id uuid REFERENCES appointment (appointment_id), service_id uuid,
       language text NOT NULL, starts_at timestamptz NOT NULL, minutes integer NOT NULL CHECK (minutes > 0),
       place text, state text NOT NULL CHECK (state IN ('requested', 'confirmed', 'refused', 'cancelled')),
       reason text, version integer NOT NULL, changed_at timestamptz NOT NULL,
       CHECK (state <> 'refused' OR reason IS NOT NULL))""",
    "CREATE INDEX interpreter_request_referral ON interpreter_request (referral_id)",
    "CREATE INDEX interpreter_request_appointment ON interpreter_request (appointment_id)",
    "CREATE INDEX interpreter_request_person ON interpreter_request (person_id)",
    """CREATE TABLE calendar_link (code_sha256 text PRIMARY KEY,
       appointment_id uuid NOT NULL REFERENCES appointment (appointment_id), person_id uuid NOT NULL,
       detail text NOT NULL CHECK (detail IN ('neutral', 'time_and_place')), created_at timestamptz NOT NULL,
       revoked boolean NOT NULL)""",
    "CREATE INDEX calendar_link_appointment ON calendar_link (appointment_id)",
    "CREATE INDEX calendar_link_person ON calendar_link (person_id)",
    """CREATE TABLE waitlist_note (note_id uuid PRIMARY KEY, referral_id uuid NOT NULL, person_id uuid NOT NULL,
       position integer CHECK (position > 0), weeks integer CHECK (weeks >= 0), noted_at timestamptz NOT NULL)""",
    "CREATE INDEX waitlist_note_referral ON waitlist_note (referral_id)",
    "CREATE INDEX waitlist_note_person ON waitlist_note (person_id)",
    """CREATE TABLE case_carrier (case_id uuid PRIMARY KEY, person_id uuid NOT NULL, owner text, team text,
       version integer NOT NULL)""",
    "CREATE INDEX case_carrier_person ON case_carrier (person_id)",
    """CREATE TABLE referral_step (referral_id uuid NOT NULL, version integer NOT NULL, at timestamptz NOT NULL,
       state text NOT NULL, action text,
       by text NOT NULL CHECK (by IN ('sender', 'receiver', 'receiver_by_staff', 'person', 'system')),
       reason text, outcome text, PRIMARY KEY (referral_id, version))""",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("referral-0070-appointments", APPOINTMENTS),)

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"

RIGHTS: dict[str, str] = {
    "time_proposal": EVERYTHING,
    "interpreter_request": EVERYTHING,
    "calendar_link": EVERYTHING,
    "waitlist_note": "SELECT, INSERT, DELETE",
    "case_carrier": EVERYTHING,
    "referral_step": "SELECT, INSERT, DELETE",
}
