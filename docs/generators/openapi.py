"""docs/api/openapi-<service>.json: the HTTP face of a service, as FastAPI reads it from the code (OpenAPI 3.1)."""

import importlib
import json
import typing
from pathlib import Path
from typing import Any

from lotse_chassis.service import Service
from lotse_chassis.settings import Settings
from lotse_contracts.catalogue import SERVICES

LANGUAGES = ("uk", "ru", "de", "en")
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457: a code, the names of the fields at fault, and texts in four languages; never a value.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "fields", "texts"],
    "properties": {
        "type": {"type": "string", "description": "`urn:lotse:problem:` and the code"},
        "title": {"type": "string", "description": "in English"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "in the language that `Accept-Language` asks for"},
        "code": {"type": "string"},
        "fields": {"type": "array", "items": {"type": "string"}},
        "rule": {"type": "string", "description": "where the rule stands, if it has a name"},
        "allowed": {"type": "string", "description": "what would be taken, if that can be said"},
        "texts": {
            "type": "object",
            "required": [*LANGUAGES],
            "properties": {language: {"type": "string"} for language in LANGUAGES},
        },
    },
}
PROBLEM_RESPONSE = {
    "description": "A problem.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
PLACEHOLDER = "nobody@example.org"  # for whatever a service requires beyond these
WANTED = {"mail_from"}  # has a default, and no service is built with it
NO_FACE = -1  # a port that says: build the application, listen nowhere


def built_services() -> tuple[str, ...]:
    """The services that have a composition root."""
    return tuple(name for name in SERVICES if importlib.util.find_spec(f"lotse_{name}.app") is not None)


def built(service: str, folder: Path, **settings: Any) -> Service:
    """A service from its composition root, connected to nothing; `folder` is for files that it may want."""
    build = importlib.import_module(f"lotse_{service}.app").build
    model: type[Settings] = typing.get_type_hints(build)["settings"]
    made: Service = build(model.model_validate({**_settings(model, folder), **settings}))
    return made


def text(service: str, folder: Path) -> str:
    """The bytes of the committed file."""
    return json.dumps(document(service, folder), indent=2, ensure_ascii=False) + "\n"


def document(service: str, folder: Path) -> dict[str, Any]:
    """The whole document of one service; a fault of any kind is answered with a problem, which FastAPI cannot know."""
    said = built(service, folder).http.openapi()
    for operations in said["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = PROBLEM_RESPONSE
    parts = said.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        parts.pop(name, None)
    parts["Problem"] = PROBLEM
    return said


def _settings(model: type[Settings], folder: Path) -> dict[str, Any]:
    """Enough to build with: each required or optional path is a file or folder of its own under `folder`."""
    keys = {}
    for name in ("seal_key_file", "sign_key_file", "kek_file"):
        keys[name] = folder / name
        keys[name].write_bytes(bytes(range(32)))
    written = [name for name in model.model_fields if name.endswith("_folder") and not name.endswith("_texts_folder")]
    folders = {name: folder / name for name in written}  # texts come along, an empty folder holds none
    for path in folders.values():
        path.mkdir(exist_ok=True)
    required = [name for name, field in model.model_fields.items() if field.is_required() or name in WANTED]
    return {
        **dict.fromkeys(required, PLACEHOLDER),
        "association": "alpha",
        "database_url": "postgresql://nobody@127.0.0.1:1/nothing",
        "http_port": NO_FACE,
        **keys,
        **folders,
    }
