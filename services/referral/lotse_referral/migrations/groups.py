"""The steps and rights of this part: group offers and who comes."""

from lotse_chassis.migrate import Migration

OFFERS = (
    """ALTER TABLE group_offer
       ADD COLUMN kind text NOT NULL DEFAULT 'course'
           CHECK (kind IN ('course', 'club', 'practice_group', 'childrens_group', 'event')),
       ADD COLUMN texts jsonb NOT NULL DEFAULT '[]',
       ADD COLUMN starts_on date, ADD COLUMN starts_at time, ADD COLUMN minutes integer CHECK (minutes > 0),
       ADD COLUMN rule text, ADD COLUMN skips_holidays boolean NOT NULL DEFAULT false,
       ADD COLUMN location_id uuid, ADD COLUMN place text NOT NULL DEFAULT '',
       ADD COLUMN languages text[] NOT NULL DEFAULT '{}', ADD COLUMN age_from integer, ADD COLUMN age_to integer,
       ADD COLUMN women_only boolean NOT NULL DEFAULT false, ADD COLUMN drop_in boolean NOT NULL DEFAULT false,
       ADD COLUMN registration_until timestamptz, ADD COLUMN grant_id uuid, ADD COLUMN plan_line text,
       ADD COLUMN cancelled_at timestamptz, ADD COLUMN version integer NOT NULL DEFAULT 1,
       ADD CONSTRAINT group_offer_series CHECK ((starts_on IS NULL) = (starts_at IS NULL)
           AND (starts_on IS NULL) = (minutes IS NULL) AND (starts_on IS NULL) = (rule IS NULL)),
       ADD CONSTRAINT group_offer_place CHECK (location_id IS NULL OR place = '')""",
    """CREATE TABLE group_session (offer_id uuid NOT NULL REFERENCES group_offer (offer_id), session date NOT NULL,
       cancelled boolean NOT NULL, held_on date, held_at time, minutes integer CHECK (minutes > 0), place text,
       PRIMARY KEY (offer_id, session))""",
    """CREATE TABLE group_record (record_id uuid PRIMARY KEY, offer_id uuid NOT NULL REFERENCES group_offer (offer_id),
       session date NOT NULL, held_on date NOT NULL, kind text NOT NULL, adults integer NOT NULL CHECK (adults >= 0),
       children integer NOT NULL CHECK (children >= 0), first_time integer CHECK (first_time <= adults + children),
       grant_id uuid, plan_line text, recorded_at timestamptz NOT NULL, corrects uuid UNIQUE, superseded_by uuid,
       void boolean NOT NULL)""",
    """CREATE UNIQUE INDEX group_record_counts ON group_record (offer_id, session) WHERE superseded_by IS NULL""",
    "CREATE INDEX group_record_held_on ON group_record (held_on)",
)

PLACES = (
    """ALTER TABLE booking ALTER COLUMN person_id DROP NOT NULL,
       ADD COLUMN code_sha256 text UNIQUE, ADD COLUMN pin_hash bytea, ADD COLUMN version integer NOT NULL DEFAULT 1,
       ADD CONSTRAINT booking_of_one CHECK ((person_id IS NULL) = (code_sha256 IS NOT NULL)
           AND (code_sha256 IS NULL) = (pin_hash IS NULL))""",
    """CREATE TABLE group_tally (kind text NOT NULL, month text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
       signed_up integer NOT NULL CHECK (signed_up >= 0), PRIMARY KEY (kind, month))""",
    """CREATE TABLE place_guess (code_sha256 text PRIMARY KEY, failures integer NOT NULL,
       locked_until timestamptz NOT NULL)""",
    "CREATE INDEX place_guess_locked_until ON place_guess (locked_until)",
    "CREATE TABLE sign_up_secret (id integer PRIMARY KEY CHECK (id = 1), secret bytea NOT NULL)",
    """INSERT INTO sign_up_secret (id, secret)
       VALUES (1, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))""",
)

NEWS = ("ALTER TABLE group_session ADD COLUMN version integer NOT NULL DEFAULT 0",)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("referral-0060-group-offers", OFFERS),
    Migration("referral-0061-places", PLACES),
    Migration("referral-0062-session-news", NEWS),
)

RIGHTS: dict[str, str] = {
    "group_session": "SELECT, INSERT, UPDATE, DELETE",
    "group_record": "SELECT, INSERT, UPDATE (superseded_by)",
    "group_tally": "SELECT, INSERT, UPDATE",
    "place_guess": "SELECT, INSERT, UPDATE, DELETE",
    "sign_up_secret": "SELECT",
}
