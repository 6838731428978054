"""A module has at most 300 lines, a function 50, and names that say something."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import named, parsed, python_files, refuse

MODULE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50
POSITIONAL_MAX = 5
PARAMETERS_MAX = 10  # with those that are named in every call
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|base|common|misc)(_|$)")
LONG_ALLOWED = re.compile(r"(^|/)(store\.py|tables(\.py|/.*)|migrations(\.py|/.*)|lotse_contracts/\w+/__init__\.py)$")
"""Tables and migrations are lists, not code; so are the doors of the contracts."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions() -> Iterator[tuple[Path, Function]]:
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function):
                yield path, node


def test_no_module_is_too_long() -> None:
    lines = {named(path): len(path.read_text().splitlines()) for path in python_files()}
    long = {name: count for name, count in lines.items() if count > MODULE_LINES_MAX and not LONG_ALLOWED.search(name)}
    refuse(f"{name}: {count}" for name, count in long.items())


def test_no_function_is_too_long() -> None:
    lengths = {f"{named(path)}:{node.lineno} {node.name}": _lines(node) for path, node in _functions()}
    refuse(f"{name}: {count}" for name, count in lengths.items() if count > FUNCTION_LINES_MAX)


def _lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_function_takes_too_many_parameters() -> None:
    found = []
    for path, node in _functions():
        positional = [one for one in (*node.args.posonlyargs, *node.args.args) if one.arg not in ("self", "cls")]
        if len(positional) > POSITIONAL_MAX and not _is_test(node) and not _is_route(node):
            found.append(f"{named(path)}:{node.lineno} {node.name}: {len(positional)} by position")
        if len(positional) + len(node.args.kwonlyargs) > PARAMETERS_MAX:
            found.append(f"{named(path)}:{node.lineno} {node.name}: too many altogether")
    refuse(found)


def _is_test(node: Function) -> bool:
    """A test's parameters are fixtures, given by name."""
    return node.name.startswith("test_")


def _is_route(node: Function) -> bool:
    """A route's parameters are named by the request."""
    calls = [one.func for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(isinstance(one, ast.Attribute) and one.attr in ("get", "post", "put", "delete") for one in calls)


def test_no_module_has_a_name_that_says_nothing() -> None:
    refuse(named(path) for path in python_files() if EMPTY_NAMES.search(path.stem))


def test_no_class_has_a_name_that_says_nothing() -> None:
    classes = [
        (path, node) for path in python_files() for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)
    ]
    words = {f"{named(path)} {node.name}": re.findall(r"[A-Z][a-z]+", node.name) for path, node in classes}
    empty = {"Util", "Utils", "Helper", "Helpers", "Manager", "Base", "Common"}
    terms = {"BaseRate"}  # of § 247 BGB
    refuse(name for name, parts in words.items() if empty.intersection(parts) and name.split()[-1] not in terms)


def test_every_module_says_what_it_is_for() -> None:
    refuse(named(path) for path in python_files() if not ast.get_docstring(parsed(path)))
