"""Directories made by hypothesis: every form of HSDS with any fields, ours among them; what is named is there."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from lotse_referral.domain.codes import CONCERNS
from lotse_referral.domain.directory.form import FORMS, Field, Form, ResourceType
from lotse_referral.domain.directory.own_form import OWN_FIELDS, OWN_LISTS, SLOT
from lotse_referral.domain.directory.values import HOSTILE
from lotse_referral.domain.directory_tables import term_id
from tests.referral.directories import TODAY

Made = dict[str, Any]
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\u2028\u2029\ufeff").filter(
    lambda letter: not HOSTILE.search(letter)
)
LINE = st.text(LETTERS, min_size=1, max_size=12).map(lambda text: f"x{text}x")
DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(date.isoformat)
CLOCK = st.tuples(st.integers(0, 11), st.integers(0, 59)).map(lambda at: f"{at[0]:02}:{at[1]:02}")
WEB = st.from_regex(r"https?://[a-z]{1,8}\.de(/[a-z0-9?=&]{0,8})?", fullmatch=True)

KINDS: Mapping[str, st.SearchStrategy[Any]] = {
    "line": LINE,
    "text": LINE | LINE.map(lambda text: f"{text}\n{text}"),
    "history": st.just("") | LINE,
    "code": st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True),
    "language": st.sampled_from(("uk", "ru", "de", "en", "zh-Hant", "sr-Latn-RS")),
    "phone": st.from_regex(r"\+49 [0-9]{2,6} [0-9]{3,8}", fullmatch=True),
    "uri": WEB,
    "email": st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.de", fullmatch=True),
    "day": DAY,
    "moment": st.datetimes()
    .filter(lambda at: 1950 < at.year < 2150)
    .map(lambda at: at.isoformat("T", "seconds") + "Z"),
    "clock": CLOCK,
    "days": st.sampled_from(("MO", "TU,TH", "-1FR", "2MO,4MO")),
    "numbers": st.sampled_from(("1", "-1,5", "41,42")),
    "age": st.integers(0, 120),
    "year": st.integers(1800, 2026),
    "whole": st.integers(0, 1000),
    "extension": st.integers(0, 99_999),
    "amount": st.integers(0, 10_000) | st.floats(0, 1000, allow_nan=False).map(lambda amount: round(amount, 2)),
    "timezone": st.sampled_from((1, 2, 5.5, -3)),
    "latitude": st.floats(-90, 90, allow_nan=False),
    "longitude": st.floats(-180, 180, allow_nan=False),
    "flag": st.booleans(),
}
RISING = (("minimum_age", "maximum_age"), ("valid_from", "valid_to"), ("dtstart", "until"), ("available", "maximum"))
FIRST_FIELDS = ("name", "phones", "alert", "lotse.appointment_only", "lotse.note", "*")


@st.composite
def packages(draw: st.DrawFn) -> Made:
    """A package with a few of everything."""
    made: dict[ResourceType, list[Made]] = {}
    ids = _ids(draw)
    for type_ in ("taxonomy", "taxonomy_term", "organization", "program", "unit", "location", "service"):
        number = draw(st.integers(1, 2))
        made[type_] = [_object(draw, FORMS[type_], made, ids) for _ in range(number)]
    for service in made["service"]:
        _finish(draw, service, ids)
    for term in made["taxonomy_term"]:
        term.pop("parent_id", None)
        term["taxonomy"] = "other"
    for organization in made["organization"]:
        organization.pop("parent_organization_id", None)
    return {
        "taxonomies": made["taxonomy"],
        "taxonomy_terms": made["taxonomy_term"],
        "organizations": made["organization"],
        "programs": made["program"],
        "units": made["unit"],
        "locations": made["location"],
        "services": made["service"],
    }


def _ids(draw: st.DrawFn) -> Iterator[str]:
    """Each once, however small hypothesis makes what it draws."""
    seed = draw(st.integers(0, 2**64))
    return (str(uuid5(NAMESPACE_URL, f"{seed}:{number}")) for number in count())


def _object(draw: st.DrawFn, form: Form, made: Mapping[ResourceType, list[Made]], ids: Iterator[str]) -> Made:
    shown: Made = {"id": next(ids)}
    for name, one in form.fields.items():
        if one.needed or draw(st.integers(0, 2)) == 0:
            value = _value(draw, one, made)
            if value is not None:
                shown[name] = value
    _make_sense(shown)
    for name, part in form.parts.items():
        number = draw(st.sampled_from((0, 0, 1, 2)))
        if number:
            shown[name] = [_object(draw, FORMS[part.form], made, ids) for _ in range(number)]
    return shown


def _value(draw: st.DrawFn, one: Field, made: Mapping[ResourceType, list[Made]]) -> Any:
    if one.names is not None:
        return draw(st.sampled_from(made[one.names]))["id"] if made.get(one.names) else None
    return draw(st.sampled_from(one.choices) if one.choices else KINDS[one.kind])


def _make_sense(shown: Made) -> None:
    for first, second in RISING:
        if first in shown and second in shown:
            shown[first], shown[second] = sorted((shown[first], shown[second]))
    if ("latitude" in shown) != ("longitude" in shown):
        shown.pop("latitude", None)
        shown.pop("longitude", None)
    if "opens_at" in shown and "closes_at" in shown:
        hour, minute = shown["closes_at"].split(":")
        shown["closes_at"] = f"{int(hour) + 12:02}:{minute}"


def _finish(draw: st.DrawFn, service: Made, ids: Iterator[str]) -> None:
    """Our own part, and what HSDS says of a whole service."""
    if "assured_date" in service:
        service["assured_date"] = (TODAY - timedelta(days=draw(st.integers(0, 900)))).isoformat()
    if draw(st.booleans()):
        return
    own: Made = {name: _value(draw, one, {}) for name, one in OWN_FIELDS.items() if draw(st.booleans())}
    own["confidential_location"] = False
    for name, one in OWN_LISTS.items():
        own[name] = [_value(draw, one, {}) for _ in range(draw(st.integers(0, 2)))]
    own["doubtful_languages"] = [one["code"] for one in service.get("languages", ())][:1]
    own.pop("primary_code", None)
    if draw(st.booleans()):
        code = draw(st.sampled_from(sorted(CONCERNS)))
        term = {"id": next(ids), "taxonomy_term_id": term_id(code)}
        service["attributes"] = [*service.get("attributes", ()), term]
        own["primary_code"] = code
    own["language_slots"] = [_slot(draw) for _ in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()):
        own["field_sources"] = {
            name: {"source": draw(LINE), "assured_on": draw(DAY), "by_staff": draw(st.booleans())}
            for name in draw(st.sets(st.sampled_from(FIRST_FIELDS)))
        }
    service["lotse"] = own


def _slot(draw: st.DrawFn) -> Made:
    slot = {name: _value(draw, one, {}) for name, one in SLOT.fields.items() if one.needed or draw(st.booleans())}
    _make_sense(slot)
    return slot
