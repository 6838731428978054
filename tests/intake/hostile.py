"""Bad input as it comes: texts that break things, refusals that name no value, and a database that must not move."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any

import psycopg
from pydantic import BaseModel

from lotse_chassis.faults import Refused
from lotse_contracts.answers import Problem
from lotse_contracts.compat import Schema
from tests.intake.given import TABLES, Intake
from tests.kit import ServiceDatabase

LANGUAGES = {"uk", "ru", "de", "en"}
TEXTS: dict[str, str] = {
    "nul": "Canary\x00Nul",
    "only nul": "\x00",
    "control characters": "Canary\x01\x07\x08\x1b[2J\x7f\x85Control",
    "line breaks": "Canary\r\nBcc: everybody@example.org\n\nBreak",
    "lone high surrogate": "Canary\ud800High",
    "lone low surrogate": "\udc00Canary-Low",
    "swapped surrogates": "Canary\udc00\ud800Swapped",
    "bidi override": "Canary\u202egnp.fdp\u202c",
    "bidi isolates": "\u2066Canary\u2067Isolate",
    "zero width": "Can\u200bary\u200c\u200d\u2060\ufeffZero",
    "only zero width": "\u200b\u200d\ufeff",
    "emoji": "Canary \U0001f642 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "no character": "Canary\uffff\ufffe\U0010ffffNone",
    "combining": "Canary" + "\u0301" * 150,
    "right to left": "كناري קנרית",
    "sql": "Canary'); DROP TABLE person; --",
    "html": "<script>alert('Canary')</script><img src=x onerror=alert(1)>&amp;",
    "format": "Canary %s %n {0} {{name}} ${jndi:ldap://x} $(id) `id`",
    "path": "../../../../etc/passwd\\..\\Canary",
    "json": '","pin":"Canary","x":"',
    "blank": " \t ",
    "10,000 characters": "Canary-X" * 1_250,
    "10,000 letters of three bytes": "\u16a0" * 10_000,
}
"""By name, so that a failing test says which; each as the person's JSON may hold it."""

SHORTEST = 6  # of a value that no text of ours holds by chance, as the example of a phone number holds 12345
EVERY_ROW = "SELECT '{0}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {0} t"


def tables_of(database: ServiceDatabase) -> dict[str, str]:
    """A digest of every row, by the name of the table."""
    with psycopg.connect(database.owner_url) as connection:
        tables = [name for (name,) in connection.execute(TABLES.encode()).fetchall()]
        union = " UNION ALL ".join(EVERY_ROW.format(name) for name in tables)
        return dict(connection.execute(union.encode()).fetchall())


def digests(here: Intake) -> dict[str, str]:
    """Of every row of every table, and of every key and file on the disk."""
    folders = [folder for folder in (here.settings.keys_folder, here.settings.attachments_folder) if folder]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return tables_of(here.database) | {str(path): sha256(path.read_bytes()).hexdigest() for path in files}


@asynccontextmanager
async def nothing_changes(here: Intake, *apart: str) -> AsyncIterator[None]:
    """Counts and digests of everything are the same afterwards, apart from the tables that are named."""
    before, counted = digests(here), here.counts()
    yield
    after = digests(here)
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} <= set(apart)
    if not apart:
        assert here.counts() == counted


def is_told(problem: Problem) -> None:
    """Four texts of its own, in four languages."""
    assert set(problem.texts) == LANGUAGES
    assert all(text.strip() for text in problem.texts.values())
    assert len(set(problem.texts.values())) == len(LANGUAGES)


def is_refused(here: Intake, fault: Refused, value: str, *fields: str) -> None:
    """The code has its texts, one of these fields is named, and nowhere stands what was given."""
    assert fault.code in here.service.problems.codes, fault.code
    problem = here.service.problems.problem(fault.code, fault.fields, fault.allowed)
    is_told(problem)
    named = {part for name in fault.fields for part in name.split(".")}
    assert named & set(fields), (fault.code, fault.fields)
    said = f"{problem.model_dump_json()}{fault!r}{fault.rule}{fault.allowed}{fault.fields}"
    assert len(value.strip()) < SHORTEST or value not in said
    assert "Canary" not in said


def as_json(plain: dict[str, Any]) -> bytes:
    """Lone surrogates as escapes, which is all that JSON has for them."""
    try:
        return json.dumps(plain, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(plain).encode()


Path = tuple[str, ...]
KEY, ITEM = "{}", "[]"
FREE, CLOSED = "free", "closed"


def text_fields(model: type[BaseModel], kind: str) -> list[Path]:
    """Where the plaintext holds a text: fields, entries of lists (`[]`) and values of dictionaries (`{}`).

    Free ones hold what somebody writes; in closed ones only a code, a digest or a PIN may stand.
    """
    schema = model.model_json_schema()
    return [path for path, found in _texts(schema, schema, ()) if found == kind]


def _texts(node: Schema, root: Schema, path: Path) -> Iterator[tuple[Path, str]]:
    if "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    for one in node.get("anyOf", ()):
        yield from _texts(one, root, path)
    if node.get("type") == "string":
        yield path, CLOSED if {"enum", "const", "pattern", "format"} & node.keys() else FREE
    for name, field in node.get("properties", {}).items():
        yield from _texts(field, root, (*path, name))
    if isinstance(node.get("items"), dict):
        yield from _texts(node["items"], root, (*path, ITEM))
    if isinstance(node.get("additionalProperties"), dict):
        yield from _texts(node["additionalProperties"], root, (*path, KEY))


def put(plain: dict[str, Any], path: Path, value: str) -> dict[str, Any]:
    """A copy that holds the value there; a dictionary's own names may be given as `{name}`."""
    changed: dict[str, Any] = json.loads(json.dumps(plain))
    place: Any = changed
    for name, following in zip(path, (*path[1:], ""), strict=True):
        if following == "":
            _set(place, name, value)
        elif following == ITEM:
            place[name] = [value]
            break
        else:
            place = place.setdefault(name, {})
    return changed


def _set(place: Any, name: str, value: str) -> None:
    place["value" if name == KEY else name] = value
