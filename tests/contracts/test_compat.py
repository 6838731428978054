"""Each kind of break is found and named, and what is no break passes."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lotse_contracts.compat import breaks
from lotse_contracts.schemas import schemas

Node = dict[str, Any]
SCHEMAS = schemas()

FIELDS: Node = {
    "word": {"type": "string", "maxLength": 10, "pattern": "^[a-z]+$"},
    "kind": {"enum": ["web", "bot"], "type": "string"},
    "count": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
    "note": {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "null"}], "default": None},
    "codes": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "default": []},
    "part": {"$ref": "#/$defs/Part"},
}
PART: Node = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}},
    "required": ["id"],
    "additionalProperties": False,
}
ORDER: Node = {
    "type": "object",
    "properties": FIELDS,
    "required": ["word", "kind", "part"],
    "additionalProperties": False,
    "$defs": {"Part": PART},
    "x-lotse": {"subject": "lotse.{association}.cmd.x.y.v1.{word}", "key": "word", "roles": ["counsellor"]},
}
FACT: Node = {keyword: value for keyword, value in ORDER.items() if keyword != "additionalProperties"}


def changed(schema: Node, change: Callable[[Node], object]) -> Node:
    copied = copy.deepcopy(schema)
    change(copied)
    return copied


def field(name: str, **keywords: Any) -> Callable[[Node], object]:
    return lambda schema: schema["properties"][name].update(keywords)


HEARD: list[tuple[str, Callable[[Node], object]]] = [
    ("$.note: removed", lambda s: s["properties"].pop("note")),
    ("$.fresh: added without a default", lambda s: (s["properties"].update(fresh={}), s["required"].append("fresh"))),
    ("$.count: became required", lambda s: s["required"].append("count")),
    ("$.count: default 3 -> 4", field("count", default=4)),
    ("$.kind: no longer heard: value 'bot'", field("kind", enum=["web"])),
    ("$.word: no longer heard: maxLength 10, not 5", field("word", maxLength=5)),
    ("$.word: no longer heard: pattern '^[a-z]+$', not '^[a]+$'", field("word", pattern="^[a]+$")),
    ("$.word: no longer heard: minLength None, not 1", field("word", minLength=1)),
    ("$.count: no longer heard: minimum 1, not 2", field("count", minimum=2)),
    ("$.count: no longer heard: type 'integer', not 'string'", field("count", type="string")),
    ("$.note: no longer heard: type 'null', not 'string'", field("note", anyOf=[{"type": "string", "maxLength": 10}])),
    ("$.note: no longer heard: maxLength 10, not 9", lambda s: s["properties"]["note"]["anyOf"][0].update(maxLength=9)),
    ("$.codes: no longer heard: maxItems 3, not 2", field("codes", maxItems=2)),
    ("$.codes[]: no longer heard: maxLength None, not 2", field("codes", items={"type": "string", "maxLength": 2})),
    ("$.part.id: removed", lambda s: (s["$defs"]["Part"]["properties"].pop("id"), s["$defs"]["Part"].pop("required"))),
    ("key: 'word' -> 'kind'", lambda s: s["x-lotse"].update(key="kind")),
    ("roles: counsellor may no longer", lambda s: s["x-lotse"].update(roles=["coordinator"])),
]
SAID: list[tuple[str, Callable[[Node], object]]] = [
    ("$.word: no longer always there", lambda s: s["required"].remove("word")),
    ("$.kind: old readers refuse: value 'phone'", field("kind", enum=["web", "bot", "phone"])),
    ("$.word: old readers refuse: maxLength 11, not 10", field("word", maxLength=11)),
    ("$.word: old readers refuse: maxLength None, not 10", lambda s: s["properties"]["word"].pop("maxLength")),
    ("$.count: old readers refuse: minimum 0, not 1", field("count", minimum=0)),
    (
        "$.count: old readers refuse: type 'null', not 'integer'",
        field("count", anyOf=[{"type": "integer"}, {"type": "null"}]),
    ),
    (
        "$.part.more: added where old readers refuse unknown fields",
        lambda s: s["$defs"]["Part"]["properties"].update(more={"type": "string", "default": ""}),
    ),
]


@pytest.mark.parametrize(("name", "change"), HEARD, ids=[name for name, _ in HEARD])
def test_what_old_senders_trip_over_is_named(name: str, change: Callable[[Node], object]) -> None:
    assert name in breaks(ORDER, changed(ORDER, change), "heard")
    assert name in breaks(FACT, changed(FACT, change), "both")


@pytest.mark.parametrize(("name", "change"), SAID, ids=[name for name, _ in SAID])
def test_what_old_readers_trip_over_is_named(name: str, change: Callable[[Node], object]) -> None:
    assert name in breaks(FACT, changed(FACT, change), "both")
    assert not breaks(ORDER, changed(ORDER, change), "heard"), "an order may hear more than it did"


def test_forbidding_unknown_fields_is_a_break() -> None:
    assert breaks(FACT, ORDER, "heard") == ["$: no longer heard: unknown fields"]


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_no_schema_breaks_itself(name: str) -> None:
    assert not breaks(SCHEMAS[name], SCHEMAS[name])


@given(st.sampled_from(sorted(SCHEMAS)), st.data())
def test_a_field_with_a_default_and_other_words_may_come(name: str, data: st.DataObject) -> None:
    old = SCHEMAS[name]
    new = copy.deepcopy(old)
    new["description"] = data.draw(st.text())
    new.setdefault("properties", {})["quite_new"] = {"type": "string", "default": data.draw(st.text())}
    found = breaks(old, new, "heard" if old.get("additionalProperties") is False else "both")
    assert not found


@given(st.sampled_from([name for name in sorted(SCHEMAS) if SCHEMAS[name].get("properties")]), st.data())
def test_a_break_seeded_anywhere_is_found(name: str, data: st.DataObject) -> None:
    old = SCHEMAS[name]
    new = copy.deepcopy(old)
    objects = [node for node in (new, *new.get("$defs", {}).values()) if node.get("properties")]
    node = data.draw(st.sampled_from(objects))
    field_name = data.draw(st.sampled_from(sorted(node["properties"])))
    breaking = data.draw(st.sampled_from([_remove, _retype, _add_required]))
    breaking(node, field_name)
    assert any(field_name in line or "quite_new" in line for line in breaks(old, new, "heard"))


def _remove(node: Node, name: str) -> None:
    del node["properties"][name]
    node["required"] = [one for one in node.get("required", []) if one != name]


def _retype(node: Node, name: str) -> None:
    default = {key: value for key, value in node["properties"][name].items() if key == "default"}
    node["properties"][name] = {"type": "boolean", "const": True, **default}


def _add_required(node: Node, name: str) -> None:
    node["properties"]["quite_new"] = {"type": "string"}
    node["required"] = [*node.get("required", []), "quite_new"]


bounds = st.integers(0, 4)
words = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(lambda low, high: {"type": "integer", "minimum": low, "maximum": high}, bounds, bounds),
    st.builds(lambda high: {"type": "string", "maxLength": high}, bounds),
    st.builds(lambda enum: {"type": "string", "enum": enum}, words),
    st.just({"type": "null"}),
)


def _object(inner: dict[str, Node], required: list[str], is_open: bool) -> Node:
    there = [name for name in required if name in inner]
    return {
        "type": "object",
        "properties": inner,
        "required": there,
        **({} if is_open else {"additionalProperties": False}),
    }


nodes: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda one, other: {"anyOf": [one, other]}, inner, inner),
        st.builds(lambda items, most: {"type": "array", "items": items, "maxItems": most}, inner, bounds),
        st.builds(
            _object, st.dictionaries(st.sampled_from("xyz"), inner), st.lists(st.sampled_from("xyz")), st.booleans()
        ),
    ),
    max_leaves=4,
)
values = st.recursive(
    st.none() | st.integers(-1, 5) | st.text("abc", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=5,
)


def tweaked(node: Any, data: st.DataObject) -> Any:
    """A schema close to this one, so that many pairs are compatible and many are not quite."""
    if isinstance(node, list):
        return [tweaked(one, data) for one in node]
    if not isinstance(node, dict):
        return node + data.draw(st.sampled_from([0, 0, 0, 1, -1])) if isinstance(node, int) and node > 0 else node
    kept = {key: tweaked(value, data) for key, value in node.items() if key in ("type", "properties", "anyOf")}
    rest = {key: tweaked(value, data) for key, value in node.items() if key not in kept}
    return {**kept, **{key: value for key, value in rest.items() if data.draw(st.integers(0, 9))}}


@settings(max_examples=400)
@given(nodes, st.lists(values, max_size=30), st.data())
def test_what_is_called_heard_is_really_accepted(old: Node, said: list[Any], data: st.DataObject) -> None:
    new = tweaked(old, data)
    assume(not breaks(old, new, "heard"))
    before, after = Draft202012Validator(old), Draft202012Validator(new)
    for value in said:
        assert not before.is_valid(value) or after.is_valid(value), value
