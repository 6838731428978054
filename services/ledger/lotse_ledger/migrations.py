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

_APPEND_ONLY_0003 = (
    "entry",
    "posting",
    "checkpoint",
    "cosignature",
    "witnessed",
    "fingerprint",
    "fingerprint_answer",
    "token_use",
)

# 0004: more than one log. Log 0 is the association's own, witnessed one; every other was made by an import.
_LOG = """CREATE TABLE log (
 log_id smallint PRIMARY KEY CHECK (log_id >= 0),
 name text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
 opened_at timestamptz NOT NULL DEFAULT now())"""

# How many decimals an amount in the smallest unit has.
_CURRENCY = """CREATE TABLE currency (
 log_id smallint NOT NULL REFERENCES log (log_id),
 currency text NOT NULL CHECK (char_length(currency) BETWEEN 1 AND 200),
 scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 18),
 PRIMARY KEY (log_id, currency))"""

# Only what leads to an index of the log begins with `log_id`: of a log that is new to the planner's statistics it takes
# any index for a good one, and would read all of that log for each batch.
_ENTRY_OF_A_LOG = (
    "DROP TRIGGER entry_follows ON entry",
    "DROP TRIGGER entry_balances ON entry",
    "DROP FUNCTION entry_must_follow()",
    "DROP FUNCTION entry_must_balance()",
    "DROP FUNCTION open_log(text)",
    "ALTER TABLE posting DROP CONSTRAINT posting_log_index_posting_count_fkey",
    "ALTER TABLE opening DROP CONSTRAINT opening_log_index_fkey",
    "ALTER TABLE fingerprint DROP CONSTRAINT fingerprint_log_index_fkey",
    "ALTER TABLE entry DROP CONSTRAINT entry_reverses_fkey",
    "ALTER TABLE entry DROP CONSTRAINT entry_reverses_key",
    "ALTER TABLE entry DROP CONSTRAINT entry_pkey",
    "ALTER TABLE entry DROP CONSTRAINT entry_key_key",
    "ALTER TABLE entry DROP CONSTRAINT entry_recorded_at_key",
    "ALTER TABLE entry DROP CONSTRAINT entry_log_index_posting_count_key",
    "ALTER TABLE entry ADD COLUMN log_id smallint NOT NULL DEFAULT 0 REFERENCES log (log_id)",
    "ALTER TABLE entry ADD COLUMN closes_until date",
    "ALTER TABLE entry ADD CONSTRAINT entry_pkey PRIMARY KEY (log_id, log_index)",
    "ALTER TABLE entry ADD CONSTRAINT entry_key UNIQUE (key, log_id)",
    # What a posting repeats of its entry: it can be summed by both dates without a look at the entry.
    """ALTER TABLE entry ADD CONSTRAINT entry_of_postings
       UNIQUE (log_id, log_index, posting_count, valid_on, standing)""",
    "ALTER TABLE entry ADD CONSTRAINT entry_reversed_once UNIQUE (reverses, log_id)",
    """ALTER TABLE entry ADD CONSTRAINT entry_reverses_one
       FOREIGN KEY (log_id, reverses) REFERENCES entry (log_id, log_index)""",
    """ALTER TABLE entry ADD CONSTRAINT closes_by_kind
       CHECK ((kind IN ('period_closed', 'period_reopened')) = (closes_until IS NOT NULL))""",
    "DROP INDEX entry_grant",
    "DROP INDEX entry_kind",
    "CREATE INDEX entry_known ON entry (known_at, log_id, log_index)",
    "CREATE INDEX entry_grant ON entry (grant_id, log_id, log_index) WHERE grant_id IS NOT NULL",
    "CREATE INDEX entry_kind ON entry (kind, log_id, log_index)",
    "CREATE INDEX entry_closes ON entry (log_id, log_index) WHERE closes_until IS NOT NULL",
)

