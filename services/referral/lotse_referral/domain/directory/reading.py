"""Reads objects of HSDS 3.1: what can be kept of each, and what is wrong with it, field by field."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from lotse_referral.domain.codes import TAXONOMY, is_known
from lotse_referral.domain.directory import extension
from lotse_referral.domain.directory.entries import identifier
from lotse_referral.domain.directory.faults import RowFault
from lotse_referral.domain.directory.form import EXTENSION, FORMS, Field, Form, Part, ResourceType
from lotse_referral.domain.directory.own_form import DERIVED
from lotse_referral.domain.directory.resources import CONFIDENTIAL, EVERY_FIELD, Resource, Source
from lotse_referral.domain.directory.sense import nonsense
from lotse_referral.domain.directory.values import Wrong, checked, one_of

PARTS_MAX = 500  # in one list; the largest service seen in public HSDS data has a few dozen
OWNER_MASK = 2**32 - 1  # enough to tell one owner of an id from another, and small for a million of them
NOT_KEPT = frozenset({"attributes", "metadata"})
"""HSDS lets them hang on everything; here they hang on services, organizations and places."""
LINKS = frozenset(
    f"{name}_id" for name in ("service", "location", "organization", "contact", "service_at_location", "phone", "link")
) | {"link_entity", "resource_id", "resource_type", "last_modified"}
"""They repeat what stands where; `last_modified` is when our copy changed."""
EVERYWHERE = LINKS | {"id", EXTENSION, *DERIVED}
INSIDE: Mapping[ResourceType, Mapping[str, ResourceType]] = {
    "organization": {"locations": "location", "programs": "program", "services": "service"}
}
"""Objects of their own that hang on another one."""
Row = Mapping[str, Any]


@dataclass
class Reader:
    """Reads one file; `source` is where it comes from, `seen` the ids of parts with what they hang on."""

    today: date
    source: Source
    say: Callable[[RowFault], None]
    seen: dict[int, int] = field(default_factory=dict)
    secret_places: set[str] = field(default_factory=set)

    def read(self, type_: ResourceType, given: Any, place: str) -> Iterator[tuple[Resource, str]]:
        """The object and those inside it, what is named first, each with its place in the file."""
        found: list[tuple[Resource, str]] = []
        _Row(self, place, found).resource(type_, given, place)
        yield from found


@dataclass
class _Row:
    """One row while it is read."""

    reader: Reader
    place: str
    found: list[tuple[Resource, str]]
    key: str = ""

    def fault(self, place: str, code: str, allowed: str = "", *, fatal: bool = False) -> None:
        self.reader.say(RowFault(place, self.key, code, allowed, fatal))

    def resource(self, type_: ResourceType, given: Any, place: str) -> str | None:
        """Its id, if it can be kept."""
        if not isinstance(given, Mapping):
            self.fault(place, "not_an_object", "an object", fatal=True)
            return None
        own_id = self._id(given, place)
        if own_id is None:
            return None
        outer, self.key = self.key, own_id
        fields = self._object(FORMS[type_], given, place, own_id, others=INSIDE.get(type_, {}))
        kept = fields is not None
        if fields is not None and type_ == "taxonomy_term" and fields.get("taxonomy") == TAXONOMY:
            kept = self._is_ours(own_id, fields, place)
        elif fields is not None:
            self._keep(type_, own_id, fields, given, place)
        self.key = outer
        return own_id if kept else None

    def _keep(self, type_: ResourceType, own_id: str, fields: dict[str, Any], given: Row, place: str) -> None:
        sources: dict[str, Source] = {}
        if isinstance(given.get(EXTENSION), Mapping):
            own, sources = extension.read(
                given[EXTENSION], f"{place}.{EXTENSION}", self.fault, service=type_ == "service"
            )
            fields |= own
        elif given.get(EXTENSION) is not None:
            self.fault(f"{place}.{EXTENSION}", "not_an_object", "an object")
        assured = fields.get("assured_date")
        if assured is not None and date.fromisoformat(assured) > self.reader.today:
            self.fault(f"{place}.assured_date", "out_of_range", "today or before")
            del fields["assured_date"]
        if fields.get(CONFIDENTIAL) is True:
            self.reader.secret_places |= {link["location_id"] for link in fields.get("service_at_locations", ())}
        fields = extension.without_secret_place(fields, place, self.fault)
        fields = extension.fitting(fields, sources, place, self.fault)
        told = {name: one for name, one in sources.items() if name == EVERY_FIELD or name in fields}
        default = self._source(fields)
        resource = Resource(type_, own_id, fields, _said_no(fields, told or {EVERY_FIELD: default}, default))
        self.found.append((resource, place))
        for name, inner in INSIDE.get(type_, {}).items():
            self._inside(inner, given.get(name), f"{place}.{name}", own_id)

    def _source(self, fields: Row) -> Source:
        default = self.reader.source
        assured = fields.get("assured_date")
        day = default.assured_on if assured is None else date.fromisoformat(assured)
        return Source(default.source, day)

    def _inside(self, type_: ResourceType, given: Any, place: str, owner: str) -> None:
        for number, one in enumerate(self._list(given, place)):
            told = {"organization_id": owner} | dict(one) if isinstance(one, Mapping) else one
            self.resource(type_, told, f"{place}[{number}]")

    def _is_ours(self, own_id: str, fields: Row, place: str) -> bool:
        """Our own list of concerns is the same everywhere, and not changed by a file."""
        code = str(fields.get("code"))
        if is_known(code) and own_id == str(identifier("taxonomy-term", f"{TAXONOMY}:{code}")):
            return True
        allowed = f"a code of {TAXONOMY} under the id that it has everywhere"
        self.fault(f"{place}.code", "not_our_code", allowed, fatal=True)
        return False

    def _object(
        self, form: Form, given: Row, place: str, own_id: str, *, others: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Its fields and parts, or None if something is missing without which it is nothing."""
        told = dict(given)
        for name, (id_field, type_) in form.embedded.items():
            self._embedded(type_, id_field, told, f"{place}.{name}", told.get(name))
        fields: dict[str, Any] = {}
        whole = True
        for name, one in form.fields.items():
            if not one.needed and told.get(name) is None:
                continue
            whole &= self._field(name, one, told.get(name), fields, place)
        if not whole:
            return None
        for name, part in form.parts.items():
            if told.get(name) is not None:
                fields[name] = self._parts(part, told[name], f"{place}.{name}", own_id)
        for name, code, allowed in tuple(nonsense(fields)):
            self.fault(f"{place}.{name}", code, allowed)
            fields.pop(name)
        self._rest(form, told, place, others)
        return fields

    def _field(self, name: str, one: Field, value: Any, fields: dict[str, Any], place: str) -> bool:
        """Whether the object can be kept."""
        history = one.kind == "history"
        if value is None or (value == "" and not history):
            if one.needed:
                self.fault(f"{place}.{name}", "missing", ", ".join(one.choices) or f"a {one.kind}", fatal=True)
            return not one.needed
        try:
            fields[name] = one_of(value, one.choices) if one.choices else checked(one.kind, value)
        except Wrong as wrong:
            self.fault(f"{place}.{name}", wrong.code, wrong.allowed, fatal=one.needed)
            return not one.needed
        if fields[name] == "" and not history:
            del fields[name]
            return self._field(name, one, None, fields, place)
        return True

    def _embedded(self, type_: ResourceType, id_field: str, told: dict[str, Any], place: str, inner: Any) -> None:
        if inner is None:
            return
        if type_ == "taxonomy_term" and isinstance(inner, Mapping) and inner.get("taxonomy") == TAXONOMY:
            inner_id = inner.get("id")  # ours are here already
        else:
            inner_id = self.resource(type_, inner, place)
        if told.get(id_field) is None and inner_id is not None:
            told[id_field] = inner_id
        elif inner_id is not None and str(told[id_field]).lower() != inner_id:
            self.fault(place, "contradicts", f"the object that {id_field} names")

    def _parts(self, part: Part, given: Any, place: str, owner: str) -> list[dict[str, Any]]:
        kept: dict[str, dict[str, Any]] = {}
        for number, one in enumerate(self._list(given, place)):
            read = self._part(part, one, f"{place}[{number}]", owner)
            if read is not None and read["id"] in kept:
                self.fault(f"{place}[{number}].id", "doubled", "each once")
            elif read is not None:
                kept[read["id"]] = read
        return [kept[own_id] for own_id in sorted(kept)]

    def _part(self, part: Part, given: Any, place: str, owner: str) -> dict[str, Any] | None:
        if not isinstance(given, Mapping):
            self.fault(place, "not_an_object", "an object")
            return None
        own_id = self._id(given, place, part=True)
        if own_id is None:
            return None
        link = given.get(part.owner)
        if link is not None and str(link).lower() != owner:
            self.fault(f"{place}.{part.owner}", "contradicts", "the id of what it hangs on")
        own_id = self._fresh(own_id, owner, place)
        fields = self._object(FORMS[part.form], given, place, own_id, others={})
        return None if fields is None else {"id": own_id, **fields}

    def _fresh(self, own_id: str, owner: str, place: str) -> str:
        """HSDS wants each id once; what is doubled is kept under an id of its own, the same one each time."""
        first = self.reader.seen.setdefault(_number(own_id), _number(owner) & OWNER_MASK)
        if first == _number(owner) & OWNER_MASK:
            return own_id
        self.fault(f"{place}.id", "doubled_id_replaced", "each id once")
        replaced = str(identifier("part", f"{own_id}:{owner}:{_list_name(place)}"))
        self.reader.seen[_number(replaced)] = _number(owner) & OWNER_MASK
        return replaced

    def _list(self, given: Any, place: str) -> list[Any]:
        if given is None:
            return []
        if not isinstance(given, list):
            self.fault(place, "not_a_list", "a list")
            return []
        if len(given) > PARTS_MAX:
            self.fault(place, "too_many", f"at most {PARTS_MAX}")
        return given[:PARTS_MAX]

    def _id(self, given: Row, place: str, *, part: bool = False) -> str | None:
        try:
            return cast(str, checked("id", given.get("id")))
        except Wrong as wrong:
            code = "missing" if given.get("id") in (None, "") else wrong.code
            self.fault(f"{place}.id", code, wrong.allowed, fatal=not part)
            return None

    def _rest(self, form: Form, told: Row, place: str, others: Mapping[str, Any]) -> None:
        more = {name for name in told if name not in form.names and name not in EVERYWHERE and name not in others}
        for name in sorted(map(str, more)):
            if told.get(name) in (None, "", [], {}):
                continue
            code = "not_kept" if name in NOT_KEPT else "unknown_field"
            self.fault(f"{place}.{_shown(name)}", code)


def _said_no(fields: Row, sources: dict[str, Source], default: Source) -> dict[str, Source]:
    """A no is known only where somebody said it: it keeps a source of its own, and is no gap."""
    common = sources.get(EVERY_FIELD, default)
    return {**{name: common for name, value in fields.items() if value is False}, **sources}


def _number(own_id: str) -> int:
    return int(own_id.replace("-", ""), 16)


def _list_name(place: str) -> str:
    return place.rsplit(".", 1)[-1].split("[", 1)[0]


def _shown(name: str) -> str:
    """A field's name comes from the file, too: only what looks like one is printed."""
    return name if name.isidentifier() and name.isascii() and len(name) <= 64 else "?"
