"""The steps and rights of this part: switches, what was said of a day's caps, and who must be called."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0050-when",
        (
            """CREATE TABLE switch (
                name text PRIMARY KEY CHECK (name IN ('all', 'sms', 'email', 'telegram')),
                off_since timestamptz,
                by text,
                CHECK ((off_since IS NULL) = (by IS NULL))
            )""",
            "INSERT INTO switch (name) VALUES ('all'), ('sms'), ('email'), ('telegram')",
            """CREATE TABLE cap_alarm (
                cap text NOT NULL CHECK (cap IN ('segments', 'person')),
                day date NOT NULL,
                PRIMARY KEY (cap, day)
            )""",
            """CREATE TABLE call (
                notification_id uuid PRIMARY KEY REFERENCES notification,
                person_id uuid NOT NULL REFERENCES person,
                appointment_id uuid NOT NULL,
                until timestamptz NOT NULL,
                reason text NOT NULL,
                said_at timestamptz NOT NULL,
                ended_at timestamptz
            )""",
            "CREATE INDEX call_person ON call (person_id)",
            "CREATE UNIQUE INDEX call_open ON call (appointment_id) WHERE ended_at IS NULL",
            "CREATE INDEX send_attempt_paid ON send_attempt (started_at) WHERE segments > 0",
        ),
    ),
    # Of what was said before, the day of this step is as good as any: it is forgotten a year later at most.
    Migration(
        "notify-0051-said-at",
        ("ALTER TABLE appointment ADD COLUMN said_at timestamptz NOT NULL DEFAULT now()",),
    ),
    Migration("notify-0052-wanted-by", ("ALTER TABLE notification ADD COLUMN wanted_by timestamptz",)),
)

RIGHTS: dict[str, str] = {
    "switch": "SELECT, UPDATE (off_since, by)",
    "cap_alarm": "SELECT, INSERT, DELETE",
    "call": "SELECT, INSERT, UPDATE, DELETE",
}
"""A switch is turned, never added or taken away."""
