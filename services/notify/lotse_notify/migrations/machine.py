"""The steps and rights of both state machines."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0010-machine",
        (
            "ALTER TABLE notification DROP CONSTRAINT notification_state_check",
            "DROP INDEX notification_due",
            "DROP INDEX notification_unsent",
            """ALTER TABLE notification
                ADD COLUMN not_before timestamptz,
                ADD COLUMN plan text[] NOT NULL DEFAULT '{}',
                ADD COLUMN withdrawn_because text,
                ADD COLUMN replayed_at timestamptz,
                ADD COLUMN content_sha256 text,
                ADD COLUMN segments integer NOT NULL DEFAULT 0,
                ADD COLUMN rendered bytea""",
            # What waits for a contact is looked at again when its use is over; what is doubtful from before has no
            # frozen content that could go again, so it waits for somebody who finds out.
            """UPDATE notification SET
                due_at = CASE state WHEN 'parked' THEN useful_by
                    WHEN 'unresolved' THEN greatest(useful_by, now()) + interval '30 days' ELSE due_at END,
                ended_at = CASE WHEN state <> 'unresolved' THEN ended_at END,
                state = CASE state WHEN 'queued' THEN 'scheduled' WHEN 'parked' THEN 'held'
                    WHEN 'sending' THEN 'in_flight' WHEN 'sent' THEN 'handed_over' ELSE state END""",
            """ALTER TABLE notification ADD CONSTRAINT notification_state_check CHECK (state IN
                ('scheduled', 'held', 'ready', 'in_flight', 'awaiting_receipt', 'unresolved', 'delivered',
                 'handed_over', 'presumed_sent', 'failed', 'cancelled', 'expired', 'suppressed'))""",
            """CREATE INDEX notification_due ON notification (due_at)
                WHERE state IN ('scheduled', 'held', 'ready')""",
            """CREATE INDEX notification_deadline ON notification (due_at)
                WHERE state IN ('awaiting_receipt', 'unresolved')""",
            "ALTER TABLE submission RENAME TO send_attempt",  # `attempt` is the chassis's own
            "ALTER TABLE send_attempt RENAME COLUMN submission_id TO attempt_id",
            "DROP INDEX submission_once",
            "ALTER INDEX submission_pkey RENAME TO send_attempt_pkey",
            "ALTER INDEX submission_notification RENAME TO send_attempt_notification",
            "ALTER INDEX submission_person RENAME TO send_attempt_person",
            "ALTER INDEX submission_lease RENAME TO send_attempt_lease",
            "ALTER TABLE send_attempt DROP CONSTRAINT submission_state_check",
            """ALTER TABLE send_attempt
                ADD COLUMN channel text NOT NULL DEFAULT 'email' CHECK (channel IN ('email', 'sms', 'telegram')),
                ADD COLUMN fence integer NOT NULL DEFAULT 1,
                ADD COLUMN provider_id text,
                ADD COLUMN request_sha256 text,
                ADD COLUMN segments integer NOT NULL DEFAULT 0,
                ADD COLUMN cost_e4 bigint,
                ADD COLUMN retry_at timestamptz,
                ADD COLUMN receipt_rank integer NOT NULL DEFAULT 0""",
            "ALTER TABLE send_attempt ALTER COLUMN channel DROP DEFAULT",
            """UPDATE send_attempt SET state = CASE
                WHEN reason IN ('recipient_refused', 'content_refused') THEN 'rejected'
                WHEN reason IN ('server_away', 'worker_lost') THEN 'not_sent'
                WHEN reason = 'withdrawn' THEN 'withdrawn'
                WHEN reason = 'absent_by_hand' THEN 'confirmed_absent'
                ELSE 'deferred' END WHERE state = 'refused'""",
            """ALTER TABLE send_attempt ADD CONSTRAINT send_attempt_state_check CHECK (state IN
                ('submitting', 'not_sent', 'throttled', 'rejected', 'deferred', 'withdrawn', 'accepted', 'buffered',
                 'delivered', 'undelivered', 'receipt_timeout', 'unknown', 'confirmed_absent', 'presumed_sent',
                 'abandoned'))""",
            # A second SMS is impossible by constraint, not by care: only a definite no makes room for another try.
            """CREATE UNIQUE INDEX send_attempt_once ON send_attempt (notification_id, channel)
                WHERE state IN ('submitting', 'unknown', 'accepted', 'buffered', 'delivered', 'presumed_sent')""",
            "CREATE UNIQUE INDEX send_attempt_running ON send_attempt (notification_id) WHERE state = 'submitting'",
            "CREATE INDEX send_attempt_unknown ON send_attempt (started_at) WHERE state = 'unknown'",
        ),
    ),
)

RIGHTS: dict[str, str] = {"send_attempt": "SELECT, INSERT, UPDATE, DELETE"}
