"""Staff, teams, and the way of a concern."""

from lotse_chassis.migrate import Migration

_STATES = (
    "ALTER TABLE concern DROP CONSTRAINT concern_state_check",
    "UPDATE concern SET state = 'resolved' WHERE state = 'closed'",
    """ALTER TABLE concern ADD CONSTRAINT concern_state_check CHECK (state IN ('received', 'screened', 'answered',
       'accepted', 'assigned', 'in_advice', 'waiting_for_client', 'referred', 'resolved', 'handed_over', 'spam',
       'duplicate', 'withdrawn', 'unreachable', 'no_show'))""",
    "ALTER TABLE concern ADD COLUMN sub_code text",
    "ALTER TABLE concern ADD COLUMN assignee text",
    "ALTER TABLE concern ADD COLUMN offered_to text",
    "ALTER TABLE concern ADD COLUMN team text",
    "ALTER TABLE concern ADD COLUMN tags text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE concern ADD COLUMN outcome text",
    "ALTER TABLE concern ADD COLUMN reason text",
    "ALTER TABLE concern ADD COLUMN duplicate_of uuid",
    "ALTER TABLE concern ADD COLUMN moved_at timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE concern ADD COLUMN ended_at timestamptz",
    """ALTER TABLE concern ADD COLUMN clock text
       CHECK (clock IN ('look', 'assignment', 'first_answer', 'client', 'look_again'))""",
    "UPDATE concern SET moved_at = received_at, ended_at = CASE WHEN state = 'resolved' THEN received_at END",
    """ALTER TABLE concern ADD CONSTRAINT concern_ended CHECK ((ended_at IS NOT NULL) = (state IN ('resolved',
       'handed_over', 'spam', 'duplicate', 'withdrawn', 'unreachable', 'no_show')))""",
    """ALTER TABLE concern ADD CONSTRAINT concern_clock CHECK (clock IS NULL OR state NOT IN ('answered', 'resolved',
       'handed_over', 'spam', 'duplicate', 'withdrawn', 'unreachable', 'no_show'))""",
    """ALTER TABLE concern ADD CONSTRAINT concern_carried CHECK (assignee IS NOT NULL
       OR (offered_to IS NULL AND state NOT IN ('assigned', 'in_advice', 'waiting_for_client')))""",
    "UPDATE concern SET clock = 'look' WHERE state = 'received'",
    "UPDATE concern SET clock = 'assignment' WHERE state = 'accepted'",
    "UPDATE concern SET clock = 'look_again', due_at = due_at + interval '30 days' WHERE state = 'referred'",
    """INSERT INTO timer (kind, key, id, due_at, payload, state, attempts)
       SELECT 'concern', concern_id::text, gen_random_uuid(), due_at, jsonb_build_object('clock', clock, 'started_at',
         received_at, 'due_at', due_at, 'step', CASE clock WHEN 'look_again' THEN 'look_again' ELSE 'due' END),
         'waiting', 0
       FROM concern WHERE clock IS NOT NULL""",
    "ALTER TABLE heard_referral ADD COLUMN ended boolean NOT NULL DEFAULT false",
    "UPDATE heard_referral SET ended = completed",
    "ALTER TABLE heard_referral ADD COLUMN settled boolean NOT NULL DEFAULT false",
)

_OPEN = "state IN ('received', 'screened', 'accepted', 'assigned', 'in_advice', 'waiting_for_client', 'referred')"
_INBOX = (
    "DROP INDEX concern_due",
    "DROP INDEX concern_newest",
    "CREATE INDEX concern_waiting_due ON concern (due_at, concern_id) WHERE state IN ('received', 'screened')",
    "CREATE INDEX concern_waiting_newest ON concern (received_at, concern_id) WHERE state IN ('received', 'screened')",
    f"CREATE INDEX concern_open_due ON concern (due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_open_newest ON concern (received_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_unassigned_due ON concern (due_at, concern_id) WHERE {_OPEN} AND assignee IS NULL",
    f"CREATE INDEX concern_assignee_due ON concern (assignee, due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_offered_due ON concern (offered_to, due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_team_due ON concern (team, due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_code_due ON concern (code, due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_urgency_due ON concern (urgency, due_at, concern_id) WHERE {_OPEN}",
    f"CREATE INDEX concern_language_due ON concern (language, due_at, concern_id) WHERE {_OPEN}",
    "CREATE INDEX concern_state_due ON concern (state, due_at, concern_id)",
)

_STAFF = (
    """CREATE TABLE staff (actor text PRIMARY KEY, version integer NOT NULL, languages text[] NOT NULL,
       teams text[] NOT NULL, load_max integer NOT NULL CHECK (load_max > 0), absent_from date, absent_to date,
       substitute text, active boolean NOT NULL, enrolled_at timestamptz NOT NULL,
       CHECK ((absent_from IS NULL) = (absent_to IS NULL) AND absent_from <= absent_to),
       CHECK (substitute <> actor))""",
    """CREATE TABLE concern_proposal (proposal_id uuid PRIMARY KEY, concern_id uuid NOT NULL REFERENCES concern,
       action text NOT NULL, act jsonb NOT NULL, proposed_by text NOT NULL, proposed_at timestamptz NOT NULL,
       expires_at timestamptz NOT NULL, UNIQUE (concern_id, action))""",
    """CREATE TABLE concern_move (concern_id uuid NOT NULL REFERENCES concern, version integer NOT NULL,
       at timestamptz NOT NULL, action text NOT NULL, from_state text NOT NULL, state text NOT NULL,
       moved_by text NOT NULL, role text NOT NULL, seconded_by text, reason text, outcome text,
       PRIMARY KEY (concern_id, version))""",
)

_TAGS = ("CREATE INDEX concern_tags ON concern USING gin (tags) WHERE tags <> '{}'",)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0010-states", _STATES),
    Migration("0011-inbox", _INBOX),
    Migration("0012-staff", _STAFF),
    Migration("0013-tags", _TAGS),
)

RIGHTS: dict[str, str] = {
    "staff": "SELECT, INSERT, UPDATE (version, languages, teams, load_max, absent_from, absent_to, substitute, active)",
    "concern_proposal": "SELECT, INSERT, DELETE",
    "concern_move": "SELECT, INSERT, DELETE",
}
