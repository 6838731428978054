"""The steps and rights of this part: words by which the directory is searched."""

from lotse_chassis.migrate import Migration

SEARCHED: tuple[tuple[str, str], ...] = (
    ("service", "name || ' ' || coalesce(alternate_name, '') || ' ' || coalesce(description, '')"),
    ("organization", "name || ' ' || coalesce(alternate_name, '') || ' ' || coalesce(description, '')"),
    ("taxonomy", "name || ' ' || description"),
    ("taxonomy_term", "name || ' ' || description || ' ' || coalesce(code, '')"),
)
"""Without word forms of one language: the directory is written in several."""

_WORDS = tuple(
    f"ALTER TABLE {table} ADD COLUMN words tsvector"
    f" GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, {words})) STORED"
    for table, words in SEARCHED
)
_FOUND = tuple(f"CREATE INDEX {table}_words ON {table} USING gin (words)" for table, _ in SEARCHED)
_ORDERED = (
    "CREATE INDEX organization_name ON organization (name, id)",
    "CREATE INDEX taxonomy_term_name ON taxonomy_term (name, id)",
    "CREATE INDEX address_postal_code ON address (postal_code)",
)

MIGRATIONS: tuple[Migration, ...] = (Migration("referral-0080-search", (*_WORDS, *_FOUND, *_ORDERED)),)

RIGHTS: dict[str, str] = {}
