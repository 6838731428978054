"""Letters, deadlines, and the ways in."""

from lotse_chassis.migrate import Migration

_DEADLINES = (
    """CREATE TABLE deadline (deadline_id uuid PRIMARY KEY, concern_id uuid NOT NULL REFERENCES concern,
       person_id uuid NOT NULL REFERENCES person, version integer NOT NULL, on_day date NOT NULL, kind text NOT NULL,
       computed_end date, confirmed_by text, confirmed_at timestamptz,
       settlement text CHECK (settlement IN ('met', 'lapsed', 'mistaken')), settled_at timestamptz,
       missed_at timestamptz, registered_at timestamptz NOT NULL)""",
    "CREATE INDEX ix_deadline_concern_id ON deadline (concern_id)",
    "CREATE INDEX ix_deadline_person_id ON deadline (person_id)",
    "CREATE INDEX deadline_open ON deadline (on_day, deadline_id) WHERE settlement IS NULL",
    "ALTER TABLE concern ADD COLUMN deadline_on date",
    "ALTER TABLE enquiry ADD COLUMN text_consented boolean NOT NULL DEFAULT false",
)

_CODES = (
    """CREATE TABLE code_list (list text NOT NULL, version integer NOT NULL, body text NOT NULL, sha256 text NOT NULL,
       loaded_at timestamptz NOT NULL, loaded_by text NOT NULL, PRIMARY KEY (list, version))""",
    """CREATE TRIGGER code_list_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON code_list
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)

APPEND_ONLY = ("code_list",)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0020-deadlines", _DEADLINES),
    Migration("0021-code-lists", _CODES),
)

RIGHTS: dict[str, str] = {
    "deadline": "SELECT, INSERT, UPDATE (version, on_day, kind, computed_end, confirmed_by, confirmed_at, settlement,"
    " settled_at, missed_at), DELETE",
    "code_list": "SELECT, INSERT",
}
