"""Reads one row of a directory of services: what it says, what is wrong with it, and what stays unknown."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, get_args
from uuid import UUID, uuid5

from lotse_referral.domain.codes import is_known
from lotse_referral.domain.directory.form import STATUSES
from lotse_referral.domain.offers import Capacity

NAMESPACE = UUID("8d0a2c3e-6b1f-5a47-9f35-2f6b1c8e4d70")
"""Of all ids in the directory: the same row has the same id in every association."""
TEXT_CHARACTERS_MAX = 2_000
LIST_MAX = 50
ROWS_MAX = 100_000
ASSURANCES = {"two or more current sources": "two_sources", "one current source": "one_source"}
LANGUAGE = re.compile(r"^[a-z]{2,3}$")
ASSOCIATION = re.compile(r"^[a-z][a-z0-9]{1,30}$")
WEB = re.compile(r"^https?://\S+$")
MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
INTERPRETER = "interpreter"


class Fault(NamedTuple):
    """What is wrong with one field of one row; `row` counts from 1. A fatal one keeps the row out."""

    row: int
    key: str
    field: str
    fault: str
    fatal: bool


@dataclass(frozen=True)
class Entry:
    """One service as a source describes it; None and empty mean unknown."""

    key: str
    name: str
    organization: str
    primary_code: str
    codes: tuple[str, ...]
    description: str | None
    association: str | None
    website: str | None
    email: str | None
    phone: str | None
    address_text: str | None
    street: str | None
    postal_code: str | None
    city: str | None
    languages: tuple[str, ...]
    languages_doubtful: bool
    interpreter: bool
    service_area: tuple[str, ...]
    valid_to: date | None
    assured_on: date | None
    assurance: str
    minimum_age: int | None
    maximum_age: int | None
    status: str
    capacity: str
    rules: tuple[str, ...]
    appointment_only: bool
    for_institutions: bool
    confidential: bool
    note: str | None
    sources: tuple[str, ...]
    digest: str

    @property
    def service_id(self) -> UUID:
        """Stable as long as the row keeps its key."""
        return identifier("service", self.key)

    @property
    def address_whole(self) -> bool:
        """Whether street, postal code and city are known; otherwise the address is a text."""
        return None not in (self.street, self.postal_code, self.city)


def identifier(kind: str, key: str) -> UUID:
    """The id of one thing in the directory."""
    return uuid5(NAMESPACE, f"{kind}:{key}")


def read(rows: Iterable[Any], as_of: date | None) -> tuple[tuple[Entry, ...], tuple[Fault, ...]]:
    """Every row that can be used, and everything that is wrong, row by row."""
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, start=1):
        if number > ROWS_MAX:
            faults.append(Fault(number, "", "rows", "too_many", fatal=True))
            break
        entry = _entry(number, row, as_of, faults)
        if entry is not None and entry.key in entries:
            faults.append(Fault(number, entry.key, "key", "doubled", fatal=True))
        elif entry is not None:
            entries[entry.key] = entry
    return tuple(entries.values()), tuple(faults)


def _entry(number: int, row: Any, as_of: date | None, faults: list[Fault]) -> Entry | None:
    if not isinstance(row, Mapping):
        faults.append(Fault(number, "", "row", "not_an_object", fatal=True))
        return None
    field = _Row(number, row, faults)
    name, primary = field.text("name"), field.code("category")
    sources = field.texts("source")
    if not sources:
        field.fault("source", "missing", fatal=True)
    if name is None or primary is None or not sources:
        return None
    codes = tuple(dict.fromkeys((primary, *field.codes("categories"))))
    spoken = field.texts("languages")
    return Entry(
        key=field.key,
        name=name,
        organization=field.text("provider", needed=False) or name,
        primary_code=primary,
        codes=codes,
        description=field.text("description", needed=False),
        association=field.matching("association", ASSOCIATION),
        website=field.matching("website", WEB),
        email=field.matching("email", MAIL),
        phone=field.text("phone", needed=False),
        address_text=field.text("address", needed=False),
        street=field.text("street", needed=False),
        postal_code=field.text("postal_code", needed=False),
        city=field.text("city", needed=False),
        languages=field.languages(spoken),
        languages_doubtful=row.get("languages_doubtful") is True,
        interpreter=INTERPRETER in spoken,
        service_area=field.texts("service_area"),
        valid_to=field.day("valid_to"),
        assured_on=as_of,
        assurance=ASSURANCES.get(str(row.get("verified")), "unknown"),
        minimum_age=field.age("minimum_age"),
        maximum_age=field.age("maximum_age"),
        status=field.chosen("status", STATUSES, "active"),
        capacity=field.chosen("capacity", get_args(Capacity), "unknown"),
        rules=field.texts("eligibility_rules"),
        appointment_only=row.get("appointment") == "required",
        for_institutions=row.get("bookable_by") == "institution",
        confidential=row.get("confidential_location") is True,
        note=field.text("note", needed=False),
        sources=sources,
        digest=hashlib.sha256(json.dumps([row, str(as_of)], sort_keys=True, default=str).encode()).hexdigest(),
    )


class _Row:
    """Reads fields of one row and notes what is wrong with them."""

    def __init__(self, number: int, row: Mapping[str, Any], faults: list[Fault]) -> None:
        self.number, self.row, self.faults = number, row, faults
        given = row.get("key")
        self.key = given if isinstance(given, str) and given else slug(str(row.get("name", "")))

    def fault(self, field: str, fault: str, *, fatal: bool = False) -> None:
        self.faults.append(Fault(self.number, self.key, field, fault, fatal))

    def text(self, field: str, *, needed: bool = True) -> str | None:
        value = self.row.get(field)
        if isinstance(value, str) and value.strip() and len(value) <= TEXT_CHARACTERS_MAX:
            return value.strip()
        if needed or value is not None:
            self.fault(field, "missing" if value in (None, "") else "not_a_text", fatal=needed)
        return None

    def texts(self, field: str) -> tuple[str, ...]:
        value = self.row.get(field) or ()
        if not isinstance(value, list | tuple) or len(value) > LIST_MAX or not all(isinstance(v, str) for v in value):
            self.fault(field, "not_a_list_of_texts")
            return ()
        return tuple(v for v in value if v.strip())

    def code(self, field: str) -> str | None:
        code = self.text(field)
        if code is None or is_known(code):
            return code
        self.fault(field, "unknown_code", fatal=True)
        return None

    def codes(self, field: str) -> tuple[str, ...]:
        given = self.texts(field)
        if any(not is_known(code) for code in given):
            self.fault(field, "unknown_code")
        return tuple(code for code in given if is_known(code))

    def chosen(self, field: str, choices: tuple[str, ...], otherwise: str) -> str:
        value = self.row.get(field)
        if value is None or value in choices:
            return value or otherwise
        self.fault(field, "not_a_choice")
        return otherwise

    def languages(self, given: tuple[str, ...]) -> tuple[str, ...]:
        known = tuple(dict.fromkeys(code for code in given if LANGUAGE.match(code)))
        if any(code != INTERPRETER and code not in known for code in given):
            self.fault("languages", "unknown_language")
        return known

    def matching(self, field: str, pattern: re.Pattern[str]) -> str | None:
        value = self.text(field, needed=False)
        if value is None or pattern.match(value):
            return value
        self.fault(field, "wrong_form")
        return None

    def day(self, field: str) -> date | None:
        value = self.row.get(field)
        try:
            return None if value is None else date.fromisoformat(str(value))
        except ValueError:
            self.fault(field, "not_a_date")
            return None

    def age(self, field: str) -> int | None:
        value = self.row.get(field)
        if value is None or (isinstance(value, int) and 0 <= value <= 120):
            return value
        self.fault(field, "not_an_age")
        return None


def slug(name: str) -> str:
    """A key for a row that brings none; it changes with the name, so rows should bring one."""
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")[:80]
