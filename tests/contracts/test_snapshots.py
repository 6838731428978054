"""The committed JSON Schemas say what the code says, and the code still says what they said."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lotse_contracts.catalogue import MESSAGES
from lotse_contracts.compat import Schema
from lotse_contracts.schemas import all_breaks, committed, main, schemas, text_of, write

FOLDER = Path(__file__).parents[2] / "contracts" / "schemas"


def test_no_message_breaks_somebody_on_the_committed_contract() -> None:
    found = all_breaks(committed(FOLDER), schemas())
    assert not found, "a new class with a higher VERSION is needed, or the change taken back:\n" + "\n".join(found)


def test_the_committed_schemas_are_those_of_the_code() -> None:
    written = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    assert written == {f"{name}.json": text_of(schema) for name, schema in schemas().items()}, "run `make docs`"


def test_every_message_has_its_schema() -> None:
    assert {f"{message.KIND}.{message.type_name()}" for message in MESSAGES} <= committed(FOLDER).keys()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_valid_by_its_dialect(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


def test_a_break_is_named_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    path = tmp_path / "evt.intake.case-opened.v1.json"
    older: Schema = json.loads(path.read_text())
    older["properties"]["room"] = {"type": "string"}
    path.write_text(text_of(older))
    assert main([str(tmp_path)]) == 1
    assert "evt.intake.case-opened.v1: $.room: removed" in capsys.readouterr().err
    assert json.loads(path.read_text()) == older
    assert main([str(tmp_path), "--accept-breaks"]) == 0
    assert main([str(tmp_path)]) == 0


def test_a_message_that_is_gone_is_a_break(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "evt.intake.case-forgotten.v1.json").write_text("{}")
    assert write(tmp_path) == ["evt.intake.case-forgotten.v1: removed"]
