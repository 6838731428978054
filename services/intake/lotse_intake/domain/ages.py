"""How old somebody is at least, by a date of birth of which perhaps only the year is known."""

import re
from datetime import date

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"[0-9]{4}")
YEAR_END = (12, 31)


def youngest_age(birth_date: str, today: date) -> int | None:
    """Whole years, the fewest that are possible; None where the date says nothing.

    A year alone is read as its last day: whoever may be a minor is treated as one. Born on 29 February one is a year
    older on 1 March (§§ 187 (2), 188 (2) BGB).
    """
    born = _latest(birth_date)
    if born is None or born > today:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _latest(birth_date: str) -> date | None:
    if _YEAR.fullmatch(birth_date):
        return date(int(birth_date), *YEAR_END) if int(birth_date) else None
    if _DAY.fullmatch(birth_date) is None:
        return None
    try:
        return date.fromisoformat(birth_date)
    except ValueError:
        return None
