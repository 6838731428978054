"""The steps and rights of this part: what the ways of delivery keep."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "referral-0040-delivering",
        (
            """CREATE TABLE held_fields (referral_id uuid PRIMARY KEY, person_id uuid NOT NULL,
               field_groups text[] NOT NULL, ciphertext bytea NOT NULL, held_at timestamptz NOT NULL,
               held_until timestamptz)""",
            "CREATE INDEX held_fields_person ON held_fields (person_id)",
            """CREATE TABLE office_link (code_sha256 text PRIMARY KEY CHECK (code_sha256 ~ '^[0-9a-f]{64}$'),
               referral_id uuid NOT NULL, person_id uuid NOT NULL,
               way text NOT NULL CHECK (way IN ('mail', 'desk', 'letter')), mail_key text UNIQUE,
               made_at timestamptz NOT NULL, expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
               used_at timestamptz, ended_at timestamptz,
               ended_because text CHECK (ended_because IN ('replaced', 'withdrawn')),
               mailed_at timestamptz, not_mailed text, CHECK ((ended_at IS NULL) = (ended_because IS NULL)))""",
            "CREATE INDEX office_link_referral ON office_link (referral_id, made_at)",
            "CREATE INDEX office_link_person ON office_link (person_id)",
            """CREATE UNIQUE INDEX office_link_open ON office_link (referral_id)
               WHERE used_at IS NULL AND ended_at IS NULL""",
            """CREATE TABLE office_session (session_sha256 text PRIMARY KEY CHECK (session_sha256 ~ '^[0-9a-f]{64}$'),
               code_sha256 text NOT NULL UNIQUE REFERENCES office_link (code_sha256) ON DELETE CASCADE,
               referral_id uuid NOT NULL, person_id uuid NOT NULL, opened_at timestamptz NOT NULL,
               expires_at timestamptz NOT NULL, ended_at timestamptz)""",
            "CREATE INDEX office_session_referral ON office_session (referral_id)",
            "CREATE INDEX office_session_person ON office_session (person_id)",
            """CREATE TABLE office_message (message_id uuid PRIMARY KEY, referral_id uuid NOT NULL,
               person_id uuid NOT NULL, at timestamptz NOT NULL, by_office boolean NOT NULL,
               ciphertext bytea NOT NULL)""",
            "CREATE INDEX office_message_referral ON office_message (referral_id, at)",
            "CREATE INDEX office_message_person ON office_message (person_id)",
            """CREATE TABLE delivery_task (referral_id uuid PRIMARY KEY, person_id uuid NOT NULL,
               kind text NOT NULL CHECK (kind IN ('accompany', 'call')),
               state text NOT NULL CHECK (state IN ('open', 'assigned', 'done', 'failed', 'stopped')),
               assignee text, opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
               tries integer NOT NULL CHECK (tries >= 0),
               CHECK (state <> 'assigned' OR assignee IS NOT NULL))""",
            "CREATE INDEX delivery_task_person ON delivery_task (person_id)",
            "CREATE INDEX delivery_task_open ON delivery_task (opened_at) WHERE state IN ('open', 'assigned')",
        ),
    ),
)

RIGHTS: dict[str, str] = {
    "held_fields": "SELECT, INSERT, UPDATE (held_until), DELETE",
    "office_link": "SELECT, INSERT, UPDATE (used_at, ended_at, ended_because, mailed_at, not_mailed), DELETE",
    "office_session": "SELECT, INSERT, UPDATE (ended_at), DELETE",
    "office_message": "SELECT, INSERT, DELETE",
    "delivery_task": "SELECT, INSERT, UPDATE, DELETE",
}
"""What was released is never changed, only destroyed; a code or a session can be ended, never moved elsewhere."""
