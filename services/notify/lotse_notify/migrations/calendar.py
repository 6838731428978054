"""The steps and rights of this part: the calendar file that goes along with a mail about an appointment."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0080-calendar-files",
        (
            """CREATE TABLE calendar_file (
                notification_id uuid PRIMARY KEY REFERENCES notification,
                person_id uuid NOT NULL REFERENCES person,
                content bytea,
                method text,
                name text,
                asked_at timestamptz NOT NULL,
                CHECK ((content IS NULL) = (method IS NULL) AND (content IS NULL) = (name IS NULL))
            )""",
            "CREATE INDEX calendar_file_person ON calendar_file (person_id)",
            """CREATE INDEX notification_waits_for_file ON notification (due_at)
                WHERE state = 'scheduled' AND because = 'not_yet' AND appointment_id IS NOT NULL""",
        ),
    ),
)

RIGHTS: dict[str, str] = {"calendar_file": "SELECT, INSERT, DELETE"}
"""A file is asked for once; what changed is another notification."""
