"""Every problem has its texts, every setting is documented, and no text holds a place for a person's value."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lotse_chassis.problem_texts import CHASSIS_TEXTS, LANGUAGES
from lotse_chassis.settings import Settings, variable
from lotse_contracts.catalogue import SERVICES
from tests.house.services import declared
from tests.house.tree import MEMBERS, named, package, parsed, python_files, refuse

FOUR = {"uk", "ru", "de", "en"}
PLACE_FOR_A_VALUE = re.compile(r"[{}]|%[sdr(]")
REFUSALS = {"Refused", "AskFailed"}


def _refused_codes(folder: Path) -> Iterator[tuple[str, str]]:
    """Where a code is said, and the code; constants of the same module are looked up."""
    for path in python_files(folder):
        constants = _constants(parsed(path))
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call) and _called(node) in REFUSALS and node.args:
                where = f"{named(path)}:{node.lineno}"
                for code in _codes(node.args[0], constants):
                    yield where, code


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _codes(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from _codes(node.body, constants)
        yield from _codes(node.orelse, constants)


@pytest.mark.parametrize("service", SERVICES)
def test_every_code_that_is_refused_with_has_texts(service: str) -> None:
    known = declared(service).problems.codes
    refuse(f"{where} {code}" for where, code in _refused_codes(package(f"lotse_{service}")) if code not in known)


def test_every_code_of_the_chassis_has_texts() -> None:
    refuse(f"{where} {code}" for where, code in _refused_codes(package("lotse_chassis")) if code not in CHASSIS_TEXTS)


@pytest.mark.parametrize("service", SERVICES)
def test_every_problem_speaks_four_languages_and_has_no_place_for_a_value(service: str) -> None:
    assert set(LANGUAGES) == FOUR
    problems = declared(service).problems
    for code in problems.codes:
        texts = problems.problem(code).texts
        assert texts.keys() == FOUR, code
        assert len(set(texts.values())) == len(FOUR), f"{code}: two languages say the same"
        assert not [text for text in texts.values() if PLACE_FOR_A_VALUE.search(text)], code


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_stands_in_its_readme(service: str) -> None:
    readme = MEMBERS[f"lotse_{service}"] / "README.md"
    text = readme.read_text()
    own = type(declared(service).settings).model_fields.keys() - Settings.model_fields.keys()
    refuse((variable(name) for name in own if f"`{variable(name)}`" not in text), named(readme))


def test_every_setting_of_all_services_stands_in_the_readme_of_the_chassis() -> None:
    readme = MEMBERS["lotse_chassis"] / "README.md"
    text = readme.read_text()
    refuse((variable(name) for name in Settings.model_fields if f"`{variable(name)}`" not in text), named(readme))


@pytest.mark.parametrize("service", SERVICES)
def test_no_readme_names_a_setting_that_does_not_exist(service: str) -> None:
    text = (MEMBERS[f"lotse_{service}"] / "README.md").read_text()
    known = {variable(name) for name in type(declared(service).settings).model_fields}
    refuse(set(re.findall(r"`(LOTSE_[A-Z_]+)`", text)) - known)


def test_every_setting_says_what_it_is() -> None:
    for service in SERVICES:
        fields = type(declared(service).settings).model_fields
        refuse((name for name, field in fields.items() if not field.description), service)
