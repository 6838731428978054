"""What became of a notification, in plain words for staff in four languages; the table is data."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Literal

from lotse_chassis.calendar import ZONE
from lotse_contracts.values import RecipientLanguage

Kind = Literal["states", "tries", "receipts", "staff", "reasons"]
Words = Mapping[str, Mapping[RecipientLanguage, str]]

UNTIL: Mapping[RecipientLanguage, str] = {"uk": "до {at}", "ru": "до {at}", "de": "bis {at}", "en": "until {at}"}
MOMENT = "%d.%m.%Y %H:%M"  # the same digits in all four languages


@cache
def table() -> Mapping[Kind, Words]:
    """Every code that has words, by what it is a code of."""
    found: Mapping[Kind, Words] = json.loads((resources.files("lotse_notify") / "data" / "words.json").read_text())
    return found


def worded(kind: Kind, code: str, language: RecipientLanguage) -> str:
    """The words; a code that is newer than this table stands for itself."""
    words = table()[kind].get(code)
    return words[language] if words is not None else code


def sentence(
    kind: Kind,
    code: str,
    because: str | None,
    language: RecipientLanguage,
    *,
    until: datetime | None = None,
) -> str:
    """One line: what, why, and until when it stays so, in the time of Dresden."""
    said = worded(kind, code, language)
    if because:
        said = f"{said}: {worded('reasons', because, language)}"
    if until is not None:
        said = f"{said} ({UNTIL[language].format(at=f'{until.astimezone(ZONE):{MOMENT}}')})"
    return said
