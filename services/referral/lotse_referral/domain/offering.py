"""Makes offers from the rows of a directory, whether they come from the database or straight from a file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from lotse_referral.domain.codes import TAXONOMY, is_known
from lotse_referral.domain.directory.rows import CODE_OF
from lotse_referral.domain.offers import Assurance, Capacity, LanguageKind, LanguageSlot, Offer, Opening
from lotse_referral.domain.slots import WEEKDAYS

Row = Mapping[str, Any]
Tables = Mapping[str, Iterable[Row]]
LANGUAGE_CHARACTERS = 2
DAY_MINUTES = 24 * 60


def offers_of(tables: Tables, outcomes: Mapping[UUID, tuple[int, int]] | None = None) -> Iterator[Offer]:
    """One offer for each service. `outcomes` says of how many closed referrals to it how many were helped.

    Tables and columns are named as in HSDS 3.1; ids and days may be texts.
    """
    parts = {name: _by_service(tables.get(name, ())) for name in ("phone", "language", "schedule", "service_area")}
    parts |= {name: _by_service(tables.get(name, ())) for name in ("language_slot", "service_rule", "service_capacity")}
    _with_places(tables, parts["schedule"])
    extension = {_id(row["service_id"]): row for row in tables.get("service_extension", ())}
    codes, places = _codes(tables), _places(tables)
    for service in tables.get("service", ()):
        service_id = _id(service["id"])
        own = {name: rows.get(service_id, []) for name, rows in parts.items()}
        primary, covered = codes.get(service_id, ("", frozenset()))
        yield Offer(
            service_id=service_id,
            primary_code=primary,
            codes=covered,
            active=service["status"] == "active",
            minimum_age=_whole(service.get("minimum_age")),
            maximum_age=_whole(service.get("maximum_age")),
            assured_on=_day(service.get("assured_date")),
            **_of_extension(extension.get(service_id, {}), own["service_capacity"]),
            **_of_languages(own),
            **_of_place(places.get(service_id, [])),
            openings=tuple(_openings(own["schedule"])),
            areas=frozenset(str(row["name"]) for row in own["service_area"] if row.get("name")),
            rules=frozenset(str(row["rule"]) for row in own["service_rule"]),
            phone_known=bool(own["phone"]),
            helped=(outcomes or {}).get(service_id, (0, 0))[0],
            closed=(outcomes or {}).get(service_id, (0, 0))[1],
        )


def _of_extension(row: Row, counted: list[Row]) -> dict[str, Any]:
    return {
        "valid_to": _day(row.get("valid_to")),
        "assurance": cast(Assurance, row.get("assurance") or "unknown"),
        "capacity": _capacity(row, counted),
        "interpreter": bool(row.get("interpreter")),
        "appointment_only": bool(row.get("appointment_only")),
        "for_institutions": bool(row.get("for_institutions")),
        "confidential": bool(row.get("confidential_location")),
    }


def _capacity(row: Row, counted: list[Row]) -> Capacity:
    """The code of the extension; where it is unknown, the places that were counted."""
    said = cast(Capacity, row.get("capacity") or "unknown")
    if said != "unknown" or not counted:
        return said
    return "available" if any(int(one["available"]) > 0 for one in counted) else "none"


def _of_languages(own: Mapping[str, list[Row]]) -> dict[str, Any]:
    rows = own["language"]
    slots = tuple(slot for row in own["language_slot"] for slot in _slots(row))
    return {
        "spoken": frozenset(_language(row["code"]) for row in rows if row.get("code") and not row.get("doubtful")),
        "doubtful": frozenset(_language(row["code"]) for row in rows if row.get("code") and row.get("doubtful")),
        "slots": slots,
    }


def _slots(row: Row) -> Iterator[LanguageSlot]:
    kind = cast(LanguageKind, row.get("kind") or "staff")
    for opening in _openings([row]):
        yield LanguageSlot(_language(row["language"]), opening, kind)


def _openings(rows: Iterable[Row]) -> Iterator[Opening]:
    """Weekly hours alone: what comes round otherwise is not a time that somebody can rely on."""
    for row in rows:
        opens, closes = _minutes(row.get("opens_at")), _minutes(row.get("closes_at"))
        weekly = row.get("freq") in (None, "WEEKLY") and row.get("interval") in (None, 1)
        if opens is None or closes is None or opens >= closes or not weekly:
            continue
        for day in str(row.get("byday") or "").split(","):
            if day in WEEKDAYS:
                valid = _day(row.get("valid_from")), _day(row.get("valid_to"))
                yield Opening(WEEKDAYS.index(day), opens, closes, *valid)


def _of_place(found: list[tuple[Row, Row | None]]) -> dict[str, Any]:
    """Of the first of its places by id; somebody who needs another one sees them all on the service's own page."""
    if not found:
        return {}
    location, address = min(found, key=lambda one: str(one[0].get("id")))
    known = address is not None
    return {
        "address_known": known,
        "town": None if address is None else address.get("city"),
        "postal_code": None if address is None else address.get("postal_code"),
        "latitude": _number(location.get("latitude")),
        "longitude": _number(location.get("longitude")),
    }


def _codes(tables: Tables) -> dict[UUID, tuple[str, frozenset[str]]]:
    """The codes of each service in our list, and the one that is the main one."""
    terms = {_id(own_id): code for own_id, code in CODE_OF.items()} | {
        _id(row["id"]): str(row["code"])
        for row in tables.get("taxonomy_term", ())
        if row.get("taxonomy") in (None, TAXONOMY) and is_known(str(row.get("code")))
    }
    covered: dict[UUID, set[str]] = defaultdict(set)
    main: dict[UUID, str] = {}
    for row in tables.get("attribute", ()):
        code = terms.get(_id(row["taxonomy_term_id"])) if row.get("taxonomy_term_id") else None
        if code is None:
            continue
        service_id = _id(row["link_id"])
        covered[service_id].add(code)
        if row.get("main"):
            main[service_id] = code
    return {one: (main.get(one, min(codes)), frozenset(codes)) for one, codes in covered.items()}


def _places(tables: Tables) -> dict[UUID, list[tuple[Row, Row | None]]]:
    locations = {_id(row["id"]): row for row in tables.get("location", ())}
    addresses = {_id(row["location_id"]): row for row in tables.get("address", ())}
    found: dict[UUID, list[tuple[Row, Row | None]]] = defaultdict(list)
    for row in tables.get("service_at_location", ()):
        location = locations.get(_id(row["location_id"]))
        if location is not None:
            found[_id(row["service_id"])].append((location, addresses.get(_id(row["location_id"]))))
    return found


def _with_places(tables: Tables, schedules: dict[UUID, list[Row]]) -> None:
    """Hours may hang on the service at one of its places as well."""
    links = {_id(row["id"]): _id(row["service_id"]) for row in tables.get("service_at_location", ()) if row.get("id")}
    for row in tables.get("schedule", ()):
        at = row.get("service_at_location_id")
        if not row.get("service_id") and at and (service_id := links.get(_id(at))) is not None:
            schedules.setdefault(service_id, []).append(row)


def _by_service(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get("service_id"):
            found[_id(row["service_id"])].append(row)
    return found


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _day(value: Any) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _language(code: Any) -> str:
    return str(code).partition("-")[0].lower()


def _minutes(clock: Any) -> int | None:
    """Minutes after midnight of `14:00` or `14:00:00`; None where there is no time."""
    if not clock:
        return None
    hours, _, rest = str(clock).partition(":")
    minutes = int(hours) * 60 + int(rest[:2] or 0)
    return minutes if 0 <= minutes <= DAY_MINUTES else None