# Made anew rather than altered: what is summed over stands first, where a row is read the fastest.
_POSTING_OF_A_LOG = (
    """CREATE TABLE posting_0004 (
 log_index bigint NOT NULL,
 valid_on date NOT NULL,
 log_id smallint NOT NULL,
 position smallint NOT NULL,
 posting_count smallint NOT NULL,
 standing text NOT NULL,
 currency text NOT NULL,
 account text NOT NULL,
 amount numeric(38,0) NOT NULL,
 CONSTRAINT posting_place CHECK (position >= 0 AND position < posting_count),
 CONSTRAINT posting_account_name CHECK (CASE WHEN log_id = 0 THEN account ~ '^[A-Za-z0-9_:-]{1,160}$'
   ELSE char_length(account) BETWEEN 1 AND 200 AND account !~ '[[:cntrl:]]' END))""",
    """INSERT INTO posting_0004
       SELECT p.log_index, e.valid_on, 0, p.position, p.posting_count, e.standing, p.currency, p.account, p.amount
       FROM posting p JOIN entry e USING (log_index) ORDER BY p.log_index, p.position""",
    "DROP TABLE posting",
    "ALTER TABLE posting_0004 RENAME TO posting",
    "ALTER TABLE posting ADD CONSTRAINT posting_pkey PRIMARY KEY (log_id, log_index, position)",
    """ALTER TABLE posting ADD CONSTRAINT posting_of_entry
       FOREIGN KEY (log_id, log_index, posting_count, valid_on, standing)
       REFERENCES entry (log_id, log_index, posting_count, valid_on, standing)""",
    "CREATE INDEX posting_account ON posting (account, log_id, log_index)",
    "CREATE INDEX posting_valid ON posting (valid_on, log_id)",
)

# What a commitment stands for: salt and content together, encrypted with a key that is kept outside the database.
# `key_id` is null where an earlier version kept them as they are.
_OPENING_OF_A_PART = (
    "ALTER TABLE opening DROP CONSTRAINT opening_pkey",
    "ALTER TABLE opening ADD COLUMN log_id smallint NOT NULL DEFAULT 0",
    "ALTER TABLE opening ADD COLUMN part text NOT NULL DEFAULT 'actor' CHECK (part ~ '^[a-z][a-z0-9_]{0,39}$')",
    "ALTER TABLE opening ADD COLUMN key_id uuid",
    "ALTER TABLE opening ADD COLUMN sealed bytea",
    "UPDATE opening SET sealed = salt || convert_to(content, 'UTF8')",
    "ALTER TABLE opening ALTER COLUMN sealed SET NOT NULL",
    "ALTER TABLE opening DROP COLUMN salt",
    "ALTER TABLE opening DROP COLUMN content",
    "ALTER TABLE opening ADD CONSTRAINT opening_pkey PRIMARY KEY (log_id, log_index, part)",
    """ALTER TABLE opening ADD CONSTRAINT opening_of_entry
       FOREIGN KEY (log_id, log_index) REFERENCES entry (log_id, log_index)""",
    "CREATE INDEX opening_key ON opening (key_id) WHERE key_id IS NOT NULL",
)

_EVIDENCE_OF_A_LOG = (
    "ALTER TABLE cosignature DROP CONSTRAINT cosignature_size_fkey",
    "ALTER TABLE checkpoint DROP CONSTRAINT checkpoint_pkey",
    "ALTER TABLE cosignature DROP CONSTRAINT cosignature_pkey",
    "ALTER TABLE fingerprint DROP CONSTRAINT fingerprint_pkey",
    *(
        f"ALTER TABLE {table} ADD COLUMN log_id smallint NOT NULL DEFAULT 0 REFERENCES log (log_id)"
        for table in ("checkpoint", "cosignature", "fingerprint")
    ),
    "ALTER TABLE checkpoint ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (log_id, size)",
    "ALTER TABLE cosignature ADD CONSTRAINT cosignature_pkey PRIMARY KEY (log_id, size, witness)",
    """ALTER TABLE cosignature ADD CONSTRAINT cosignature_of_checkpoint
       FOREIGN KEY (log_id, size) REFERENCES checkpoint (log_id, size)""",
    "ALTER TABLE fingerprint ADD CONSTRAINT fingerprint_pkey PRIMARY KEY (log_id, partner, fingerprint, log_index)",
    """ALTER TABLE fingerprint ADD CONSTRAINT fingerprint_of_entry
       FOREIGN KEY (log_id, log_index) REFERENCES entry (log_id, log_index)""",
)

