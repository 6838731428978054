"""By which ways a person may be told: what each consent was given for, and what she ended or took up again herself."""

from lotse_chassis.migrate import Migration

_CHANNELS = (
    "ALTER TABLE person ADD COLUMN stopped_channels text[] NOT NULL DEFAULT '{}'",
    """CREATE TABLE consent_point (consent_id uuid PRIMARY KEY REFERENCES consent,
       person_id uuid NOT NULL REFERENCES person, points bytea NOT NULL)""",
    "CREATE INDEX consent_point_person_id ON consent_point (person_id)",
    """CREATE TABLE channel_choice (choice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       person_id uuid NOT NULL, channel text NOT NULL CHECK (channel IN ('email', 'sms', 'telegram')),
       choice text NOT NULL CHECK (choice IN ('opted_out', 'opted_in')), chosen_at timestamptz NOT NULL)""",
    "CREATE INDEX channel_choice_person_id ON channel_choice (person_id)",
    """CREATE TRIGGER channel_choice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON channel_choice
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("0090-channels", _CHANNELS),)

APPEND_ONLY = ("channel_choice",)

RIGHTS: dict[str, str] = {
    "consent_point": "SELECT, INSERT, DELETE",
    "channel_choice": "SELECT, INSERT",
}
