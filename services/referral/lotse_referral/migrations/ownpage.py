"""The tables of her own page and of check-backs."""

from lotse_chassis.migrate import Migration

MIGRATIONS = (
    Migration(
        "referral-0050-own-page",
        (
            """CREATE TABLE own_session (token_sha256 text PRIMARY KEY, person_id uuid NOT NULL,
               other_ids uuid[] NOT NULL, proved_by text NOT NULL CHECK (proved_by IN ('link', 'code')), language text,
               opened_at timestamptz NOT NULL, expires_at timestamptz NOT NULL)""",
            "CREATE INDEX own_session_person ON own_session (person_id)",
            "CREATE INDEX own_session_expires ON own_session (expires_at)",
            """CREATE TABLE checkback (referral_id uuid NOT NULL,
               series text NOT NULL CHECK (series IN ('way', 'visit')),
               round integer NOT NULL CHECK (round >= 1), person_id uuid NOT NULL,
               way text NOT NULL CHECK (way IN ('message', 'desk')), asked_at timestamptz NOT NULL,
               answer text, said_by text CHECK (said_by IN ('person', 'staff')),
               through text CHECK (through IN ('page', 'bot', 'desk')), answered_at timestamptz,
               PRIMARY KEY (referral_id, series, round),
               CHECK ((answer IS NULL) = (answered_at IS NULL)), CHECK ((answer IS NULL) = (said_by IS NULL)),
               CHECK ((answer IS NULL) = (through IS NULL)))""",
            "CREATE INDEX checkback_person ON checkback (person_id)",
            "CREATE TABLE contact_safety (person_id uuid PRIMARY KEY, version integer NOT NULL, safe boolean NOT NULL)",
            """CREATE TABLE move_wish (appointment_id uuid PRIMARY KEY, referral_id uuid NOT NULL,
               person_id uuid NOT NULL, appointment_version integer NOT NULL, wish text NOT NULL,
               wished_at timestamptz NOT NULL)""",
            "CREATE INDEX move_wish_person ON move_wish (person_id)",
            "CREATE INDEX move_wish_referral ON move_wish (referral_id)",
            """CREATE TABLE own_withdrawal (consent_id uuid PRIMARY KEY, person_id uuid NOT NULL,
               asked_at timestamptz NOT NULL)""",
            "CREATE INDEX own_withdrawal_person ON own_withdrawal (person_id)",
        ),
    ),
)

RIGHTS: dict[str, str] = {
    "own_session": "SELECT, INSERT, DELETE",
    "checkback": "SELECT, INSERT, UPDATE, DELETE",
    "contact_safety": "SELECT, INSERT, UPDATE, DELETE",
    "move_wish": "SELECT, INSERT, UPDATE, DELETE",
    "own_withdrawal": "SELECT, INSERT, DELETE",
}