# Once a statement over all that it added: the same for one entry as for thousands.
_ALL_FOLLOW = """CREATE FUNCTION entries_must_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one record;
  last record;
  closed date;
  step record;
BEGIN
  FOR one IN
    SELECT log_id, min(log_index) AS first, max(log_index) AS final, count(*) AS many FROM added GROUP BY log_id
  LOOP
    SELECT log_index, recorded_at, known_at, reconstructed INTO last
      FROM entry WHERE log_id = one.log_id AND log_index < one.first ORDER BY log_index DESC LIMIT 1;
    IF one.first <> coalesce(last.log_index + 1, 0) OR one.many <> one.final - one.first + 1 THEN
      RAISE EXCEPTION 'the log has no gaps' USING ERRCODE = 'LT002';
    END IF;
    SELECT closes_until INTO closed FROM entry
      WHERE log_id = one.log_id AND log_index < one.first AND closes_until IS NOT NULL ORDER BY log_index DESC LIMIT 1;
    SELECT bool_or(recorded_at <= recorded_before) AS back, bool_or(known_at < known_before) AS unlearned,
      bool_or(reconstructed AND NOT reconstructed_before) AS late, bool_or(valid_on <= closed) AS shut,
      bool_or(closes_until IS NOT NULL AND log_index < one.final) AS inner_close,
      bool_or(CASE kind WHEN 'period_closed' THEN closes_until <= closed OR closes_until >= valid_on
        WHEN 'period_reopened' THEN closed IS NULL OR closes_until >= closed END) AS false_close
    INTO step FROM (
      SELECT log_index, kind, recorded_at, known_at, reconstructed, valid_on, closes_until,
        lag(recorded_at, 1, last.recorded_at) OVER follows AS recorded_before,
        lag(known_at, 1, last.known_at) OVER follows AS known_before,
        lag(reconstructed, 1, last.reconstructed) OVER follows AS reconstructed_before
      FROM added WHERE log_id = one.log_id WINDOW follows AS (ORDER BY log_index)) AS steps;
    IF step.back THEN
      RAISE EXCEPTION 'entries follow in time' USING ERRCODE = 'LT002';
    END IF;
    IF step.late THEN
      RAISE EXCEPTION 'the history before this log is closed' USING ERRCODE = 'LT003';
    END IF;
    IF step.unlearned THEN
      RAISE EXCEPTION 'what is known follows in time' USING ERRCODE = 'LT002';
    END IF;
    IF step.shut THEN
      RAISE EXCEPTION 'the period is closed' USING ERRCODE = 'LT006';
    END IF;
    IF step.inner_close OR step.false_close THEN
      RAISE EXCEPTION 'a period is closed onward, reopened backward, and last in its statement' USING ERRCODE = 'LT006';
    END IF;
  END LOOP;
  RETURN NULL;
END $$"""

# Places are given out by the entry and filled once, so the number of postings says that none is missing.
_ALL_BALANCE = """CREATE FUNCTION entries_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  one record;
  found record;
BEGIN
  FOR one IN
    SELECT log_id, min(log_index) AS first, max(log_index) AS final, sum(posting_count) AS many
    FROM added GROUP BY log_id
  LOOP
    SELECT coalesce(sum(sums.many), 0) AS many, bool_or(sums.total <> 0) AS differ,
      bool_or(known.currency IS NULL) AS unknown
    INTO found FROM (
      SELECT currency, count(*) AS many, sum(amount) AS total FROM posting
      WHERE log_id = one.log_id AND log_index BETWEEN one.first AND one.final GROUP BY log_index, currency) AS sums
    LEFT JOIN currency known ON known.log_id = one.log_id AND known.currency = sums.currency;
    IF found.many <> one.many THEN
      RAISE EXCEPTION 'postings are missing' USING ERRCODE = 'LT004';
    END IF;
    IF found.differ THEN
      RAISE EXCEPTION 'debits and credits differ' USING ERRCODE = 'LT004';
    END IF;
    IF found.unknown THEN
      RAISE EXCEPTION 'a currency is not known in this log' USING ERRCODE = 'LT005';
    END IF;
  END LOOP;
  RETURN NULL;
END $$"""

_OPEN_ONE = """CREATE FUNCTION open_log(which smallint, wanted text)
 RETURNS TABLE (next_index bigint, last_recorded_at timestamptz, last_known_at timestamptz, last_reconstructed boolean,
   closed_until date, known_index bigint, known_recorded_at timestamptz, known_request text)
 LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1819239271, which);
  RETURN QUERY
    SELECT coalesce(last.log_index + 1, 0), last.recorded_at, last.known_at, last.reconstructed,
      (SELECT c.closes_until FROM entry c WHERE c.log_id = which AND c.closes_until IS NOT NULL
       ORDER BY c.log_index DESC LIMIT 1),
      known.log_index, known.recorded_at, known.request_sha256
    FROM (VALUES (1)) AS one
    LEFT JOIN (SELECT e.log_index, e.recorded_at, e.known_at, e.reconstructed FROM entry e
               WHERE e.log_id = which ORDER BY e.log_index DESC LIMIT 1) AS last ON true
    LEFT JOIN entry AS known ON known.log_id = which AND known.key = wanted;
END $$"""

