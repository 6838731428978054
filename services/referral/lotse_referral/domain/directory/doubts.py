"""What is not known of a service, or not for sure: what a volunteer should ask when she phones. Nothing is made up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lotse_referral.domain.directory.form import EXTENSION
from lotse_referral.domain.directory.policy import CLOSED, END, next_check
from lotse_referral.domain.directory.resources import Resource
from lotse_referral.domain.directory.rows import DOUBTFUL, OWN_SLOTS

ENDS_SOON = timedelta(days=60)
ASKED: tuple[str, ...] = (
    "check_due",
    "ended",
    "hours_unknown",
    "phone_unknown",
    "languages_unknown",
    "languages_doubtful",
    "language_times_unknown",
    "appointment_unknown",
    "address_unknown",
    "address_incomplete",
    "documents_unknown",
    "never_checked",
    "one_source",
    "ends_soon",
)
"""The most pressing first."""
OF_HER_LANGUAGES = frozenset({"uk", "ru"})


@dataclass(frozen=True)
class ToDo:
    """One service that somebody should phone, and what to ask there."""

    service: Resource
    asks: tuple[str, ...]
    due: date | None

    @property
    def name(self) -> str:
        """Of the service."""
        return str(self.service.fields["name"])

    @property
    def phones(self) -> tuple[str, ...]:
        """Where to phone, as far as it is known."""
        return tuple(str(phone["number"]) for phone in self.service.fields.get("phones", ()))


def doubts_of(service: Resource, places: Mapping[str, Resource], today: date) -> tuple[str, ...]:
    """The codes of what should be asked, in the order of `ASKED`."""
    found = set(_doubts(service, places, today))
    return tuple(code for code in ASKED if code in found)


def todo(
    services: Iterable[Resource], places: Mapping[str, Resource], today: date, sent_to: Mapping[str, int]
) -> tuple[ToDo, ...]:
    """Where most people are sent first; then where most is unknown; closed services are left out."""
    listed = [
        ToDo(one, asks, next_check(one))
        for one in services
        if one.fields.get("status") not in CLOSED and (asks := doubts_of(one, places, today))
    ]
    return in_order(listed, sent_to)


def in_order(listed: Iterable[ToDo], sent_to: Mapping[str, int]) -> tuple[ToDo, ...]:
    """Most referred first."""
    return tuple(sorted(listed, key=lambda one: (-sent_to.get(one.service.id, 0), *_place(one))))


def _place(one: ToDo) -> tuple[int, str, str]:
    return -len(one.asks), one.name, one.service.id


def stale(services: Iterable[Resource], today: date) -> tuple[ToDo, ...]:
    """Beyond their day of checking, the longest first."""
    due = ((one, day) for one in services if (day := next_check(one)) is not None and day <= today)
    return tuple(ToDo(one, ("check_due",), day) for one, day in sorted(due, key=lambda pair: (pair[1], pair[0].id)))


def _doubts(service: Resource, places: Mapping[str, Resource], today: date) -> Iterator[str]:
    yield from _age(service, today)
    yield from _words(service)
    known = service.fields
    links = known.get("service_at_locations", ())
    at = [places[link["location_id"]] for link in links if link["location_id"] in places]
    if not known.get("schedules") and not any(one.get("schedules") for one in (*links, *(p.fields for p in at))):
        yield "hours_unknown"
    if not known.get("phones") and "phones" not in known and not any(one.get("phones") for one in links):
        yield "phone_unknown"
    if not service.confidential:
        yield from _address(service, at)


def _age(service: Resource, today: date) -> Iterator[str]:
    due, end = next_check(service), service.fields.get(END)
    if due is not None and due <= today:
        yield "check_due"
    if service.fields.get("assured_date") is None:
        yield "never_checked"
    if service.fields.get(f"{EXTENSION}.assurance") == "one_source":
        yield "one_source"
    if end is not None and date.fromisoformat(end) < today:
        yield "ended"
    elif end is not None and date.fromisoformat(end) - today <= ENDS_SOON:
        yield "ends_soon"


def _words(service: Resource) -> Iterator[str]:
    known = service.fields
    spoken = {language["code"] for language in known.get("languages", ())}
    slots = known.get(OWN_SLOTS, ())
    if not spoken and not slots:
        yield "languages_unknown"
    if known.get(DOUBTFUL):
        yield "languages_doubtful"
    if spoken & OF_HER_LANGUAGES and not slots and OWN_SLOTS not in known:
        yield "language_times_unknown"
    if f"{EXTENSION}.appointment_only" not in known and f"{EXTENSION}.walk_in" not in known:
        yield "appointment_unknown"
    if "required_documents" not in known:
        yield "documents_unknown"


def _address(service: Resource, at: Iterable[Resource]) -> Iterator[str]:
    if any(place.fields.get("addresses") for place in at):
        return
    text = service.fields.get(f"{EXTENSION}.address_text")
    yield "address_incomplete" if text or any(p.fields.get("description") for p in at) else "address_unknown"
