"""The card that a person takes along, as lines of text: what to say, where, when, in which language, what to bring."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lotse_referral.domain.card_texts import CARD_TEXTS, ENDONYMS, WEEKDAYS

OTHER_LANGUAGE = "de"  # so that she can show it to somebody on the way; names and addresses are German, too
CLOCK = re.compile(r"^(\d{1,2}):(\d{2})")
DAY = re.compile(r"[A-Z]{2}")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Hours:
    """Some days and from when to when, as HSDS has it; `said` where the source says more than hours."""

    byday: str
    opens: str
    closes: str
    said: str = ""


@dataclass(frozen=True)
class Details:
    """What is known beside names and addresses. `slots`: language, kind of who speaks it, and when."""

    hours: tuple[Hours, ...] = ()
    slots: tuple[tuple[str, str, Hours], ...] = ()
    documents: tuple[str, ...] = ()


def languages_of(language: str) -> tuple[str, ...]:
    """Hers first, then German; once where they are one."""
    return (language,) if language == OTHER_LANGUAGE else (language, OTHER_LANGUAGE)


def hours_lines(details: Details, language: str) -> Iterator[str]:
    """Every opening in her words; none where nobody knows any."""
    for one in details.hours:
        line = when(one, language)
        if line or one.said:
            yield ", ".join(part for part in (line, one.said) if part)


def slot_lines(details: Details, language: str) -> Iterator[tuple[str, str]]:
    """Which language is spoken when, with its own name; the languages that she reads come first."""
    words = CARD_TEXTS[language]
    for code, kind, hours in sorted(details.slots, key=lambda slot: (slot[0] != language, slot[0])):
        said = when(hours, language) or words["always"]
        interpreted = f" ({words['by_interpreter']})" if kind == "interpreter" else ""
        yield code, f"{ENDONYMS.get(code, code)}: {said}{interpreted}"


def when(hours: Hours, language: str) -> str:
    """Days and times, such as `Mo–Mi, Fr 9:00–12:00`."""
    days = _days(hours.byday, WEEKDAYS[language])
    times = "–".join(clock for clock in (_clock(hours.opens), _clock(hours.closes)) if clock)
    return " ".join(part for part in (days, times) if part)


def _days(byday: str, names: Mapping[str, str]) -> str:
    """Days one after the other are drawn together from three on."""
    numbers = sorted({DAYS.index(day) for day in DAY.findall(byday.upper()) if day in DAYS})
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        shown = [names[DAYS[number]] for number in run]
        parts += [f"{shown[0]}–{shown[-1]}"] if len(run) > 2 else shown
    return ", ".join(parts)


def _clock(text: str) -> str:
    found = CLOCK.match(text)
    return f"{int(found.group(1))}:{found.group(2)}" if found else ""
