"""Where an appointment is, read out of the calendar file that referral built: an address, and nobody's name."""

from icalendar import Calendar

LINE_BREAKS = str.maketrans({"\r": None, "\n": ", "})


def place_in(calendar: str) -> str:
    """The LOCATION of its first event in one line; empty where it has none, or is no calendar file."""
    try:
        events = Calendar.from_ical(calendar).walk("VEVENT")
    except ValueError:
        return ""
    return str(events[0].get("LOCATION", "")).translate(LINE_BREAKS) if events else ""
