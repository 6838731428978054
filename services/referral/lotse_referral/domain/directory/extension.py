"""Reads our own part of an object, `lotse`: what HSDS has no word for, and where each field comes from."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lotse_referral.domain.directory.form import EXTENSION, Field
from lotse_referral.domain.directory.own_form import DERIVED, FIELD_SOURCES, OWN_FIELDS, OWN_LISTS, SLOT, SLOTS
from lotse_referral.domain.directory.resources import ADDRESS_FIELDS, CONFIDENTIAL, Source
from lotse_referral.domain.directory.rows import DOUBTFUL, PRIMARY, UNKNOWN, term_id
from lotse_referral.domain.directory.sense import nonsense
from lotse_referral.domain.directory.values import Wrong, checked, one_of

LIST_MAX = 100
FIELD_NAME = re.compile(r"\*|[a-z_.]{1,64}")
STREET = re.compile(
    r"(?i)(stra(ß|ss)e|str\.|platz|weg|allee|gasse|ring|ufer|damm)\s*\d+|\b\d{5}\s+\w+|\b\d+\s*(st|street|road)\b"
)
"""A street with a number, or a postal code with a town: enough to find a house that must not be found."""
FREE_TEXTS = (
    "description",
    "alert",
    "application_process",
    "interpretation_services",
    "eligibility_description",
    "wait_time",
    "fees",
    "fees_description",
    "licenses",
    "accreditations",
    f"{EXTENSION}.note",
)
Say = Callable[[str, str, str], None]


def read(given: Mapping[str, Any], place: str, say: Say, *, service: bool) -> tuple[dict[str, Any], dict[str, Source]]:
    """Our fields by their name with `lotse.` before it, and the sources by field."""
    own: dict[str, Any] = {}
    if service:
        _fields(given, place, say, own)
    sources = _sources(given.get(FIELD_SOURCES), f"{place}.{FIELD_SOURCES}", say)
    known = {*OWN_FIELDS, *OWN_LISTS, SLOTS, FIELD_SOURCES, *DERIVED} if service else {FIELD_SOURCES}
    if any(name not in known for name in given):
        say(f"{place}.?", "unknown_field", ", ".join(sorted(known)))
    return own, sources


def fitting(fields: dict[str, Any], sources: Mapping[str, Source], place: str, say: Say) -> dict[str, Any]:
    """Without what the rest of the object does not bear out, and without an `unknown` that nobody has said."""
    kept = dict(fields)
    for name, unknown in UNKNOWN.items():
        full = f"{EXTENSION}.{name}"
        if kept.get(full) == unknown and full not in sources:
            del kept[full]
    terms = {attribute.get("taxonomy_term_id") for attribute in kept.get("attributes", ())}
    if "attributes" in kept and PRIMARY in kept and term_id(kept[PRIMARY]) not in terms:
        say(f"{place}.{PRIMARY}", "refers_to_nothing", "a code that is among the attributes")
        del kept[PRIMARY]
    spoken = {language["code"] for language in kept.get("languages", ())}
    if "languages" in kept and not spoken.issuperset(kept.get(DOUBTFUL, ())):
        say(f"{place}.{DOUBTFUL}", "refers_to_nothing", "codes that are among the languages")
        kept[DOUBTFUL] = sorted(spoken.intersection(kept[DOUBTFUL]))
    return kept


def without_secret_place(fields: dict[str, Any], place: str, say: Say) -> dict[str, Any]:
    """The address of a secret place is not taken over, wherever it stands."""
    if fields.get(CONFIDENTIAL) is not True:
        return fields
    kept = dict(fields)
    for name in ADDRESS_FIELDS:
        if kept.pop(name, None):
            say(f"{place}.{name}", "confidential_address", "none: the place is secret")
    for name in FREE_TEXTS:
        if STREET.search(str(kept.get(name, ""))):
            say(f"{place}.{name}", "address_in_text", "a text without the address: the place is secret")
            del kept[name]
    return kept


def _fields(given: Mapping[str, Any], place: str, say: Say, own: dict[str, Any]) -> None:
    for name, one in OWN_FIELDS.items():
        value = _value(one, given.get(name), f"{place}.{name}", say)
        if value not in (None, ""):
            own[f"{EXTENSION}.{name}"] = value
    for name, one in OWN_LISTS.items():
        if name in given:
            values = _list(given[name], f"{place}.{name}", say)
            read_ = [_value(one, value, f"{place}.{name}[{n}]", say) for n, value in enumerate(values)]
            kept = [value for value in dict.fromkeys(read_) if value not in (None, "")]
            own[f"{EXTENSION}.{name}"] = kept if name == "sources" else sorted(kept)
    if SLOTS in given:
        slots = (_slot(one, f"{place}.{SLOTS}[{n}]", say) for n, one in enumerate(_list(given[SLOTS], place, say)))
        own[f"{EXTENSION}.{SLOTS}"] = unique(slot for slot in slots if slot is not None)


def unique(slots: Any) -> list[dict[str, Any]]:
    """Each slot once, in one order."""
    by_text = {repr(sorted(slot.items())): dict(sorted(slot.items())) for slot in slots}
    return [by_text[text] for text in sorted(by_text)]


def _value(one: Field, value: Any, place: str, say: Say) -> Any:
    if value is None:
        return None
    try:
        return one_of(value, one.choices) if one.choices else checked(one.kind, value)
    except Wrong as wrong:
        say(place, wrong.code, wrong.allowed)
        return None


def _slot(given: Any, place: str, say: Say) -> dict[str, Any] | None:
    if not isinstance(given, Mapping):
        say(place, "not_an_object", "an object")
        return None
    slot: dict[str, Any] = {}
    for name, one in SLOT.fields.items():
        value = _value(one, given.get(name), f"{place}.{name}", say)
        if value is None and (one.needed or given.get(name) is not None):
            if one.needed and given.get(name) is None:
                say(f"{place}.{name}", "missing", ", ".join(one.choices) or f"a {one.kind}")
            return None
        if value is not None:
            slot[name] = value
    wrong = list(nonsense(slot))
    for name, code, allowed in wrong:
        say(f"{place}.{name}", code, allowed)
    return None if wrong else slot


def _list(given: Any, place: str, say: Say) -> list[Any]:
    if isinstance(given, list) and len(given) <= LIST_MAX:
        return given
    say(place, "not_a_list", f"a list of at most {LIST_MAX}")
    return []


def _sources(given: Any, place: str, say: Say) -> dict[str, Source]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or len(given) > LIST_MAX:
        say(place, "not_an_object", f"an object of at most {LIST_MAX} fields")
        return {}
    found = {}
    for name, one in given.items():
        source = _source(one) if isinstance(name, str) and FIELD_NAME.fullmatch(name) else None
        if source is None:
            say(f"{place}.?", "not_a_source", "by field: source, a text, and assured_on, a day")
        else:
            found[name] = source
    return found


def _source(given: Any) -> Source | None:
    if not isinstance(given, Mapping):
        return None
    day, by_staff = given.get("assured_on"), given.get("by_staff", False)
    try:
        source = checked("text", given.get("source"))
        assured = None if day is None else date.fromisoformat(checked("day", day))
    except Wrong:
        return None
    return Source(source, assured, by_staff) if isinstance(by_staff, bool) else None
