"""What is counted of persons, the months that are closed, and the reports that were handed in."""

from lotse_chassis.migrate import Migration

APPEND_ONLY = ("closed_month", "handed_in_report")

_REPORTS = (
    """CREATE TABLE person_bands (person_id uuid PRIMARY KEY REFERENCES person, age_band text NOT NULL,
       gender text NOT NULL, region text NOT NULL, residence_bracket text NOT NULL, language text NOT NULL)""",
    "CREATE TABLE closed_month (month text PRIMARY KEY, counts jsonb NOT NULL, closed_at timestamptz NOT NULL)",
    """CREATE TABLE handed_in_report (report_id uuid PRIMARY KEY, period text NOT NULL, recipient text NOT NULL,
       corrects uuid REFERENCES handed_in_report, content bytea NOT NULL, sha256 text NOT NULL,
       handed_in_at timestamptz NOT NULL, handed_in_by text NOT NULL)""",
    "ALTER TABLE publication ADD COLUMN content bytea, ADD COLUMN sha256 text",
    "CREATE INDEX report_persons ON person (registered_at)",
    "CREATE INDEX report_outcomes ON concern (ended_at) WHERE ended_at IS NOT NULL",
    "CREATE INDEX report_late_contacts ON contact (recorded_at) WHERE superseded_by IS NULL AND NOT void",
    "CREATE INDEX ix_handed_in_report_period ON handed_in_report (period)",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ),
)

_DEPARTED = (
    """CREATE TABLE departed_count (month text NOT NULL, family text NOT NULL, table_name text NOT NULL,
       key text[] NOT NULL, cases integer NOT NULL, persons integer NOT NULL,
       PRIMARY KEY (month, family, table_name, key))""",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("0070-reports", _REPORTS), Migration("0071-departed", _DEPARTED))

RIGHTS: dict[str, str] = {
    "person_bands": "SELECT, INSERT, UPDATE, DELETE",
    "departed_count": "SELECT, INSERT, UPDATE (cases, persons)",
    "closed_month": "SELECT, INSERT",
    "handed_in_report": "SELECT, INSERT",
}
