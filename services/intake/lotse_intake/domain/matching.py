"""Whether two records may be one person: what agrees and what does not, each with its points, and the score of all.

After Fellegi and Sunter (1969): points are logarithms to base 2 of how much likelier a finding is for one person than
for two, and the score is what follows from their sum. Set by hand, tried on labelled spellings; see tests/intake/names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from lotse_intake.domain import birthdates, likeness, phones
from lotse_intake.domain.birthdates import BirthDate
from lotse_intake.domain.names.cleaning import bounded
from lotse_intake.domain.names.given import classes_of
from lotse_intake.domain.names.parsing import Name, readings_of

Band = Literal["merge", "look", "different"]

MERGE_MIN = 0.95
LOOK_MIN = 0.75
"""Source: domain reference A6: from 0.95 on a merge is suggested, from 0.75 on both are shown side by side."""

START = -9.5
"""Before anything is compared: of two records drawn at random, one pair in some hundreds is one person's."""
POINTS: Mapping[str, float] = {
    "surname_same": 7.0,  # one in a hundred persons has it; spelling has been taken out before
    "surname_alike": 6.2,  # a slip, or a vowel that is another one in Russian
    "surname_part": 6.2,  # one half of a double surname
    "surname_initial": 1.5,
    "surname_changed": -3.0,  # in place of surname_different, where given name, birth date and phone all agree
    "surname_different": -9.0,
    "given_same": 5.0,  # one in thirty has it, in all its forms
    "given_alike": 4.5,
    "given_initial": 1.5,
    "given_different": -11.0,  # twins and siblings agree in all else
    "patronymic_same": 2.0,
    "patronymic_initial": 0.5,
    "patronymic_different": -5.0,
    "birth_date_same": 6.0,
    "birth_date_swapped": 5.0,  # day and month, as forms of two countries order them
    "birth_date_near": -0.5,  # day, month or one digit of the year differs
    "birth_year_same": 2.0,  # the year alone is known, or a 1 January stands for it
    "birth_date_different": -6.0,
    "birth_year_different": -8.0,
    "phone_same": 4.0,  # families share one
    "email_same": 4.0,
    "phone_different": 0.0,  # people change theirs
}
"""The only numbers there are. What is not known on either side has none: nothing is held against a gap."""
UNSURE_MAX = 4.0
"""No merge is suggested (0.95 is 4.25 bits) unless both names are the same or alike, and date or phone agrees; where it
is a guess which word is the given name, both must sound the same, for Яромир and Яромира may be twins."""


@dataclass(frozen=True)
class Record:
    """What is compared of a person: the name as it was written, the phone as E.164, the e-mail in small letters."""

    name: str = ""
    birth_date: BirthDate | None = None
    phone: str | None = None
    email: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """One finding and its points."""

    code: str
    points: float


@dataclass(frozen=True)
class Match:
    """The score (0 to 1), its band, and all that led to it; the strongest reasons first."""

    score: float
    band: Band
    reasons: tuple[Reason, ...]


def record(name: str, born: str = "", phone: str = "", *, today: date) -> Record:
    """From what is stored: a date or a phone that is none is not known."""
    return Record(
        bounded(name),
        birthdates.known_date(born, today=today) if born else None,
        phones.known_number(phone) if phone else None,
    )


def match(one: Record, other: Record) -> Match:
    """The best of all ways to understand both names. The same for (one, other) and (other, one)."""
    found = [_weighed(mine, theirs, one, other) for mine in _readings(one) for theirs in _readings(other)]
    return max(found, key=lambda match: (match.score, [(reason.code, reason.points) for reason in match.reasons]))


def band_of(score: float) -> Band:
    """Source: as above."""
    if score >= MERGE_MIN:
        return "merge"
    return "look" if score >= LOOK_MIN else "different"


def _readings(of: Record) -> list[Name]:
    return [reading for name in (of.name, *of.aliases) for reading in readings_of(name)]


def _weighed(mine: Name, theirs: Name, one: Record, other: Record) -> Match:
    codes = _findings(mine, theirs, one, other)
    total = START + sum(POINTS[code] for code in codes)
    if not _is_sure(codes, mine, theirs):
        total = min(total, UNSURE_MAX)
    score = round(1 / (1 + 2**-total), 4)
    reasons = sorted((Reason(code, POINTS[code]) for code in codes), key=lambda one: (-abs(one.points), one.code))
    return Match(score, band_of(score), tuple(reasons))


def _findings(mine: Name, theirs: Name, one: Record, other: Record) -> list[str]:
    surname = likeness.surnames(mine.surnames, theirs.surnames)
    given = likeness.given(mine.given, theirs.given)
    father = likeness.patronymic(mine.patronymic, theirs.patronymic)
    found = [f"given_{given}", f"patronymic_{father}", _date_code(one, other), _phone_code(one, other)]
    if one.email is not None and one.email == other.email:
        found.append("email_same")
    all_else_agrees = {"given_same", "birth_date_same", "phone_same"} <= {*found}
    if surname == "different" and all_else_agrees and classes_of(mine.given or ""):
        surname_code = "surname_changed"  # of a listed given name: it may be the twins' surname otherwise
    else:
        surname_code = f"surname_{surname}"
    return [code for code in (surname_code, *found) if code in POINTS]


def _date_code(one: Record, other: Record) -> str:
    agreement = birthdates.agreement(one.birth_date, other.birth_date)
    return {
        "year": "birth_year_same",
        "year_different": "birth_year_different",
        "unknown": "birth_date_unknown",
    }.get(agreement, f"birth_date_{agreement}")


def _phone_code(one: Record, other: Record) -> str:
    if one.phone is None or other.phone is None:
        return "phone_unknown"
    return "phone_same" if phones.core_of(one.phone) == phones.core_of(other.phone) else "phone_different"


def _is_sure(codes: list[str], mine: Name, theirs: Name) -> bool:
    found = {*codes}
    names = {"given_same", "given_alike"} & found and {"surname_same", "surname_alike", "surname_part"} & found
    proof = {"birth_date_same", "birth_date_swapped", "phone_same", "email_same"} & found
    if not names or not proof:
        return False
    return not (mine.is_guess or theirs.is_guess) or likeness.sound_alike(mine, theirs)
