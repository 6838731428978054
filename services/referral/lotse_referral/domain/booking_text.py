"""The German text with which an interpreter is booked: language, time and place, and nothing about the person."""

from datetime import datetime, timedelta

from lotse_chassis.calendar import ZONE
from lotse_referral.domain.interpreters import InterpreterRequest

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
MONTHS = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
LANGUAGES = {
    "ar": "Arabisch",
    "bg": "Bulgarisch",
    "en": "Englisch",
    "fa": "Farsi",
    "ka": "Georgisch",
    "pl": "Polnisch",
    "ro": "Rumänisch",
    "ru": "Russisch",
    "tr": "Türkisch",
    "uk": "Ukrainisch",
    "vi": "Vietnamesisch",
}
PLACES = {"there": "in den Räumen der Einrichtung", "phone": "am Telefon", "online": "per Video"}
UNKNOWN_PLACE = "wird noch mitgeteilt"
REFERENCE_CHARACTERS = 8
ONLY_INSTITUTIONS = (
    "Diesen Dienst können nur Einrichtungen buchen. Bitte buchen Sie ihn für den Termin in Ihrem Haus und sagen Sie uns"
    " Bescheid, ob jemand kommt."
)
ANSWER = "Bitte sagen Sie uns Bescheid, ob jemand kommt."
NOTHING_ELSE = "Angaben zur Person enthält diese Anfrage nicht; sie sind für die Buchung nicht nötig."


def text_of(held: InterpreterRequest, *, service: str | None, place: str | None, only_they: bool) -> str:
    """Lines ended with LF. `place` is an address, or one of `there`, `phone`, `online`; None is not known yet."""
    lines = [
        f"Anfrage: Dolmetschen Deutsch – {language_named(held.language)}",
        "",
        f"Wann: {span(held.starts_at, held.minutes)}",
        f"Wo: {PLACES.get(place, place) if place else UNKNOWN_PLACE}",
        *([f"Dienst: {service}"] if service else []),
        f"Kennzeichen: {str(held.request_id)[:REFERENCE_CHARACTERS]}",
        "",
        ONLY_INSTITUTIONS if only_they else ANSWER,
        NOTHING_ELSE,
    ]
    return "\n".join(lines) + "\n"


def language_named(tag: str) -> str:
    """In German where we know the name, else the code."""
    return LANGUAGES.get(tag.split("-", maxsplit=1)[0].lower(), tag)


def span(starts_at: datetime, minutes: int) -> str:
    """Such as `Dienstag, 1. Dezember 2026, 10:00 bis 11:00 Uhr (60 Minuten)`, as clocks in Dresden show it."""
    local = starts_at.astimezone(ZONE)
    end = (starts_at + timedelta(minutes=minutes)).astimezone(ZONE)
    day = f"{WEEKDAYS[local.weekday()]}, {local.day}. {MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M} bis {end:%H:%M} Uhr ({minutes} Minuten)"
