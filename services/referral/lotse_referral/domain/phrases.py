"""What to say at an office: one polite German sentence for each concern, and what it says in her language."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

_DATA: Mapping[str, Any] = json.loads((resources.files("lotse_referral") / "data" / "phrases.json").read_text("utf-8"))
GREETING: Mapping[str, str] = _DATA["greeting"]
PHRASES: Mapping[str, Mapping[str, str]] = _DATA["concerns"]
WITHOUT_CONCERN = "orientation"


def phrase(code: str, language: str) -> str:
    """The sentence for a concern of the list; a code that it does not know asks who is responsible."""
    return PHRASES.get(code, PHRASES[WITHOUT_CONCERN])[language]


def call_text(association: str, concern: str) -> str:
    """What somebody of ours says on the phone, in German; whether she may be named is another question."""
    said: str = _DATA["call"]["de"]
    return said.format(association=association, concern=concern)
