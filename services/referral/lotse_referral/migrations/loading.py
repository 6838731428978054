"""The statements that load a directory, and the shipped one as a step that changes its name with its content.

They read one JSON document of rows by table, which is told to the transaction first. Loading the same document twice
changes nothing.
"""
# ruff: noqa: S608 - only names of tables and columns below are put into a statement, never a value

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from typing import Any

from lotse_chassis.migrate import Migration
from lotse_referral.domain.directory import Entry, Fault, read
from lotse_referral.domain.directory.flat import resources_of
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory_tables import tables_of

SHIPPED = "dresden_services.json"
SHIPPED_NAME = "dresden"
REMEMBER = "SELECT set_config('lotse.directory', :directory, true)"
"""Keeps the document for the rest of the transaction; the other statements read it there."""

_DOCUMENT = "current_setting('lotse.directory')::jsonb"

_COLUMNS = {
    "organization": "id uuid, name text, description text",
    "taxonomy_term": "id uuid, code text, name text, description text, taxonomy text, parent_id uuid",
    "service": "id uuid, organization_id uuid, name text, description text, url text, email text, status text,"
    " interpretation_services text, application_process text, minimum_age integer, maximum_age integer,"
    " assured_date date, digest text",
    "location": "id uuid, location_type text, description text",
    "service_at_location": "id uuid, service_id uuid, location_id uuid",
    "address": "id uuid, location_id uuid, address_1 text, city text, state_province text, postal_code text,"
    " country text, address_type text",
    "phone": "id uuid, service_id uuid, number text",
    "language": "id uuid, service_id uuid, code text, note text, doubtful boolean",
    "service_area": "id uuid, service_id uuid, name text",
    "service_rule": "service_id uuid, rule text",
    "attribute": "id uuid, link_id uuid, taxonomy_term_id uuid, main boolean",
    "service_extension": "service_id uuid, association text, address_text text, valid_to date, assurance text,"
    " capacity text, interpreter boolean, appointment_only boolean, for_institutions boolean,"
    " confidential_location boolean, note text, sources text[], directory text, digest text, next_check_due date",
    "field_source": "resource_type text, resource_id uuid, field text, source text, assured_on date",
}


_TOUCHED = "(SELECT resource_id FROM metadata WHERE origin = 'here' AND updated_by <> 'program')"
"""What somebody changed here outranks what comes with the program; `directory import` compares field by field."""
_OWNER = {"organization": "id", "service": "id", "attribute": "link_id", "field_source": "resource_id"}
_PLACED = {"location": "id", "address": "location_id"}


def _raw(table: str) -> str:
    return f"jsonb_to_recordset({_DOCUMENT} -> '{table}') AS given ({_COLUMNS[table]})"


def _given(table: str) -> str:
    if table == "taxonomy_term":
        return _raw(table)
    if table in _PLACED:
        places = f"SELECT location_id FROM {_given('service_at_location')}"
        return f"(SELECT * FROM {_raw(table)} WHERE {_PLACED[table]} IN ({places})) AS given"
    owner = _OWNER.get(table, "service_id")
    return f"(SELECT * FROM {_raw(table)} WHERE {owner} NOT IN {_TOUCHED}) AS given"


def _names(table: str) -> str:
    return ", ".join(column.split()[0] for column in _COLUMNS[table].split(","))


def _upsert(table: str, key: str = "id") -> str:
    names = _names(table)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names.split(", ") if name != key)
    return (
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {_given(table)} ON CONFLICT ({key}) DO UPDATE SET {changed}"
    )


def _insert(table: str) -> str:
    return f"INSERT INTO {table} ({_names(table)}) SELECT {_names(table)} FROM {_given(table)}"


def _delete(table: str, column: str = "service_id") -> str:
    return f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM {_given('service')})"


_SERVICE_NAMES = _names("service").removesuffix(", digest")
_SERVICE = (
    f"INSERT INTO service ({_SERVICE_NAMES}, last_modified) SELECT {_SERVICE_NAMES}, now() FROM {_given('service')}"
    " WHERE NOT EXISTS (SELECT 1 FROM service_extension known"
    " WHERE known.service_id = given.id AND known.digest = given.digest)"
    " ON CONFLICT (id) DO UPDATE SET last_modified = excluded.last_modified, "
    + ", ".join(f"{name} = excluded.{name}" for name in _SERVICE_NAMES.split(", ") if name != "id")
)
_ABSENT = (
    f"service_id NOT IN (SELECT id FROM {_raw('service')}) AND service_id NOT IN {_TOUCHED}"
    f" AND directory = (SELECT name FROM jsonb_to_recordset({_DOCUMENT} -> 'directory') AS given (name text))"
)
_GIVEN_IDS = f"SELECT id FROM {_given('service')}"

_NO_PLACE = (
    f"WITH gone AS (DELETE FROM service_at_location WHERE service_id IN ({_GIVEN_IDS}) RETURNING location_id)"
    " DELETE FROM location WHERE id IN (SELECT location_id FROM gone) AND id NOT IN"
    f" (SELECT location_id FROM service_at_location WHERE service_id NOT IN ({_GIVEN_IDS}))"
)
_GONE_INACTIVE = (
    "UPDATE service SET status = 'inactive', last_modified = now() WHERE status = 'active'"
    f" AND id IN (SELECT service_id FROM service_extension WHERE {_ABSENT})"
)

LOADING: tuple[str, ...] = (
    _upsert("organization"),
    _upsert("taxonomy_term"),
    _SERVICE,
    _NO_PLACE,
    *(_delete(table) for table in ("phone", "language", "service_area", "service_rule")),
    _delete("attribute", "link_id"),
    _upsert("location"),
    *(_insert(table) for table in ("service_at_location", "phone", "language")),
    _upsert("address"),
    *(_insert(table) for table in ("service_area", "service_rule", "attribute")),
    _upsert("service_extension", "service_id"),
    f"DELETE FROM field_source WHERE resource_id IN (SELECT resource_id FROM {_given('field_source')})",
    _insert("field_source"),
    _GONE_INACTIVE,
    f"UPDATE service_extension SET digest = '' WHERE {_ABSENT}",
)
"""What is no longer in the document goes inactive; nothing that a referral may point to is deleted."""


def entries_of(document: dict[str, Any]) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """The entries of a directory file, and what is wrong with it row by row."""
    given = document.get("as_of")
    rows: Iterable[Any] = document.get("services") or ()
    return read(rows, date.fromisoformat(given) if isinstance(given, str) else None)


def document_of(entries: Iterable[Entry], directory: str) -> str:
    """What the statements take."""
    return json.dumps(tables_of(entries, directory), ensure_ascii=False, sort_keys=True)


def shipped() -> dict[str, Any]:
    """The directory that comes with the project, with its sources."""
    text = files("lotse_referral").joinpath("data", SHIPPED).read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def shipped_resources() -> Iterator[Resource]:
    """The same directory as resources, the terms of our list of concerns among them."""
    entries, _ = entries_of(shipped())
    return resources_of(tables_of(entries, SHIPPED_NAME), entries)


def shipped_step() -> Migration:
    """Loads the shipped directory. A newer version of it is a step of its own, since a step is never edited."""
    entries, _ = entries_of(shipped())
    literal = "'" + document_of(entries, SHIPPED_NAME).replace("'", "''") + "'"
    statements = (REMEMBER.replace(":directory", literal), *LOADING)
    digest = hashlib.sha256("\0".join(statements).encode()).hexdigest()
    return Migration(f"referral-directory-{digest[:12]}", statements)
