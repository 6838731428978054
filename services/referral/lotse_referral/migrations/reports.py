"""The steps and rights of this part: words by which the directory is searched, and what reports keep."""

from lotse_chassis.migrate import Migration

SEARCHED: dict[str, str] = {
    "service": "name || ' ' || coalesce(alternate_name, '') || ' ' || coalesce(description, '')",
    "organization": "name || ' ' || coalesce(alternate_name, '') || ' ' || coalesce(description, '')",
    "taxonomy": "name || ' ' || description",
    "taxonomy_term": "name || ' ' || description || ' ' || coalesce(code, '')",
}
"""What is searched of each table. Without word forms of one language: the directory is written in several."""


def words_of(table: str) -> str:
    """The words by which rows of a table are found; an index has just this expression."""
    return f"to_tsvector('simple'::regconfig, {SEARCHED[table]})"


_FOUND = tuple(f"CREATE INDEX {table}_words ON {table} USING gin ({words_of(table)})" for table in SEARCHED)
_ORDERED = (
    "CREATE INDEX organization_name ON organization (name, id)",
    "CREATE INDEX taxonomy_term_name ON taxonomy_term (name, id)",
    "CREATE INDEX address_postal_code ON address (postal_code)",
)

_REPORTS = (
    """CREATE TABLE report_publication (part text NOT NULL CHECK (part IN ('referrals', 'gaps')), period text NOT NULL,
       figures jsonb NOT NULL, content bytea NOT NULL, sha256 text NOT NULL, published_at timestamptz NOT NULL,
       PRIMARY KEY (part, period))""",
    """CREATE TABLE closed_month (part text NOT NULL CHECK (part IN ('referrals', 'gaps')), month text NOT NULL,
       counts jsonb NOT NULL, closed_at timestamptz NOT NULL, PRIMARY KEY (part, month))""",
    """CREATE TABLE departed_count (month text NOT NULL, family text NOT NULL, table_name text NOT NULL,
       key text[] NOT NULL, cases integer NOT NULL, persons integer NOT NULL,
       PRIMARY KEY (month, family, table_name, key))""",
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("report_publication", "closed_month")
    ),
    "CREATE INDEX referral_step_state ON referral_step (at, referral_id) WHERE state = 'sent'",
    "CREATE INDEX referral_ended ON referral (entered_at) WHERE direction = 'out'",
    "CREATE INDEX checkback_asked ON checkback (asked_at)",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration("referral-0080-search", (*_FOUND, *_ORDERED)),
    Migration("referral-0081-reports", _REPORTS),
)

RIGHTS: dict[str, str] = {
    "report_publication": "SELECT, INSERT",
    "closed_month": "SELECT, INSERT",
    "departed_count": "SELECT, INSERT, UPDATE (cases, persons)",
}
