"""What paper and pages call a concern, and one polite German sentence for each, with its meaning in her language."""

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any

from lotse_referral.domain.card_texts import ENDONYMS
from lotse_referral.domain.codes import parent_of

_DATA: Mapping[str, Any] = json.loads((resources.files("lotse_referral") / "data" / "phrases.json").read_text("utf-8"))
GREETING: Mapping[str, str] = _DATA["greeting"]
PHRASES: Mapping[str, Mapping[str, str]] = _DATA["concerns"]
NAMES: Mapping[str, Mapping[str, str]] = _DATA["names"]
SPOKEN: Mapping[str, Mapping[str, str]] = _DATA["languages"]
WITHOUT_CONCERN = "orientation"
NOT_KNOWN = "–"


def phrase(code: str, language: str) -> str:
    """The sentence for a concern of the list; a code that it does not know asks who is responsible."""
    return PHRASES.get(code, PHRASES[WITHOUT_CONCERN])[language]


def concerns_named(codes: Iterable[str], language: str) -> str:
    """What it is about, by the names of the list; the finer code is for the desk."""
    known = dict.fromkeys(parent_of(code) for code in codes)
    return ", ".join(NAMES[code][language] for code in known if code in NAMES) or NOT_KNOWN


def language_named(code: str, language: str) -> str:
    """How a German or English reader calls it; a rare one by its own name."""
    return SPOKEN[language].get(code) or ENDONYMS.get(code, code)


def call_text(association: str, concern: str) -> str:
    """What somebody of ours says on the phone, in German; whether she may be named is another question."""
    said: str = _DATA["call"]["de"]
    return said.format(association=association, concern=concern)
