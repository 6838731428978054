"""The steps and rights of the texts; those that come with notify are a step that changes its name with their words."""
# ruff: noqa: S608 - only our own words are put into a statement, with their quotes doubled

import hashlib
import json

from lotse_chassis.migrate import Migration
from lotse_notify.domain.shipped import shipped_texts
from lotse_notify.domain.templates import FRAME, NOTICES, WITH_SIGNATURE
from lotse_notify.domain.texts import language_sha256, sha256_of, source_of

TABLES = Migration(
    "notify-0030-texts",
    (
        """CREATE TABLE template_version (
            name text NOT NULL,
            number integer NOT NULL CHECK (number > 0),
            source text NOT NULL,
            sha256 text NOT NULL,
            origin text NOT NULL CHECK (origin IN ('shipped', 'association')),
            proposed_by text NOT NULL CHECK (proposed_by <> ''),
            proposed_at timestamptz NOT NULL,
            PRIMARY KEY (name, number),
            UNIQUE (name, sha256),
            UNIQUE (name, number, proposed_by)
        )""",
        # Of the words of one language, so that it outlives a change in another one.
        """CREATE TABLE template_signature (
            signature_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            language text NOT NULL CHECK (language IN ('uk', 'ru')),
            sha256 text NOT NULL,
            signed_by text NOT NULL CHECK (signed_by <> ''),
            recorded_by text NOT NULL CHECK (recorded_by <> ''),
            signed_at timestamptz NOT NULL,
            UNIQUE (name, language, sha256)
        )""",
        # Four eyes by constraint: who wrote it down publishes it never.
        """CREATE TABLE template_publication (
            publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            number integer NOT NULL,
            proposed_by text NOT NULL,
            published_by text NOT NULL CHECK (published_by <> '' AND published_by <> proposed_by),
            published_at timestamptz NOT NULL,
            FOREIGN KEY (name, number, proposed_by) REFERENCES template_version (name, number, proposed_by)
        )""",
        "CREATE INDEX template_publication_latest ON template_publication (name, publication_id DESC)",
    ),
)

RIGHTS: dict[str, str] = {
    "template_version": "SELECT, INSERT",
    "template_signature": "SELECT, INSERT",
    "template_publication": "SELECT, INSERT",
}
"""Nothing of it is ever changed or taken back; what counts is the latest publication."""

_GIVEN = "jsonb_to_recordset(current_setting('lotse.texts')::jsonb) AS given (name text, source text, sha256 text)"
_COUNTS = """FROM template_publication p JOIN template_version w USING (name, number)
    WHERE p.name = v.name ORDER BY p.publication_id DESC LIMIT 1"""
_VERSIONS = f"""INSERT INTO template_version (name, number, source, sha256, origin, proposed_by, proposed_at)
    SELECT given.name, 1 + coalesce((SELECT max(v.number) FROM template_version v WHERE v.name = given.name), 0),
        given.source, given.sha256, 'shipped', 'lotse', now()
    FROM {_GIVEN} ON CONFLICT (name, sha256) DO NOTHING"""
_PUBLICATIONS = f"""INSERT INTO template_publication (name, number, proposed_by, published_by, published_at)
    SELECT v.name, v.number, v.proposed_by, 'release', now()
    FROM {_GIVEN} JOIN template_version v ON v.name = given.name AND v.sha256 = given.sha256
    WHERE coalesce((SELECT w.origin {_COUNTS}), 'shipped') = 'shipped'
        AND v.number IS DISTINCT FROM (SELECT p.number {_COUNTS})"""
"""What an association has published itself goes on to count."""
_SIGNATURES = """INSERT INTO template_signature (name, language, sha256, signed_by, recorded_by, signed_at)
    SELECT name, language, sha256, signed_by, 'release', now()
    FROM jsonb_to_recordset(current_setting('lotse.signatures')::jsonb)
        AS given (name text, language text, sha256 text, signed_by text)
    ON CONFLICT (name, language, sha256) DO NOTHING"""


def shipped_step() -> Migration:
    """Loads the texts that come with notify. Newer ones are a step of their own, since a step is never edited."""
    texts = shipped_texts(drafts_allowed=True)
    documents = [texts.document(name) for name in (FRAME, *NOTICES)]
    rows = [{"name": one.name, "source": source_of(one), "sha256": sha256_of(one)} for one in documents]
    signatures = [
        {"name": one.name, "language": language, "sha256": language_sha256(one, language), "signed_by": signed_by}
        for one in documents
        for language in WITH_SIGNATURE
        if (signed_by := texts.words[language].signed_by) and texts.words[language].status == "ready"
    ]
    told = (_told("lotse.texts", rows), _told("lotse.signatures", signatures))
    digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
    return Migration(f"notify-0031-texts-{digest[:12]}", (*told, _VERSIONS, _PUBLICATIONS, _SIGNATURES))


def _told(name: str, rows: list[dict[str, str]]) -> str:
    """Keeps the rows for the rest of the transaction."""
    written = json.dumps(rows, ensure_ascii=False, sort_keys=True).replace("'", "''")
    return f"SELECT set_config('{name}', '{written}', true)"


MIGRATIONS: tuple[Migration, ...] = (TABLES, shipped_step())
