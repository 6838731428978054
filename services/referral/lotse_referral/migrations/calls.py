"""The step and rights of this part: whom somebody must call."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "referral-0090-calls",
        (
            """CREATE TABLE person_call (call_id uuid PRIMARY KEY, person_id uuid NOT NULL, referral_id uuid NOT NULL,
               appointment_id uuid NOT NULL, reason text NOT NULL, until timestamptz NOT NULL,
               state text NOT NULL CHECK (state IN ('open', 'assigned', 'done', 'failed', 'stopped')),
               assignee text, opened_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
               tries integer NOT NULL CHECK (tries >= 0),
               CHECK (state <> 'assigned' OR assignee IS NOT NULL))""",
            "CREATE INDEX person_call_person ON person_call (person_id)",
            "CREATE INDEX person_call_open ON person_call (until) WHERE state IN ('open', 'assigned')",
        ),
    ),
)

RIGHTS: dict[str, str] = {"person_call": "SELECT, INSERT, UPDATE, DELETE"}
