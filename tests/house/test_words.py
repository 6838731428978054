"""What may not stand in the tree: addresses of registries, paths of a machine, things left open, tests not run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, named, parsed, python_files, refuse

# A letter in brackets keeps each pattern from finding itself.
BANNED = {
    "a registry's host": re.compile(r"[p]ypi\.org|[p]ythonhosted\.org|registry\.[n]pmjs|deb\.[d]ebian\.org"),
    "a path of this machine": re.compile(r"(^|[^.A-Za-z0-9_])/([w]ork|[f]arm|[h]ome/[a-z]+)/", re.MULTILINE),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE [K]EY-----|\bS[UA][A-Z2-7]{56}\b"),
}
LEFT_OPEN = re.compile(r"\b([T]ODO|[F]IXME|[X]XX|[N]otImplementedError)\b")
NOT_RUN = re.compile(r"pytest\.(mark\.)?([s]kip|[x]fail)|[i]mportorskip|unittest\.[s]kip")
SLEEPS = {"asyncio.sleep", "time.sleep", "sleep"}
MOCKS = {"unittest.mock", "mock", "pytest_mock"}
Function = ast.FunctionDef | ast.AsyncFunctionDef
BINARY = {".png", ".jpg", ".jpeg", ".heic", ".pdf", ".ico", ".woff2"}


def _texts() -> Iterator[tuple[Path, str]]:
    for path in files():
        if path.suffix not in BINARY:
            yield path, path.read_text(errors="replace")


@pytest.mark.parametrize("what", sorted(BANNED))
def test_nowhere_stands(what: str) -> None:
    refuse(named(path) for path, text in _texts() if BANNED[what].search(text))


def test_nothing_is_left_open_in_the_code() -> None:
    refuse(named(path) for path in python_files() if LEFT_OPEN.search(path.read_text()))


def test_every_test_is_run() -> None:
    refuse(named(path) for path in python_files(ROOT / "tests") if NOT_RUN.search(path.read_text()))


def test_nothing_of_ours_is_mocked() -> None:
    refuse(named(path) for path in python_files(ROOT / "tests") if MOCKS.intersection(_imported(path)))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_test_sleeps_until_something_has_happened() -> None:
    """A publisher that sets its own pace is none; a wait for an outcome is, and belongs to `eventually`."""
    nodes = [(path, node) for path in python_files(ROOT / "tests") for node in ast.walk(parsed(path))]
    tests = [(path, node) for path, node in nodes if isinstance(node, Function) and node.name.startswith("test_")]
    calls = [(path, call) for path, test in tests for call in _own_calls(test)]
    refuse((f"{named(path)}:{call.lineno}" for path, call in calls if _sleeps(call)), "wait with `eventually` instead:")


def _own_calls(test: ast.AST) -> Iterator[ast.Call]:
    """The calls in the body of a test, those in a function within it apart."""
    for node in ast.iter_child_nodes(test):
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, Function):
            yield from _own_calls(node)


def _sleeps(call: ast.Call) -> bool:
    """To let others run once is not to wait."""
    return ast.unparse(call.func) in SLEEPS and ast.unparse(call.args[0]) != "0"
