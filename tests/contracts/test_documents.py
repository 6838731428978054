"""What is generated under docs/api is committed, valid by the official schemas, and says what the code does."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from docs.generators import openapi
from docs.generators.__main__ import FOLDER, generated
from docs.generators.asyncapi import document
from lotse_contracts.catalogue import MESSAGES, SERVICES
from lotse_contracts.wiring import hears

STANDARDS = Path(__file__).parent / "standards"
ASYNCAPI = Draft7Validator(json.loads((STANDARDS / "asyncapi-3.0.0.json").read_text()))
OPENAPI = Draft202012Validator(json.loads((STANDARDS / "openapi-3.1.json").read_text()))
ROOT_REFERENCE = "#/"


def test_the_committed_documents_are_those_of_the_code() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.iterdir()}
    expected = dict(generated())
    assert committed.keys() == expected.keys(), "run `make docs`"
    stale = [name for name, text in expected.items() if committed[name] != text]
    assert not stale, "run `make docs`"


def test_every_message_stands_in_the_table_of_names() -> None:
    table = (FOLDER / "messages.md").read_text()
    assert [message.type_name() for message in MESSAGES if f"| `{message.type_name()}` |" not in table] == []


@pytest.mark.parametrize("service", SERVICES)
def test_asyncapi_is_valid_by_the_official_schema(service: str) -> None:
    committed = json.loads((FOLDER / f"asyncapi-{service}.json").read_text())
    assert [error.message for error in ASYNCAPI.iter_errors(committed)] == []
    _every_reference_leads_somewhere(committed)


def test_openapi_is_valid_by_the_official_schema() -> None:
    for service in openapi.built_services():
        committed = json.loads((FOLDER / f"openapi-{service}.json").read_text())
        assert [error.message for error in OPENAPI.iter_errors(committed)] == []
        _every_reference_leads_somewhere(committed)


@pytest.mark.parametrize("service", SERVICES)
def test_asyncapi_receives_what_the_wiring_lets_a_service_hear(service: str) -> None:
    operations = document(service)["operations"]
    received = {name.removeprefix("receive.") for name in operations if name.startswith("receive.")}
    assert {f"{message.KIND}.{message.type_name()}" for message in hears(service)} <= received


@pytest.mark.parametrize("service", SERVICES)
def test_every_parameter_of_an_address_is_described(service: str) -> None:
    for channel in document(service)["channels"].values():
        tokens = (channel["address"] or "").split(".")
        assert {token[1:-1] for token in tokens if token.startswith("{")} == channel.get("parameters", {}).keys()


def _every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        found: Any = document
        for step in reference.removeprefix(ROOT_REFERENCE).split("/"):
            found = found[step.replace("~1", "/")]
        assert isinstance(found, dict)


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [one for value in node.values() for one in _references(value)]
    return [one for value in node for one in _references(value)] if isinstance(node, list) else []
