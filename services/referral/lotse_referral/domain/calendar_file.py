"""The calendar file of an appointment: when it is, and nothing of why, with whom, or at which office.

Source: RFC 5545 (iCalendar) and RFC 5546 (methods PUBLISH and CANCEL), as of 2026-11-25.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from lotse_contracts.values import RecipientLanguage

Method = Literal["PUBLISH", "CANCEL"]

ZONE_NAME = "Europe/Berlin"
ZONE = ZoneInfo(ZONE_NAME)
PRODUCT = "-//Calendar File 1//EN"
"""What made the file, without saying who helps with what: calendars are copied to other people's servers."""
UIDS = UUID("8f0a3c1e-52b7-4d4e-9a61-7c1d0b9e2f35")
NOBODY = "invalid:nomail"
"""RFC 5546 wants an organizer in every PUBLISH and CANCEL; calendars write this where there is none to be named."""
SUMMARIES: dict[RecipientLanguage, str] = {"uk": "Зустріч", "ru": "Встреча", "de": "Termin", "en": "Appointment"}
FALLBACK: RecipientLanguage = "en"
FILE_NAME = "termin.ics"
WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)
CLOCKS_SINCE = {"summer": datetime(1981, 3, 29, 2), "winter": datetime(1996, 10, 27, 3)}  # noqa: DTZ001 - wall times
"""Onsets in wall time, as RFC 5545 section 3.6.5 wants them: last Sunday of March and of October at 1:00 UTC. Source:
Directive 2000/84/EC, in force on 2026-11-25; October since 1996."""


@dataclass(frozen=True)
class Entry:
    """One appointment as calendars see it; `sequence` rises with each change, `stamped_at` is when that was."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    stamped_at: datetime
    cancelled: bool = False
    location: str | None = None

    @property
    def method(self) -> Method:
        """What a calendar shall do with it."""
        return "CANCEL" if self.cancelled else "PUBLISH"


def uid_of(appointment_id: UUID, association: str) -> str:
    """The same for ever, whatever becomes of the appointment; neither our own id nor a host, which would name us.

    Source: RFC 7986, section 5.3.
    """
    return str(uuid5(UIDS, f"{association}/{appointment_id}"))


def media_type(method: Method) -> str:
    """The media type with the method, which must be the one in the file. Source: RFC 5545, section 8.1."""
    return f"text/calendar; charset=utf-8; method={method}"


def language_of(tag: str) -> RecipientLanguage:
    """One of the four languages; for others English."""
    return next((one for one in SUMMARIES if one == tag.split("-", maxsplit=1)[0].lower()), FALLBACK)


def calendar_file(entry: Entry, language: RecipientLanguage) -> bytes:
    """The whole file, UTF-8, lines folded at 75 octets and ended with CR LF; the same for the same entry."""
    calendar = Calendar()
    for name, value in (("VERSION", "2.0"), ("PRODID", PRODUCT), ("METHOD", entry.method)):
        calendar.add(name, value)
    starts_at, ends_at = _written(entry.starts_at, entry.ends_at)
    if starts_at.tzinfo is ZONE:
        calendar.add_component(zone_component())
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.stamped_at.astimezone(UTC))
    event.add("ORGANIZER", NOBODY)
    event.add("DTSTART", starts_at)
    event.add("DTEND", ends_at)
    event.add("SUMMARY", SUMMARIES[language], parameters={"LANGUAGE": language})
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("CLASS", "PRIVATE")
    if entry.location and not entry.cancelled:
        event.add("LOCATION", entry.location)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _written(*moments: datetime) -> tuple[datetime, ...]:
    """In wall time with the zone, as people expect it; where a wall time comes twice, only UTC says which one."""
    local = tuple(moment.astimezone(ZONE) for moment in moments)
    twice = any(one.utcoffset() != one.replace(fold=1 - one.fold).utcoffset() for one in local)
    return tuple(moment.astimezone(UTC) for moment in moments) if twice else local


def zone_component() -> Timezone:
    """Written here, since what the library makes of the time zone begins summer time an hour late."""
    zone = Timezone()
    zone.add("TZID", ZONE_NAME)
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    for part, name, onset, before, after, month in (
        (summer, "CEST", CLOCKS_SINCE["summer"], WINTER, SUMMER, 3),
        (winter, "CET", CLOCKS_SINCE["winter"], SUMMER, WINTER, 10),
    ):
        part.add("DTSTART", onset)
        part.add("RRULE", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": "-1SU"})
        part.add("TZNAME", name)
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", after)
        zone.add_component(part)
    return zone
