"""May a message of this name still say what it said? Compares its schema with the committed one and names each break.

Within a version a field may be added with a default and a description may be reworded; everything else wants a new
class with a higher `VERSION`. Two questions are asked, since old and new code run beside each other:

- heard: does the new code still accept whatever old code may say?
- said: does old code accept whatever the new code may say?

Orders and questions are only heard (services are upgraded before frontends, so that a list may grow); facts, answers
and transfers are both.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

Schema = Mapping[str, Any]
Direction = Literal["heard", "said", "both"]

ABOUT = "x-lotse"  # subject, key, roles: what a schema alone does not say about a message
PROSE = {"title", "description", "examples", "default", "$id", "$schema", "$defs", ABOUT}
LOWER = {"minLength", "minItems", "minimum", "exclusiveMinimum", "minProperties"}
UPPER = {"maxLength", "maxItems", "maximum", "exclusiveMaximum", "maxProperties"}
ABSENT = "it may be absent"
UNKNOWN = "an unknown field"
COMPARED = {"type", "enum", "const", "anyOf", "properties", "required", "items", "additionalProperties"}


def breaks(old: Schema, new: Schema, direction: Direction = "both") -> list[str]:
    """What somebody on the old contract would trip over, one line each; empty if nothing."""
    before, after = _inlined(old, old), _inlined(new, new)
    found = {*_field_breaks(before, after, "$"), *_about_breaks(old.get(ABOUT, {}), new.get(ABOUT, {}))}
    if direction in ("heard", "both"):
        found |= {_heard(at, why) for at, why in _refusals(writer=before, reader=after, at="$") if why != UNKNOWN}
    if direction in ("said", "both"):
        found |= {_said(at, why) for at, why in _refusals(writer=after, reader=before, at="$")}
    return sorted(found)


def _heard(at: str, why: str) -> str:
    return f"{at}: became required" if why == ABSENT else f"{at}: no longer heard: {why}"


def _said(at: str, why: str) -> str:
    return {
        ABSENT: f"{at}: no longer always there",
        UNKNOWN: f"{at}: added where old readers refuse unknown fields",
    }.get(why, f"{at}: old readers refuse: {why}")


def _about_breaks(old: Schema, new: Schema) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if name == "roles" and isinstance(was, list) and isinstance(now, list):
            if lost := sorted(set(was) - set(now)):
                yield f"roles: {', '.join(lost)} may no longer"
            if now and not was:
                yield "roles: now needs a token"
        elif was != now:
            yield f"{name}: {was!r} -> {now!r}"


def _field_breaks(old: Schema, new: Schema, at: str) -> Iterator[str]:
    """What each field by itself has to say, whatever reader or writer: gone, new and required, another default."""
    was, now = old.get("properties", {}), new.get("properties", {})
    required = {*old.get("required", ()), *new.get("required", ())}
    for name in was.keys() - now.keys():
        yield f"{at}.{name}: removed"
    for name in (now.keys() - was.keys()) & required:
        yield f"{at}.{name}: added without a default"
    for name in was.keys() & now.keys():
        if name not in required and was[name].get("default") != now[name].get("default"):
            yield f"{at}.{name}: default {was[name].get('default')!r} -> {now[name].get('default')!r}"
        yield from _field_breaks(_of_type("object", was[name]), _of_type("object", now[name]), f"{at}.{name}")
        lists = [_of_type("array", node).get("items") or {} for node in (was[name], now[name])]
        yield from _field_breaks(_of_type("object", lists[0]), _of_type("object", lists[1]), f"{at}.{name}[]")


def _of_type(name: str, node: Schema) -> Schema:
    return next((one for one in _alternatives(node) if one.get("type") == name), {})


Refusal = tuple[str, str]


def _refusals(*, writer: Schema, reader: Schema, at: str) -> Iterator[Refusal]:
    """What the reader does not accept of what the writer may say: where, and why."""
    readers = _alternatives(reader)
    for said in _alternatives(writer):
        tried = [list(_refusals_of_one(said, heard, at)) for heard in readers]
        if all(tried):
            yield from min(tried, key=lambda refusals: _distance(refusals, at))


def _distance(refusals: list[Refusal], at: str) -> tuple[bool, int]:
    """The alternative that was meant is the one of the same type with the fewest differences."""
    return any(where == at and why.startswith("type ") for where, why in refusals), len(refusals)


def _alternatives(node: Schema) -> list[Schema]:
    if "anyOf" not in node:
        return [node]
    rest = {keyword: value for keyword, value in node.items() if keyword != "anyOf"}
    return [{**rest, **alternative} for one in node["anyOf"] for alternative in _alternatives(one)]


def _refusals_of_one(writer: Schema, reader: Schema, at: str) -> Iterator[Refusal]:
    said, heard = writer.get("type"), reader.get("type")
    if heard is not None and said != heard and not (said == "integer" and heard == "number"):
        yield at, f"type {said!r}, not {heard!r}"
        return
    yield from ((at, why) for why in _refused_values(writer, reader))
    yield from ((at, why) for why in _refused_bounds(writer, reader))
    yield from _refused_fields(writer, reader, at)
    yield from _refused_items(writer, reader, at)


def _refused_values(writer: Schema, reader: Schema) -> Iterator[str]:
    said, heard = _values(writer), _values(reader)
    if heard is None:
        return
    if said is None:
        yield f"any value, not one of {heard!r}"
        return
    for value in said:
        if value not in heard:
            yield f"value {value!r}"


def _values(node: Schema) -> list[Any] | None:
    if "const" in node:
        return [node["const"]]
    return list(node["enum"]) if "enum" in node else None


def _refused_bounds(writer: Schema, reader: Schema) -> Iterator[str]:
    for keyword in sorted(reader.keys() - PROSE - COMPARED):
        said, heard = writer.get(keyword), reader[keyword]
        if keyword in LOWER and said is not None and said >= heard:
            continue
        if keyword in UPPER and said is not None and said <= heard:
            continue
        if said != heard and _values(writer) is None:
            yield f"{keyword} {said!r}, not {heard!r}"


def _refused_fields(writer: Schema, reader: Schema, at: str) -> Iterator[Refusal]:
    said, heard = writer.get("properties", {}), reader.get("properties", {})
    for name in set(reader.get("required", ())) & said.keys() - set(writer.get("required", ())):
        yield f"{at}.{name}", ABSENT
    for name in said.keys() & heard.keys():
        yield from _refusals(writer=said[name], reader=heard[name], at=f"{at}.{name}")
    open_reader, open_writer = reader.get("additionalProperties", True), writer.get("additionalProperties", True)
    if open_reader is False:
        for name in said.keys() - heard.keys():
            yield f"{at}.{name}", UNKNOWN
        if open_writer is not False and writer.get("type") == "object":
            yield at, "unknown fields"
    elif isinstance(open_reader, Mapping) and open_writer is not False:
        names = open_writer if isinstance(open_writer, Mapping) else {}
        yield from _refusals(writer=names, reader=open_reader, at=f"{at}.*")


def _refused_items(writer: Schema, reader: Schema, at: str) -> Iterator[Refusal]:
    if isinstance(reader.get("items"), Mapping):
        items = writer.get("items")
        yield from _refusals(writer=items if isinstance(items, Mapping) else {}, reader=reader["items"], at=f"{at}[]")


def _inlined(node: Any, root: Schema) -> Any:
    """The same schema without references; messages are trees, so this ends."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            target = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
            beside = {keyword: value for keyword, value in node.items() if keyword != "$ref"}
            return _inlined({**target, **beside}, root)
        return {keyword: _inlined(value, root) for keyword, value in node.items() if keyword != "$defs"}
    return [_inlined(one, root) for one in node] if isinstance(node, list) else node
