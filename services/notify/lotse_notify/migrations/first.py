"""The tables of the first release as SQL, run by the owner's role, and the exact rights of the service's own role."""

from lotse_chassis.migrate import Migration

MIGRATIONS = (
    Migration(
        "0001-contact-book",
        (
            """CREATE TABLE person (
                person_id uuid PRIMARY KEY,
                stopped_at timestamptz,
                opted_out_at timestamptz,
                refused_at timestamptz,
                erased_at timestamptz
            )""",
            """CREATE TABLE contact (
                person_id uuid PRIMARY KEY REFERENCES person,
                version bigint NOT NULL,
                said_at timestamptz NOT NULL,
                kind text NOT NULL CHECK (kind IN ('email', 'sms', 'none')),
                usable boolean NOT NULL,
                languages text[] NOT NULL,
                consented boolean NOT NULL,
                safe boolean NOT NULL,
                detail text NOT NULL CHECK (detail IN ('neutral', 'time_and_place')),
                address bytea,
                unreachable_said boolean NOT NULL,
                CHECK (usable = (address IS NOT NULL))
            )""",
        ),
    ),
    Migration(
        "0002-notifications",
        (
            """CREATE TABLE told (
                dedupe_sha256 text PRIMARY KEY,
                person_id uuid NOT NULL REFERENCES person,
                notification_id uuid,
                closed_because text,
                CHECK (notification_id IS NOT NULL OR closed_because IS NOT NULL)
            )""",
            "CREATE INDEX told_person ON told (person_id)",
            """CREATE TABLE notification (
                notification_id uuid PRIMARY KEY,
                person_id uuid NOT NULL REFERENCES person,
                dedupe_sha256 text NOT NULL UNIQUE,
                template text NOT NULL,
                arguments jsonb NOT NULL,
                appointment_id uuid,
                asked_at timestamptz NOT NULL,
                useful_by timestamptz NOT NULL,
                state text NOT NULL CHECK (state IN
                    ('parked', 'queued', 'sending', 'sent', 'failed', 'unresolved', 'cancelled', 'expired')),
                because text NOT NULL,
                due_at timestamptz NOT NULL,
                tries integer NOT NULL,
                channel text NOT NULL,
                language text,
                text_version text,
                created_at timestamptz NOT NULL,
                ended_at timestamptz
            )""",
            "CREATE INDEX notification_due ON notification (due_at) WHERE state = 'queued'",
            "CREATE INDEX notification_unsent ON notification (useful_by) WHERE state IN ('parked', 'queued')",
            "CREATE INDEX notification_person ON notification (person_id)",
            "CREATE INDEX notification_appointment ON notification (appointment_id) WHERE appointment_id IS NOT NULL",
            """CREATE TABLE submission (
                submission_id uuid PRIMARY KEY,
                notification_id uuid NOT NULL REFERENCES notification,
                person_id uuid NOT NULL REFERENCES person,
                provider text NOT NULL,
                contact_version bigint NOT NULL,
                state text NOT NULL CHECK (state IN ('submitting', 'accepted', 'refused', 'unknown')),
                stage text NOT NULL CHECK (stage IN ('envelope', 'data')),
                reason text,
                lease_until timestamptz NOT NULL,
                started_at timestamptz NOT NULL,
                ended_at timestamptz
            )""",
            # A second copy is impossible by constraint, not by care: only a definite no makes room for another try.
            "CREATE UNIQUE INDEX submission_once ON submission (notification_id) WHERE state <> 'refused'",
            "CREATE INDEX submission_notification ON submission (notification_id)",
            "CREATE INDEX submission_person ON submission (person_id)",
            "CREATE INDEX submission_lease ON submission (lease_until) WHERE state = 'submitting'",
            """CREATE TABLE appointment (
                appointment_id uuid PRIMARY KEY,
                person_id uuid NOT NULL REFERENCES person,
                version bigint NOT NULL,
                starts_at timestamptz,
                cancelled boolean NOT NULL
            )""",
            "CREATE INDEX appointment_person ON appointment (person_id)",
            """CREATE TABLE decision (
                decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                person_id uuid NOT NULL REFERENCES person,
                dedupe_sha256 text NOT NULL,
                at timestamptz NOT NULL,
                decision text NOT NULL,
                because text NOT NULL
            )""",
            "CREATE INDEX decision_told ON decision (dedupe_sha256, decision_id)",
            "CREATE INDEX decision_person ON decision (person_id)",
            """CREATE TABLE tally (
                provider text NOT NULL,
                day date NOT NULL,
                messages integer NOT NULL,
                amount_e4 bigint NOT NULL,
                PRIMARY KEY (provider, day)
            )""",
        ),
    ),
    # The trace of the message that led to it, so that sending it later goes on there; null: none, or from before.
    Migration("0003-traces", ("ALTER TABLE notification ADD COLUMN traceparent text",)),
    Migration(
        "0004-offices",
        (
            """CREATE TABLE office_mail (
                dedupe_key text PRIMARY KEY,
                office text NOT NULL,
                template text NOT NULL,
                language text NOT NULL,
                arguments jsonb NOT NULL,
                state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
                reason text NOT NULL,
                tries integer NOT NULL,
                due_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL,
                ended_at timestamptz
            )""",
            "CREATE INDEX office_mail_due ON office_mail (due_at) WHERE state = 'queued'",
        ),
    ),
    # Her own page, once: encrypted with her key, and gone as soon as the message has left or will not leave.
    Migration("0005-links", ("ALTER TABLE notification ADD COLUMN link bytea",)),
    Migration(
        "0006-service-mail",
        (
            """CREATE TABLE service_mail (
                dedupe_key text PRIMARY KEY,
                person_id uuid NOT NULL REFERENCES person (person_id),
                address text NOT NULL,
                language text NOT NULL,
                sender text NOT NULL,
                link bytea,
                until timestamptz NOT NULL,
                state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
                reason text NOT NULL,
                tries integer NOT NULL,
                due_at timestamptz NOT NULL,
                created_at timestamptz NOT NULL,
                ended_at timestamptz,
                CHECK (state = 'queued' OR link IS NULL)
            )""",
            "CREATE INDEX service_mail_due ON service_mail (due_at) WHERE state = 'queued'",
            "CREATE INDEX service_mail_person ON service_mail (person_id)",
        ),
    ),
)

RIGHTS: dict[str, str] = {
    "person": "SELECT, INSERT, UPDATE",
    "contact": "SELECT, INSERT, UPDATE, DELETE",
    "told": "SELECT, INSERT, UPDATE, DELETE",
    "notification": "SELECT, INSERT, UPDATE, DELETE",
    "appointment": "SELECT, INSERT, UPDATE, DELETE",
    "decision": "SELECT, INSERT, DELETE",
    "tally": "SELECT, INSERT, UPDATE",
    "office_mail": "SELECT, INSERT, UPDATE, DELETE",
    "service_mail": "SELECT, INSERT, UPDATE, DELETE",
}
