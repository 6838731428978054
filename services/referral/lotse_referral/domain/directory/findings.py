"""What a member of staff found out about a service, as the resources that it says something about."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from lotse_contracts.referral import AssureService, OpeningHours, RetireService, SetCapacity, UpdateService
from lotse_referral.domain.directory.entries import identifier
from lotse_referral.domain.directory.extension import unique
from lotse_referral.domain.directory.form import EXTENSION
from lotse_referral.domain.directory.policy import NOT_CHECKED
from lotse_referral.domain.directory.resources import Resource, Source
from lotse_referral.domain.directory.rows import DOUBTFUL, OWN_SLOTS, RULES, Row
from lotse_referral.domain.directory.sense import nonsense

PLAIN = ("email", "url", "application_process", "eligibility_description", "alert")
OWN_FLAGS = ("appointment_only", "walk_in", "interpreter", "confidential_location")
COUNTRY = "DE"
Finding = UpdateService | AssureService | SetCapacity | RetireService


def found_out(order: UpdateService, known: Resource) -> Resource:
    """What the order says of the service itself; only the fields that it gives."""
    fields = dict(_fields(order, known.id))
    return _said(known.id, fields, order)


def place_of(order: UpdateService, known: Resource) -> tuple[Resource, Resource] | None:
    """The place and the service at it, where the order names an address."""
    place = order.place
    if place is None:
        return None
    location_id = str(identifier("location", known.id))
    address = {
        "id": str(identifier("address", known.id)),
        "address_1": place.street,
        "city": place.city,
        "state_province": place.state,
        "postal_code": place.postal_code,
        "country": COUNTRY,
        "address_type": "physical",
    }
    told = {"location_type": "physical", "addresses": [address]}
    location = Resource("location", location_id, told, dict.fromkeys(told, _source(order)))
    link = {"id": str(identifier("at", known.id)), "location_id": location_id}
    text = f"{place.street}, {place.postal_code} {place.city}"
    there = {"service_at_locations": [link], f"{EXTENSION}.address_text": text}
    return location, _said(known.id, there, order)


def still_right(order: AssureService, known: Resource) -> Resource:
    """All that is known, said once more; what is doubtful stays so until somebody says it plainly."""
    doubtful = {"languages", DOUBTFUL} if known.fields.get(DOUBTFUL) else set()
    fields = {name: value for name, value in known.fields.items() if name not in NOT_CHECKED | doubtful}
    return _said(known.id, fields, order)


def capacity_of(order: SetCapacity, known: Resource, now: str) -> tuple[Resource | None, Resource]:
    """The unit that is counted in, where something is counted, and the service."""
    fields: dict[str, Any] = {f"{EXTENSION}.capacity": order.capacity}
    unit = None
    if order.available is not None:
        unit = Resource("unit", str(identifier("unit", order.unit)), {"name": order.unit})
        row = {"id": str(identifier("capacity", known.id)), "unit_id": unit.id, "available": order.available}
        row |= {} if order.maximum is None else {"maximum": order.maximum}
        fields["capacities"] = [row | {"updated": now}]
    elif order.capacity in ("none", "waitlist") or "capacities" in known.fields:
        fields["capacities"] = []
    return unit, _said(known.id, fields, order)


def ended(order: RetireService, known: Resource) -> Resource:
    """It has ended for good."""
    return _said(known.id, {"status": "defunct"}, order)


def absurd(order: UpdateService) -> tuple[str, ...]:
    """Which of the times given make no sense: they end before they start."""
    given = {"hours": order.hours or (), "language_slots": order.language_slots or ()}
    return tuple(
        f"{name}.{number}.{wrong}"
        for name, slots in given.items()
        for number, slot in enumerate(slots)
        for wrong, _, _ in nonsense(_plain(slot.model_dump(mode="json")))
    )


def _said(own_id: str, fields: Mapping[str, Any], order: Finding) -> Resource:
    told = {**fields, "assured_date": order.assured_on.isoformat()} if fields else {}
    return Resource("service", own_id, told, dict.fromkeys(sorted(told), _source(order)))


def _source(order: Finding) -> Source:
    return Source(order.source, order.assured_on, by_staff=True)


def _fields(order: UpdateService, own_id: str) -> Iterator[tuple[str, Any]]:
    yield from ((name, given) for name in PLAIN if (given := getattr(order, name)) is not None)
    yield from ((f"{EXTENSION}.{n}", given) for n in OWN_FLAGS if (given := getattr(order, n)) is not None)
    if order.temporarily_closed is not None:
        yield "status", "temporarily closed" if order.temporarily_closed else "active"
    if order.hours is not None:
        yield "schedules", _parts("schedule", own_id, (_schedule(one) for one in order.hours))
    if order.phones is not None:
        yield "phones", _parts("phone", own_id, ({"number": one} for one in order.phones))
    if order.required_documents is not None:
        yield "required_documents", _parts("document", own_id, ({"document": d} for d in order.required_documents))
    if order.languages is not None:
        yield "languages", _parts("language", own_id, ({"code": one} for one in order.languages))
        yield DOUBTFUL, []
    if order.language_slots is not None:
        yield OWN_SLOTS, unique(_plain(one.model_dump(mode="json")) for one in order.language_slots)
    if order.eligibility_rules is not None:
        yield RULES, sorted(set(order.eligibility_rules))
    if order.delivery_modes is not None:
        yield f"{EXTENSION}.delivery_modes", sorted(set(order.delivery_modes))


def _schedule(hours: OpeningHours) -> Row:
    given = _plain(hours.model_dump(mode="json", exclude={"note"}))
    return given | ({"freq": "WEEKLY"} if hours.byday else {}) | ({"description": hours.note} if hours.note else {})


def _parts(kind: str, own_id: str, values: Iterable[Row]) -> list[Row]:
    """Each once, under an id that the same words give again."""
    made = {str(identifier(kind, f"{own_id}:{sorted(value.items())}")): value for value in values}
    return [{"id": part_id, **made[part_id]} for part_id in sorted(made)]


def _plain(given: Mapping[str, Any]) -> Row:
    return {name: value for name, value in given.items() if value is not None}


def in_time(order: Finding, today: date) -> bool:
    """Nobody finds out today what will be tomorrow."""
    return order.assured_on <= today