# A projection of the postings, made anew from them at any time: nothing but speed depends on it.
_SNAPSHOT = (
    """CREATE TABLE snapshot (
 log_id smallint NOT NULL REFERENCES log (log_id),
 size bigint NOT NULL CHECK (size > 0),
 postings bigint NOT NULL,
 cells bigint NOT NULL,
 PRIMARY KEY (log_id, size))""",
    """CREATE TABLE snapshot_month (
 log_id smallint NOT NULL,
 size bigint NOT NULL,
 month date NOT NULL,
 accounts text[] NOT NULL,
 currencies text[] NOT NULL,
 standings text[] NOT NULL,
 amounts numeric[] NOT NULL,
 PRIMARY KEY (log_id, size, month),
 FOREIGN KEY (log_id, size) REFERENCES snapshot (log_id, size) ON DELETE CASCADE)""",
)

# 0005: checkpoints as signed notes, tiles, what a witness saw last, and what it did not sign.
_NOTES = (
    # Null where an earlier version signed otherwise than a witness wants it.
    "ALTER TABLE checkpoint ADD COLUMN note text",
    "ALTER TABLE cosignature ADD COLUMN line text",
    "ALTER TABLE witnessed ADD COLUMN note text",
)

_TILE = """CREATE TABLE tile (
 log_id smallint NOT NULL DEFAULT 0 REFERENCES log (log_id),
 level smallint NOT NULL CHECK (level BETWEEN 0 AND 63),
 number bigint NOT NULL CHECK (number >= 0),
 hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
 root bytea NOT NULL CHECK (octet_length(root) = 32),
 PRIMARY KEY (log_id, level, number))"""

# One row a log, locked from the look to the signature: two requests for one log cannot both pass. Source: tlog-witness
_WITNESS_HEAD = """CREATE TABLE witness_head (
 origin text PRIMARY KEY,
 size bigint NOT NULL CHECK (size >= 0),
 root bytea NOT NULL CHECK (octet_length(root) = 32),
 note text NOT NULL,
 cosignature text NOT NULL,
 seen_at timestamptz)"""

_NEVER_BACK = """CREATE FUNCTION head_never_goes_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin <> OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND OLD.size > 0 AND NEW.root <> OLD.root)
  THEN
    RAISE EXCEPTION 'a log that was seen neither shrinks nor changes' USING ERRCODE = 'LT007';
  END IF;
  RETURN NEW;
END $$"""

_ALARM = """CREATE TABLE alarm (
 id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
 raised_at timestamptz NOT NULL,
 origin text NOT NULL,
 reporter text NOT NULL,
 code text NOT NULL,
 size bigint NOT NULL,
 latest_size bigint NOT NULL,
 note text NOT NULL,
 digest bytea NOT NULL,
 UNIQUE (reporter, code, digest))"""

_LOG_ROTATION = """CREATE TABLE log_rotation (
 origin text NOT NULL,
 old_vkey text NOT NULL,
 new_vkey text NOT NULL,
 old_signature text NOT NULL,
 new_signature text NOT NULL,
 learned_at timestamptz NOT NULL,
 PRIMARY KEY (origin, old_vkey, new_vkey))"""

# What a partner has not answered yet; one at a time, so that a cut link does not pile them up.
_OFFER = """CREATE TABLE offer (
 partner text PRIMARY KEY,
 size bigint NOT NULL,
 old_size bigint NOT NULL,
 attempts smallint NOT NULL CHECK (attempts > 0),
 offered_at timestamptz NOT NULL)"""

WITNESS_TABLES = ("tile", "alarm", "log_rotation")

APPEND_ONLY = (*_APPEND_ONLY_0003, "log", "currency")


def _guards(table: str) -> tuple[str, ...]:
    refuse = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    return (
        f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} {refuse}",
    )


