"""The shape of the ledger's database. What is in the log stays: rights, triggers and constraints each hold it alone.

The service's role may read and add; a trigger refuses what a right, granted by mistake, would let through; entries
follow one another without a gap and in time; postings of an entry are complete and balance, checked at the commit.
"""

from lotse_chassis.migrate import Migration

_ENTRY = """CREATE TABLE entry (
 log_index bigint PRIMARY KEY CHECK (log_index >= 0),
 key text NOT NULL UNIQUE,
 kind text NOT NULL,
 standing text NOT NULL CHECK (standing IN ('public', 'demo', 'own')),
 valid_on date NOT NULL,
 recorded_at timestamptz NOT NULL UNIQUE,
 known_at timestamptz NOT NULL,
 reconstructed boolean NOT NULL,
 grant_id uuid,
 budget_year integer,
 reverses bigint UNIQUE REFERENCES entry (log_index) CHECK (reverses < log_index),
 posting_count smallint NOT NULL CHECK (posting_count >= 0),
 request_sha256 text NOT NULL,
 body text NOT NULL CHECK (octet_length(body) < 65536),
 leaf_sha256 bytea NOT NULL,
 UNIQUE (log_index, posting_count),
 CONSTRAINT known_when_recorded_or_reconstructed
   CHECK (CASE WHEN reconstructed THEN known_at < recorded_at ELSE known_at = recorded_at END),
 CONSTRAINT leaf_is_of_the_body CHECK (leaf_sha256 = sha256('\\x00'::bytea || convert_to(body, 'UTF8'))))"""

# A place that an entry did not provide for cannot be filled: no posting can be added to an entry once it is complete.
_POSTING = """CREATE TABLE posting (
 log_index bigint NOT NULL,
 position smallint NOT NULL,
 posting_count smallint NOT NULL,
 account text NOT NULL CHECK (account ~ '^[A-Za-z0-9_:-]{1,160}$'),
 amount numeric(38,0) NOT NULL,
 currency text NOT NULL,
 PRIMARY KEY (log_index, position),
 FOREIGN KEY (log_index, posting_count) REFERENCES entry (log_index, posting_count),
 CHECK (position >= 0 AND position < posting_count))"""

_REFUSE = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LT001';
END $$"""

_FOLLOWS = """CREATE FUNCTION entry_must_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  SELECT log_index, recorded_at INTO last FROM entry ORDER BY log_index DESC LIMIT 1;
  IF NEW.log_index <> coalesce(last.log_index + 1, 0) THEN
    RAISE EXCEPTION 'the log has no gaps' USING ERRCODE = 'LT002';
  END IF;
  IF NEW.recorded_at <= last.recorded_at THEN
    RAISE EXCEPTION 'entries follow in time' USING ERRCODE = 'LT002';
  END IF;
  IF NEW.reconstructed AND EXISTS (SELECT FROM entry WHERE NOT reconstructed) THEN
    RAISE EXCEPTION 'the history before this log is closed' USING ERRCODE = 'LT003';
  END IF;
  RETURN NEW;
END $$"""

_BALANCES = """CREATE FUNCTION entry_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM posting WHERE log_index = NEW.log_index) <> NEW.posting_count THEN
    RAISE EXCEPTION 'postings are missing' USING ERRCODE = 'LT004';
  END IF;
  IF EXISTS (SELECT FROM posting WHERE log_index = NEW.log_index GROUP BY currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'debits and credits differ' USING ERRCODE = 'LT004';
  END IF;
  RETURN NULL;
END $$"""

# One writer at a time, until its commit. Each statement of a volatile function sees what was committed before it
# began, so the second one sees what the holder of the lock before us wrote.
_OPEN = """CREATE FUNCTION open_log(wanted text)
 RETURNS TABLE (next_index bigint, last_recorded_at timestamptz, known_index bigint, known_request text)
 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1819239271);
  RETURN QUERY
    SELECT coalesce(last.log_index + 1, 0), last.recorded_at, known.log_index, known.request_sha256
    FROM (VALUES (1)) AS one
    LEFT JOIN (SELECT e.log_index, e.recorded_at FROM entry e ORDER BY e.log_index DESC LIMIT 1) AS last ON true
    LEFT JOIN entry AS known ON known.key = wanted;
