"""Whom to call in an emergency: data with source and date, read once, the same for every way in."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from lotse_contracts.intake import EmergencyHelpAnswer, HelpLine
from lotse_contracts.values import RecipientLanguage

FILE = Path(__file__).parent.parent / "data" / "helplines.json"
LANGUAGES: tuple[RecipientLanguage, ...] = get_args(RecipientLanguage)


@lru_cache(maxsize=len(LANGUAGES))
def help_in(language: RecipientLanguage) -> EmergencyHelpAnswer:
    """Text and numbers in a language. Raises KeyError or ValueError if the file lacks something."""
    given = json.loads(FILE.read_text(encoding="utf-8"))
    lines = tuple(_line(one, language) for one in given["lines"])
    return EmergencyHelpAnswer(language=language, text=given["text"][language], lines=lines)


def _line(given: dict[str, Any], language: RecipientLanguage) -> HelpLine:
    return HelpLine(
        code=given["code"],
        number=given["number"],
        name=given["names"][language],
        about=given["about"][language],
        source=given["source"],
        as_of=given["as_of"],
    )