# 0020: what the nightly check of all invariants found. Verdicts name places in the log and hold no value of anybody.
_REPLAY = """CREATE TABLE replay (
 run_at timestamptz PRIMARY KEY,
 size bigint NOT NULL CHECK (size >= 0),
 verdicts jsonb NOT NULL)"""

# 0030: what is known never decreases along a log, so the length that it had at an instant is found by halving. An index
# over all logs would lead through everything that an import recorded since.
_SIZE_KNOWN = """CREATE FUNCTION size_known(which smallint, instant timestamptz) RETURNS bigint
 LANGUAGE plpgsql STABLE AS $$
DECLARE
  least bigint := 0;
  most bigint := coalesce((SELECT max(log_index) + 1 FROM entry WHERE log_id = which), 0);
  middle bigint;
BEGIN
  WHILE least < most LOOP
    middle := (least + most) / 2;
    IF (SELECT known_at FROM entry WHERE log_id = which AND log_index = middle) <= instant THEN
      least := middle + 1;
    ELSE
      most := middle;
    END IF;
  END LOOP;
  RETURN least;
END $$"""

_VALID_APART = (
    "DROP INDEX posting_valid",
    "CREATE INDEX posting_valid ON posting (valid_on) WHERE log_id = 0",
    "CREATE INDEX posting_valid_imported ON posting (valid_on, log_id) WHERE log_id > 0",
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
    Migration("0003-append-only", tuple(guard for table in _APPEND_ONLY_0003 for guard in _guards(table))),
    Migration(
        "0004-books",
        (
            _LOG,
            "INSERT INTO log (log_id, name) VALUES (0, 'grant-ledger')",
            _CURRENCY,
            "INSERT INTO currency (log_id, currency, scale) VALUES (0, 'EUR', 2)",
            """INSERT INTO currency (log_id, currency, scale)
               SELECT DISTINCT 0, currency, 2 FROM posting WHERE currency <> 'EUR'""",
            *_ENTRY_OF_A_LOG,
            *_POSTING_OF_A_LOG,
            *_OPENING_OF_A_PART,
            *_EVIDENCE_OF_A_LOG,
            _ALL_FOLLOW,
            _ALL_BALANCE,
            _OPEN_ONE,
            """CREATE TRIGGER entries_follow AFTER INSERT ON entry REFERENCING NEW TABLE AS added
               FOR EACH STATEMENT EXECUTE FUNCTION entries_must_follow()""",
            """CREATE TRIGGER entries_balance AFTER INSERT ON entry REFERENCING NEW TABLE AS added
               FOR EACH STATEMENT EXECUTE FUNCTION entries_must_balance()""",
            *_guards("posting"),
            *_guards("log"),
            *_guards("currency"),
            *_SNAPSHOT,
        ),
    ),
    # Steps about checkpoints, tiles and witnesses, files and tokens follow here.
    Migration(
        "0005-witness",
        (
            *_NOTES,
            _TILE,
            _WITNESS_HEAD,
            _NEVER_BACK,
            """CREATE TRIGGER witness_head_never_goes_back BEFORE UPDATE ON witness_head
               FOR EACH ROW EXECUTE FUNCTION head_never_goes_back()""",
            """CREATE TRIGGER witness_head_stays BEFORE DELETE OR TRUNCATE ON witness_head
               FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
            _ALARM,
            _LOG_ROTATION,
            _OFFER,
            *(guard for table in WITNESS_TABLES for guard in _guards(table)),
        ),
    ),
    Migration("0010-audit", (_AUDIT_QUERY, _AUDIT_KEY, *(guard for table in AUDIT_TABLES for guard in _guards(table)))),
    Migration("0020-replay", (_REPLAY, *_guards("replay"))),
    Migration("0030-known-size", (_SIZE_KNOWN, *_VALID_APART)),
)

RIGHTS = {
    **dict.fromkeys((*APPEND_ONLY, *AUDIT_TABLES, *WITNESS_TABLES), "SELECT, INSERT"),
    "replay": "SELECT, INSERT",
    "witness_head": "SELECT, INSERT, UPDATE",
    "offer": "SELECT, INSERT, UPDATE, DELETE",
    # What a commitment stands for is personal: it can be erased, the log cannot.
    "opening": "SELECT, INSERT, DELETE",
    "snapshot": "SELECT, INSERT, DELETE",
    "snapshot_month": "SELECT, INSERT, DELETE",
}