END $$"""

_OPENING = """CREATE TABLE opening (
 log_index bigint PRIMARY KEY REFERENCES entry (log_index), salt bytea NOT NULL, content text NOT NULL)"""

_CHECKPOINT = """CREATE TABLE checkpoint (
 size bigint PRIMARY KEY CHECK (size > 0),
 root bytea NOT NULL,
 peaks bytea[] NOT NULL,
 signed_at timestamptz NOT NULL,
 signature text NOT NULL)"""

_COSIGNATURE = """CREATE TABLE cosignature (
 size bigint NOT NULL REFERENCES checkpoint (size),
 witness text NOT NULL,
 cosignature text NOT NULL,
 seen_at timestamptz NOT NULL,
 PRIMARY KEY (size, witness))"""

_WITNESSED = """CREATE TABLE witnessed (
 origin text NOT NULL,
 size bigint NOT NULL CHECK (size >= 0),
 root bytea NOT NULL,
 signature text NOT NULL,
 seen_at timestamptz NOT NULL,
 PRIMARY KEY (origin, size))"""

_FINGERPRINT = """CREATE TABLE fingerprint (
 partner text NOT NULL,
 fingerprint text NOT NULL,
 log_index bigint NOT NULL REFERENCES entry (log_index),
 PRIMARY KEY (partner, fingerprint, log_index))"""

_ANSWER = """CREATE TABLE fingerprint_answer (
 partner text NOT NULL,
 fingerprint text NOT NULL,
 known boolean NOT NULL,
 answered_at timestamptz NOT NULL,
 PRIMARY KEY (partner, fingerprint, known))"""

_TOKEN_USE = """CREATE TABLE token_use (
 id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
 used_at timestamptz NOT NULL,
 token_id text NOT NULL,
 auditor text NOT NULL)"""

_AUDIT_QUERY = """CREATE TABLE audit_query (
 token_id text NOT NULL,
 number integer NOT NULL CHECK (number > 0),
 asked_at timestamptz NOT NULL,
 kid text NOT NULL,
 enc text NOT NULL,
 ciphertext text NOT NULL,
 digest bytea NOT NULL,
 PRIMARY KEY (token_id, number))"""

_AUDIT_KEY = """CREATE TABLE audit_key (
 token_id text PRIMARY KEY,
 private_key bytea NOT NULL,
 disclosed_at timestamptz NOT NULL)"""

AUDIT_TABLES = ("audit_query", "audit_key")

APPEND_ONLY = (
    "entry",
    "posting",
    "checkpoint",
    "cosignature",
    "witnessed",
    "fingerprint",
    "fingerprint_answer",
    "token_use",
)


def _guards(table: str) -> tuple[str, ...]:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    return (
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} {refuse}",
    )


MIGRATIONS = (
    Migration(
        "0001-log",
        (
            _ENTRY,
            "CREATE INDEX entry_grant ON entry (grant_id, log_index) WHERE grant_id IS NOT NULL",
            "CREATE INDEX entry_kind ON entry (kind, log_index)",
            _POSTING,
            "CREATE INDEX posting_account ON posting (account, log_index)",
            _OPENING,
            _REFUSE,
            _FOLLOWS,
            _BALANCES,
            _OPEN,
            "CREATE TRIGGER entry_follows BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION entry_must_follow()",
            """CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION entry_must_balance()""",
        ),
    ),
    Migration("0002-evidence", (_CHECKPOINT, _COSIGNATURE, _WITNESSED, _FINGERPRINT, _ANSWER, _TOKEN_USE)),
    Migration("0003-append-only", tuple(guard for table in APPEND_ONLY for guard in _guards(table))),
    Migration("0010-audit", (_AUDIT_QUERY, _AUDIT_KEY, *(guard for table in AUDIT_TABLES for guard in _guards(table)))),
)

RIGHTS = {
    **dict.fromkeys((*APPEND_ONLY, *AUDIT_TABLES), "SELECT, INSERT"),
    # What a commitment stands for is personal: it can be erased, the log cannot.
    "opening": "SELECT, INSERT, DELETE",
}
