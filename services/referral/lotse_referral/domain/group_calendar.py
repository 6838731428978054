"""The calendar file of a series: the rule itself, what is left out, and what is moved.

Source: RFC 5545 (RRULE, EXDATE, RECURRENCE-ID) and RFC 5546 (methods), as of 2026-11-25.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event
from icalendar.prop import vRecur

from lotse_contracts.values import RecipientLanguage
from lotse_referral.domain.calendar_file import NOBODY, PRODUCT, SUMMARIES, ZONE, Method, uid_of, zone_component
from lotse_referral.domain.groups import GroupOffer
from lotse_referral.domain.series import Deviation, Deviations, Series, days, moment, skipped

LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True)
class Shown:
    """What a file says beside the times. A discreet one says what an appointment says, so nobody sees what it is."""

    association: str
    language: RecipientLanguage
    place: str | None
    stamped_at: datetime
    discreet: bool = False


def method_of(offer: GroupOffer) -> Method:
    """What a calendar shall do with it."""
    return "CANCEL" if offer.cancelled else "PUBLISH"


def series_file(offer: GroupOffer, series: Series, deviations: Deviations, shown: Shown) -> bytes:
    """The whole file, UTF-8, lines folded at 75 octets and ended with CR LF."""
    calendar = Calendar()
    for name, value in (("VERSION", "2.0"), ("PRODID", PRODUCT), ("METHOD", method_of(offer))):
        calendar.add(name, value)
    calendar.add_component(zone_component())
    ours = {day: deviations[day] for day in days(series) if day in deviations}
    for event in _events(offer, series, ours, shown):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(offer: GroupOffer, series: Series, deviations: Deviations, shown: Shown) -> Iterator[Event]:
    if not series.rule:  # one session has no recurrence id: it is what it is
        only = deviations.get(series.starts_on)
        yield _event(offer, series, only, shown, series.starts_on)
        return
    whole = _event(offer, series, None, shown, series.starts_on)
    whole.add("RRULE", vRecur.from_ical(_rule(series.rule)))
    off = [*skipped(series), *(day for day, one in deviations.items() if one.cancelled)]
    if off:
        whole.add("EXDATE", [_wall(day, series.at) for day in sorted(off)])
    yield whole
    for day, deviation in sorted(deviations.items()):
        if not deviation.cancelled:
            moved = _event(offer, series, deviation, shown, day)
            moved.add("RECURRENCE-ID", _wall(day, series.at))
            yield moved


def _event(offer: GroupOffer, series: Series, deviation: Deviation | None, shown: Shown, day: date) -> Event:
    on, at, minutes, place = day, series.at, series.minutes, shown.place
    if deviation is not None:
        on, at = deviation.on or day, deviation.at or series.at
        minutes, place = deviation.minutes or series.minutes, deviation.place or shown.place
    event = Event()
    event.add("UID", uid_of(offer.offer_id, shown.association))
    event.add("SEQUENCE", offer.version - 1)
    event.add("DTSTAMP", shown.stamped_at.astimezone(UTC))
    event.add("ORGANIZER", NOBODY)
    event.add("DTSTART", _wall(on, at))
    event.add("DURATION", timedelta(minutes=minutes))
    _add_words(event, offer, shown)
    off = offer.cancelled or (deviation is not None and deviation.cancelled)
    event.add("STATUS", "CANCELLED" if off else "CONFIRMED")
    if place:
        event.add("LOCATION", place)
    return event


def _add_words(event: Event, offer: GroupOffer, shown: Shown) -> None:
    if shown.discreet:
        event.add("SUMMARY", SUMMARIES[shown.language], parameters={"LANGUAGE": shown.language})
        event.add("CLASS", "PRIVATE")
        return
    words = offer.words(shown.language)
    event.add("SUMMARY", words.title, parameters={"LANGUAGE": words.language})
    if words.about:
        event.add("DESCRIPTION", words.about, parameters={"LANGUAGE": words.language})


def _wall(day: date, at: time) -> datetime:
    """Wall time with the zone, as the rule counts it."""
    return datetime.combine(day, at, ZONE)


def _rule(rule: str) -> str:
    """The last day as the moment at which it ends, since DTSTART has a time (RFC 5545, section 3.3.10)."""
    return ";".join(_until(part) if part.startswith("UNTIL=") else part for part in rule.split(";"))


def _until(part: str) -> str:
    last = moment(date.fromisoformat(part.removeprefix("UNTIL=")), LAST_SECOND)
    return f"UNTIL={last:%Y%m%dT%H%M%SZ}"
