"""What of a person may be counted: bands, never values."""

from collections.abc import Mapping
from datetime import date

from lotse_intake.domain.ages import youngest_age

NOT_STATED = "not_stated"
AGE_BANDS = (("age_0_6", 0, 6), ("age_7_17", 7, 17), ("age_18_26", 18, 26), ("age_27_64", 27, 64), ("age_65", 65, 120))
"""From and to in whole years; 27 parts the youth migration service from that for adults. Source: the project's domain
notes A7, as of 2026-11."""
GENDERS = {"f": "female", "female": "female", "m": "male", "male": "male", "d": "diverse", "diverse": "diverse"}
BRACKETS = ("before_2025_04_01", "after")
"""When the first title under section 24 was issued. Source: draft law of 19 November 2025, not in force."""
LANGUAGES = ("uk", "ru", "de", "en")
OTHER_LANGUAGE = "other"


def age_band_of(identity: Mapping[str, str], on: date) -> str:
    """The band of whoever was born then; a year alone is read as its last day, so at a border the younger band."""
    age = youngest_age(identity.get("birth_date", ""), on)
    if age is None or identity.get("birth_date_quality") == NOT_STATED:
        return NOT_STATED
    return next((name for name, low, high in AGE_BANDS if low <= age <= high), NOT_STATED)


def gender_of(identity: Mapping[str, str]) -> str:
    """female, male, diverse or not_stated."""
    return GENDERS.get(identity.get("gender", ""), NOT_STATED)


def bracket_of(status: Mapping[str, str]) -> str:
    """before_2025_04_01, after or not_stated."""
    given = status.get("first_title", "")
    return given if given in BRACKETS else NOT_STATED


def language_of(language: str | None) -> str:
    """One of four, another, or not stated; `uk-UA` is `uk`."""
    if not language:
        return NOT_STATED
    first = language.partition("-")[0].lower()
    return first if first in LANGUAGES else OTHER_LANGUAGE
