"""Digests for the staff, and the parts of SMS in what a day cost."""

from lotse_chassis.migrate import Migration

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "notify-0070-desk",
        (
            # Numbers alone: which concern or whose it is stands in intake, and nowhere in a mail to the staff.
            """CREATE TABLE staff_count (
                digest text NOT NULL CHECK (digest IN ('daily', 'at_once')),
                note text NOT NULL,
                count integer NOT NULL CHECK (count > 0),
                PRIMARY KEY (digest, note)
            )""",
            """CREATE TABLE staff_deadline (
                grant_id uuid NOT NULL,
                code text NOT NULL,
                due_on date NOT NULL,
                fresh boolean NOT NULL,
                PRIMARY KEY (grant_id, code)
            )""",
            "ALTER TABLE tally ADD COLUMN segments integer NOT NULL DEFAULT 0",
            # What of a try stands in the tally, so that it is counted once and corrected when it is known better.
            "ALTER TABLE send_attempt ADD COLUMN counted_e4 bigint",
            """UPDATE send_attempt SET counted_e4 = 0
                WHERE state IN ('accepted', 'buffered', 'delivered', 'undelivered', 'receipt_timeout')""",
            "ALTER TABLE decision ADD COLUMN until timestamptz",  # when what waits is looked at again
        ),
    ),
    # A grant may have several days of one kind, and each is cleared by itself; what is cleared stays until it is over.
    Migration(
        "notify-0071-cleared-deadlines",
        (
            """ALTER TABLE staff_deadline ADD COLUMN cleared boolean NOT NULL DEFAULT false,
                ADD COLUMN log_size bigint NOT NULL DEFAULT 0,
                DROP CONSTRAINT staff_deadline_pkey, ADD PRIMARY KEY (grant_id, code, due_on)""",
        ),
    ),
)

RIGHTS: dict[str, str] = {
    "staff_count": "SELECT, INSERT, UPDATE, DELETE",
    "staff_deadline": "SELECT, INSERT, UPDATE, DELETE",
}
