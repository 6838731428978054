"""Brings a database to the shape that the code expects: steps in code, run once each as the owner, and exact rights."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from lotse_chassis import accesslog, database, links, timers

log = logging.getLogger(__name__)

MIGRATE_LOCK = 0x6D696772  # "migr": two installers at once wait for each other
LOCK_SECONDS = 60

_TABLE = """CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, digest text NOT NULL,
 applied_at timestamptz NOT NULL DEFAULT now())"""

_AS_OWNER = """SELECT oid::regprocedure::text FROM pg_proc
 WHERE prosecdef AND pronamespace = 'public'::regnamespace AND proowner = current_user::regrole ORDER BY 1"""


class MigrationChanged(Exception):
    """A step that was applied reads differently now; a step is never edited, a new one is added."""


@dataclass(frozen=True)
class Migration:
    """One step; its statements run in one transaction."""

    name: str
    statements: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What was applied, recognisable."""
        return hashlib.sha256("\0".join(self.statements).encode()).hexdigest()


CHASSIS_MIGRATIONS = (
    Migration(
        "chassis-0001",
        (
            *database.MIGRATION_STATEMENTS,
            *accesslog.MIGRATION_STATEMENTS,
            *links.MIGRATION_STATEMENTS,
            *timers.MIGRATION_STATEMENTS,
        ),
    ),
    Migration("chassis-0002", database.HEARD_MIGRATION_STATEMENTS),
)
CHASSIS_RIGHTS = {**database.RIGHTS, **accesslog.RIGHTS, **links.RIGHTS, **timers.RIGHTS, "migration": "SELECT"}


def migrate(owner_url: str, role: str, migrations: Sequence[Migration], rights: Mapping[str, str]) -> tuple[str, ...]:
    """Apply what is missing and set the rights of the service's role; returns the names of the applied steps.

    Raises MigrationChanged if history was edited. Nothing is half done: each step commits with its note.
    """
    applied = []
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{LOCK_SECONDS}s")))
        connection.execute("SELECT pg_advisory_lock(%s)", (MIGRATE_LOCK,))
        connection.execute(_TABLE)
        known: dict[str, str] = dict(connection.execute("SELECT name, digest FROM migration").fetchall())
        for step in (*CHASSIS_MIGRATIONS, *migrations):
            if step.name in known:
                if known[step.name] != step.digest:
                    raise MigrationChanged(step.name)
                continue
            with connection.transaction():
                for statement in step.statements:
                    connection.execute(statement.encode())
                connection.execute("INSERT INTO migration (name, digest) VALUES (%s, %s)", (step.name, step.digest))
            applied.append(step.name)
        with connection.transaction():
            _grant(connection, role, {**CHASSIS_RIGHTS, **rights})
    return tuple(applied)


def _grant(connection: psycopg.Connection, role: str, rights: Mapping[str, str]) -> None:
    """Exactly these rights: what was granted before and is not named is taken back."""
    grantee = sql.Identifier(role)
    tables = sql.SQL(", ").join(map(sql.Identifier, rights))
    # A service that writes a table anew meanwhile changes the same row of the catalogue, and one of both would fail.
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(tables))
    connection.execute(sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(grantee))
    connection.execute(sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {}").format(grantee))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(grantee))
    for table, granted in rights.items():
        statement = sql.SQL("GRANT {} ON {} TO {}")
        connection.execute(statement.format(sql.SQL(granted), sql.Identifier(table), grantee))
    _keep_to_the_service(connection, grantee)


def _keep_to_the_service(connection: psycopg.Connection, grantee: sql.Identifier) -> None:
    """What acts with the owner's rights is for the service alone; PostgreSQL lets everybody execute a new function."""
    for (name,) in connection.execute(_AS_OWNER).fetchall():
        function = sql.SQL(name)
        connection.execute(sql.SQL("REVOKE ALL ON FUNCTION {} FROM PUBLIC").format(function))
        connection.execute(sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(function, grantee))


def expected(migrations: Sequence[Migration]) -> frozenset[str]:
    """The names that a service waits for before it starts."""
    return frozenset(step.name for step in (*CHASSIS_MIGRATIONS, *migrations))
