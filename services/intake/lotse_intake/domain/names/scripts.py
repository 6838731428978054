"""Which letters a text is written in; nobody's nationality, origin or language follows from that, or is guessed."""

import unicodedata
from typing import Literal

Script = Literal["cyrillic", "latin", "mixed", "other", "none"]


def script_of(text: str) -> Script:
    """`mixed` where there is more than one alphabet, `none` without a letter."""
    found = {_script(one) for one in text if one.isalpha()}
    if not found:
        return "none"
    return found.pop() if len(found) == 1 else "mixed"


def is_cyrillic(one: str) -> bool:
    """Whether a letter is."""
    return "\u0400" <= one <= "\u052f"


def _script(one: str) -> Script:
    if is_cyrillic(one):
        return "cyrillic"
    return "latin" if unicodedata.name(one, "").startswith("LATIN") else "other"
