"""Files of directories as `check` reads them, and the official schemas that they are held against."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.providers.directory_file import Asked, DirectoryFile, read

SCHEMAS = Path(__file__).parent / "hsds"
TODAY = date(2026, 11, 25)


def read_faults(content: Any, folder: Path) -> tuple[DirectoryFile, list[RowFault]]:
    """Without a database; everything is settled, as `check` does it."""
    path = folder / "checked.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    faults: list[RowFault] = []
    file = read(Asked(path, "a list", TODAY), faults.append)
    for _ in file.batches():
        pass
    return file, faults


def validator(name: str) -> Callable[[Any], None]:
    """Of one kind of object, by the official schema."""
    schema = json.loads((SCHEMAS / "service_with_definitions.json").read_text())
    if name != "service":
        schema = {"$ref": f"#/definitions/{name}", "definitions": schema["definitions"]}
    checked = Draft202012Validator(schema, format_checker=FormatChecker())
    valid: Callable[[Any], None] = checked.validate
    return valid


def validate(package: dict[str, Any]) -> int:
    """Every object of every list; returns how many there were."""
    count = 0
    kinds: Sequence[tuple[str, str]] = (
        ("taxonomies", "taxonomy"),
        ("taxonomy_terms", "taxonomy_term"),
        ("organizations", "organization"),
        ("programs", "program"),
        ("units", "unit"),
        ("locations", "location"),
        ("services", "service"),
    )
    for name, kind in kinds:
        valid = validator(kind)
        for shown in package[name]:
            valid(shown)
            count += 1
    return count
