"""Messages drawn from their JSON Schemas, for tests that want any of them."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from lotse_contracts.compat import Schema
from lotse_contracts.envelope import Message
from lotse_contracts.intake.contents import YEAR_FIRST, YEAR_LAST

TEXT_CHARACTERS_MAX = 40  # drawn, where the contract allows more
ITEMS_MAX = 3
FORMATS = {
    "uuid": st.uuids().map(str),
    "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    "date": st.dates().map(lambda day: day.isoformat()),
}
DAY = r"^\d{4}-\d{2}-\d{2}$"
"""A day on paper: the schema has its form alone, and the contract wants one that there is."""


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Any message of this kind."""
    schema = kind.model_json_schema()
    return values(schema, schema).map(kind.model_validate)


def values(node: Schema, root: Schema) -> st.SearchStrategy[Any]:
    """Any JSON value that the schema accepts; covers what pydantic writes for our contracts."""
    if "$ref" in node:
        return values(root["$defs"][node["$ref"].rsplit("/", 1)[1]], root)
    if "anyOf" in node:
        return st.one_of([values(one, root) for one in node["anyOf"]])
    if "const" in node or "enum" in node:
        return st.sampled_from(node.get("enum") or [node["const"]])
    return _of_type(node, root)


def _of_type(node: Schema, root: Schema) -> st.SearchStrategy[Any]:
    match node["type"]:
        case "object":
            return _objects(node, root)
        case "array":
            most = min(node.get("maxItems", ITEMS_MAX), ITEMS_MAX)
            return st.lists(values(node["items"], root), min_size=node.get("minItems", 0), max_size=most)
        case "string":
            return _strings(node)
        case "integer":
            return st.integers(node.get("minimum", -(2**53)), node.get("maximum", 2**53))
        case "boolean":
            return st.booleans()
    return st.none()


def _objects(node: Schema, root: Schema) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: values(field, root) for name, field in node.get("properties", {}).items()}
    required = {name: field for name, field in fields.items() if name in node.get("required", ())}
    optional = {name: field for name, field in fields.items() if name not in required}
    if not fields and isinstance(node.get("additionalProperties"), dict):
        return st.dictionaries(st.sampled_from("abc"), values(node["additionalProperties"], root))
    return st.fixed_dictionaries(required, optional=optional)


def _strings(node: Schema) -> st.SearchStrategy[str]:
    if node.get("format") in FORMATS:
        return FORMATS[node["format"]]
    if node.get("pattern") == DAY:
        return st.dates(date(YEAR_FIRST, 1, 1), date(YEAR_LAST, 12, 31)).map(date.isoformat)
    if "pattern" in node:
        # The dollar of our patterns is the end of the text; Python's also stands before a last line break.
        return st.from_regex(
            node["pattern"].replace("$", r"\Z"),
            fullmatch=True,
            alphabet=st.characters(min_codepoint=1, max_codepoint=127),
        )
    most = min(node.get("maxLength", TEXT_CHARACTERS_MAX), TEXT_CHARACTERS_MAX)
    return st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), min_size=node.get("minLength", 0), max_size=most
    )
