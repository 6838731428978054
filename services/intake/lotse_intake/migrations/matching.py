"""What finds a person again, and which records are one person's."""

from lotse_chassis.migrate import Migration

_INDEX = (
    """CREATE UNLOGGED TABLE blind_index (person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
       kind smallint NOT NULL, digest bytea NOT NULL, PRIMARY KEY (person_id, kind, digest))""",
    "CREATE INDEX blind_index_digest ON blind_index (digest, kind)",
    "CREATE UNLOGGED TABLE blind_index_mark (scheme text PRIMARY KEY)",
    """CREATE TABLE to_index (person_id uuid PRIMARY KEY REFERENCES person ON DELETE CASCADE,
       is_news boolean NOT NULL, is_indexed boolean NOT NULL)""",
    """CREATE FUNCTION note_for_index() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.fields IS NOT NULL AND NOT NEW.frozen THEN
           INSERT INTO to_index (person_id, is_news, is_indexed) VALUES (NEW.person_id, true, false)
           ON CONFLICT (person_id) DO UPDATE SET is_news = true, is_indexed = false;
         END IF;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER person_note_for_index AFTER INSERT OR UPDATE OF fields ON person
       FOR EACH ROW EXECUTE FUNCTION note_for_index()""",
    """INSERT INTO to_index (person_id, is_news, is_indexed)
       SELECT person_id, true, false FROM person WHERE fields IS NOT NULL AND NOT frozen""",
)

_PAIRS = (
    """CREATE TABLE duplicate_pair (pair_id uuid PRIMARY KEY,
       first_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
       second_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
       score_percent integer NOT NULL, band text NOT NULL CHECK (band IN ('merge', 'look', 'different')),
       reasons text[] NOT NULL, suspected_at timestamptz NOT NULL, dismissed_at timestamptz, dismissed_by text,
       dismiss_reason text, UNIQUE (first_id, second_id), CHECK (first_id < second_id))""",
    "CREATE INDEX ix_duplicate_pair_second_id ON duplicate_pair (second_id)",
    "CREATE INDEX duplicate_pair_waiting ON duplicate_pair (score_percent) WHERE dismissed_at IS NULL",
)

_MERGES = (
    """CREATE TABLE person_merge (merge_id uuid PRIMARY KEY, kept_id uuid NOT NULL REFERENCES person,
       merged_id uuid NOT NULL REFERENCES person, at timestamptz NOT NULL, by text NOT NULL, reason text NOT NULL,
       undone_at timestamptz, undone_by text, undo_reason text, CHECK (kept_id <> merged_id))""",
    "CREATE INDEX ix_person_merge_kept_id ON person_merge (kept_id)",
    "CREATE INDEX ix_person_merge_merged_id ON person_merge (merged_id)",
    "CREATE UNIQUE INDEX person_merge_once ON person_merge (merged_id) WHERE undone_at IS NULL",
)

_WITHOUT_TRACES = (
    # VACUUM FULL copies a deleted row as long as any older transaction is open, a backup's for one; after TRUNCATE the
    # files hold what was put back alone. The keys are made after the rows, in a tenth of the time. No reference to
    # persons, or each row that is put back would lock one. Searches do not queue for long behind who reads for long.
    "ALTER TABLE blind_index DROP CONSTRAINT blind_index_person_id_fkey",
    """CREATE FUNCTION rewrite_blind_index() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
       SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
       BEGIN
         BEGIN
           LOCK TABLE blind_index;
         EXCEPTION WHEN lock_not_available THEN
           RETURN false;
         END;
         CREATE TEMPORARY TABLE living ON COMMIT DROP AS SELECT * FROM blind_index;
         ALTER TABLE blind_index DROP CONSTRAINT blind_index_pkey;
         DROP INDEX blind_index_digest;
         TRUNCATE blind_index;
         INSERT INTO blind_index SELECT * FROM living;
         ALTER TABLE blind_index ADD PRIMARY KEY (person_id, kind, digest);
         CREATE INDEX blind_index_digest ON blind_index (digest, kind);
         RETURN true;
       END $$""",
    # ANALYZE would copy digests to a catalogue, and so to the write-ahead log; a new type drops those that are there.
    "ALTER TABLE blind_index ALTER COLUMN digest TYPE bytea",
    "ALTER TABLE blind_index ALTER COLUMN digest SET STATISTICS 0",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("0030-blind-index", _INDEX),
    Migration("0031-duplicates", _PAIRS),
    Migration("0032-merges", _MERGES),
    Migration("0033-index-without-traces", _WITHOUT_TRACES),
)

RIGHTS: dict[str, str] = {
    "blind_index": "SELECT, INSERT, DELETE",
    "blind_index_mark": "SELECT, INSERT, DELETE",
    "to_index": "SELECT, INSERT, UPDATE, DELETE",
    "duplicate_pair": "SELECT, INSERT, DELETE,"
    " UPDATE (score_percent, band, reasons, dismissed_at, dismissed_by, dismiss_reason)",
    "person_merge": "SELECT, INSERT, UPDATE (undone_at, undone_by, undo_reason), DELETE",
}
