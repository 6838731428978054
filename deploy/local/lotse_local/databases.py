"""A database per service: an owner for migrations, and a role that can do only what migrations grant it."""

import psycopg
from psycopg import Connection, sql

from lotse_local.keyring import Passwords
from lotse_local.postgres import Cluster

CREATE_LOCK = 0x63726561  # "crea": an administrator and the supervisor may prepare at once
LOCK_MAX = "60s"
IDLE_IN_TRANSACTION_MAX = "60s"  # a stuck transaction would hold back vacuum and the relay's lock


def create_database(cluster: Cluster, service: str, passwords: Passwords, *, database: str = "") -> bool:
    """Create database and roles unless they are there, and set the passwords; return whether it was new."""
    database = database or service
    with connect(cluster) as admin:
        admin.execute("SELECT set_config('lock_timeout', %s, false)", (LOCK_MAX,))
        admin.execute("SELECT pg_advisory_lock(%s)", (CREATE_LOCK,))
        for shared in ("postgres", "template1"):
            _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", sql.Identifier(shared))
        _create_role(admin, f"{service}_owner", passwords.owner)
        _create_role(admin, service, passwords.service)
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone()
        if not known:
            create = "CREATE DATABASE {} OWNER {} TEMPLATE template0"
            _run(admin, create, sql.Identifier(database), sql.Identifier(f"{service}_owner"))
        close(admin, database, service)
        with connect(cluster, database) as inside:
            _close_schema(inside, service)
    return not known


def copy_database(cluster: Cluster, service: str, *, template: str, database: str) -> None:
    """A copy of a database that nobody is connected to; for tests, which each begin with a migrated one."""
    with connect(cluster) as admin:
        names = [sql.Identifier(name) for name in (database, f"{service}_owner", template)]
        _run(admin, "CREATE DATABASE {} OWNER {} TEMPLATE {}", *names)
        close(admin, database, service)


def drop_database(cluster: Cluster, database: str) -> None:
    """Take a database away, whoever is still connected."""
    with connect(cluster) as admin:
        _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(database))


def connect(cluster: Cluster, database: str = "postgres") -> Connection[tuple[object, ...]]:
    """A superuser's connection outside transactions."""
    return psycopg.connect(cluster.url(database), autocommit=True)


def close(admin: Connection[tuple[object, ...]], database: str, service: str) -> None:
    """Let nobody but the service and the owner connect; a copy of a template does not inherit this."""
    _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", sql.Identifier(database))
    _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", sql.Identifier(database), sql.Identifier(service))


def _close_schema(admin: Connection[tuple[object, ...]], service: str) -> None:
    _run(admin, "ALTER SCHEMA public OWNER TO {}", sql.Identifier(f"{service}_owner"))
    _run(admin, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(admin, "GRANT USAGE ON SCHEMA public TO {}", sql.Identifier(service))


def _create_role(admin: Connection[tuple[object, ...]], role: str, password: str) -> None:
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
        _run(admin, "CREATE ROLE {} NOINHERIT", sql.Identifier(role))
    rights = "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}"
    _run(admin, rights, sql.Identifier(role), sql.Literal(password))
    bound = "ALTER ROLE {} SET idle_in_transaction_session_timeout = {}"
    _run(admin, bound, sql.Identifier(role), sql.Literal(IDLE_IN_TRANSACTION_MAX))


def _run(admin: Connection[tuple[object, ...]], text: str, *parts: sql.Composable) -> None:
    admin.execute(sql.SQL(text).format(*parts))
