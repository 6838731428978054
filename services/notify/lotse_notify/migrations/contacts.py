"""The contact book as SQL: her ways of being told, her own choices, and an index that leaves no traces."""

from lotse_chassis.migrate import Migration

_POINTS = (
    """CREATE TABLE contact_point (
        point_id uuid PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        channel text NOT NULL CHECK (channel IN ('email', 'sms', 'telegram')),
        position integer NOT NULL,
        by_person boolean NOT NULL,
        address bytea,
        hindrance text CHECK (hindrance IN
            ('invalid_address', 'not_mobile', 'russian_operator', 'unsafe', 'no_message_left')),
        detail text NOT NULL CHECK (detail IN ('neutral', 'time_and_place')),
        shared boolean NOT NULL,
        hours jsonb NOT NULL,
        said_at timestamptz NOT NULL,
        dead_because text,
        dead_at timestamptz,
        CHECK (address IS NOT NULL OR hindrance IS NOT NULL),
        CHECK ((dead_because IS NULL) = (dead_at IS NULL))
    )""",
    "CREATE INDEX contact_point_person ON contact_point (person_id, position)",
    # One chat of hers, whatever else intake names.
    "CREATE UNIQUE INDEX contact_point_telegram ON contact_point (person_id) WHERE channel = 'telegram'",
    """INSERT INTO contact_point
        (point_id, person_id, channel, position, by_person, address, hindrance, detail, shared, hours, said_at)
        SELECT gen_random_uuid(), person_id, kind, 0, false, address,
            CASE WHEN usable THEN NULL ELSE 'invalid_address' END, detail, false, '[]', said_at
        FROM contact WHERE kind <> 'none'""",
    # What is known has a version of its own from here on: it also changes without a word of intake's.
    "ALTER TABLE contact ADD COLUMN revision bigint NOT NULL DEFAULT 1",
    "UPDATE contact SET revision = version",
    "ALTER TABLE contact DROP COLUMN kind, DROP COLUMN usable, DROP COLUMN detail, DROP COLUMN address",
)

_CHOICES = (
    """CREATE TABLE channel_stop (
        person_id uuid NOT NULL REFERENCES person,
        channel text NOT NULL CHECK (channel IN ('email', 'sms', 'telegram')),
        opted_out_at timestamptz,
        opted_in_at timestamptz,
        refused_at timestamptz,
        allowed_at timestamptz,
        PRIMARY KEY (person_id, channel)
    )""",
    """CREATE TABLE preference (
        person_id uuid NOT NULL REFERENCES person,
        category text NOT NULL,
        choice text NOT NULL CHECK (choice IN ('email', 'sms', 'telegram', 'off')),
        chosen_at timestamptz NOT NULL,
        PRIMARY KEY (person_id, category)
    )""",
    # Who said what when and by which way: the evidence of each stop and each consent that came here.
    """CREATE TABLE own_choice (
        own_choice_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id uuid NOT NULL REFERENCES person,
        at timestamptz NOT NULL,
        choice text NOT NULL,
        about text NOT NULL,
        through text NOT NULL
    )""",
    "CREATE INDEX own_choice_person ON own_choice (person_id)",
)

_INDEX = (
    # Unlogged: no write-ahead log and no backup keeps a digest that an erasure took; it is made again after a crash.
    """CREATE UNLOGGED TABLE address_index (
        person_id uuid NOT NULL, point_id uuid NOT NULL, digest bytea NOT NULL, PRIMARY KEY (person_id, point_id))""",
    "CREATE INDEX address_index_digest ON address_index (digest)",
    "CREATE UNLOGGED TABLE address_index_mark (scheme text PRIMARY KEY)",
    "CREATE UNLOGGED TABLE number_stop (digest bytea PRIMARY KEY, stopped_at timestamptz NOT NULL)",
    # ANALYZE would copy digests to a catalogue, and so to the write-ahead log.
    "ALTER TABLE address_index ALTER COLUMN digest SET STATISTICS 0",
    "ALTER TABLE number_stop ALTER COLUMN digest SET STATISTICS 0",
    """CREATE FUNCTION rewrite_address_index() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
       BEGIN
         BEGIN
           LOCK TABLE address_index, number_stop;
         EXCEPTION WHEN lock_not_available THEN
           RETURN false;
         END;
         CREATE TEMPORARY TABLE living ON COMMIT DROP AS SELECT * FROM address_index;
         ALTER TABLE address_index DROP CONSTRAINT address_index_pkey;
         DROP INDEX address_index_digest;
         TRUNCATE address_index;
         INSERT INTO address_index SELECT * FROM living;
         ALTER TABLE address_index ADD PRIMARY KEY (person_id, point_id);
         CREATE INDEX address_index_digest ON address_index (digest);
         CREATE TEMPORARY TABLE strangers ON COMMIT DROP AS SELECT * FROM number_stop;
         TRUNCATE number_stop;
         INSERT INTO number_stop SELECT * FROM strangers;
         RETURN true;
       END $$""",
)

_RETENTION = ("CREATE INDEX notification_ended ON notification (ended_at) WHERE ended_at IS NOT NULL",)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("notify-0040-contact-points", _POINTS),
    Migration("notify-0041-own-choices", _CHOICES),
    Migration("notify-0042-address-index", _INDEX),
    Migration("notify-0043-retention", _RETENTION),
    # While she is being forgotten: since when nothing more changes, and until when what is on its way is waited for.
    Migration(
        "notify-0044-leaving",
        ("ALTER TABLE person ADD COLUMN leaving_at timestamptz, ADD COLUMN leaving_until timestamptz",),
    ),
    # Which office somebody was sent to says what she sought: it is known as long as the mail waits, in referral always.
    Migration(
        "notify-0045-offices-of-persons",
        (
            "UPDATE service_mail SET address = '', sender = '' WHERE state <> 'queued'",
            "ALTER TABLE service_mail ADD CHECK (state = 'queued' OR (address = '' AND sender = ''))",
        ),
    ),
)

RIGHTS: dict[str, str] = {
    "contact_point": "SELECT, INSERT, UPDATE, DELETE",
    "channel_stop": "SELECT, INSERT, UPDATE, DELETE",
    "preference": "SELECT, INSERT, UPDATE, DELETE",
    "own_choice": "SELECT, INSERT, DELETE",
    "address_index": "SELECT, INSERT, DELETE",
    "address_index_mark": "SELECT, INSERT, DELETE",
    "number_stop": "SELECT, INSERT, UPDATE, DELETE",
}
