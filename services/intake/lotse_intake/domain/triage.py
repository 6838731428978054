"""How urgent an enquiry is, and whether its contact is safe: flags, codes and words; a list, not a model."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lotse_contracts.values import Urgency
from lotse_intake.domain.coding import CodeList, ListInvalid

Level = Literal["violence", "emergency", "urgent"]
LEVELS: tuple[Level, ...] = ("violence", "emergency", "urgent")

UNSAFE_FLAGS = frozenset({"danger", "violence", "child_protection"})
EMERGENCY_FLAGS = UNSAFE_FLAGS | {"self_harm", "suicidal", "homeless_tonight"}
URGENT_FLAGS = frozenset(
    {
        "acute_illness",
        "deadline_near",
        "eviction",
        "no_food",
        "no_money",
        "summons",
        "title_expires",
        "child_without_school",
        "dismissal",
        "deportation",
        "utilities_cut_off",
    }
)
FLAGS = EMERGENCY_FLAGS | URGENT_FLAGS
URGENT_CODES = frozenset({"violence"})
UNSAFE_CODES = frozenset({"violence"})

DUE_HOURS: dict[Urgency, int] = {"emergency": 1, "urgent": 24, "normal": 48}
"""Hours until a person looks at it, on working days. 48 h is what mbeon promises."""

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "ё": "е"})
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Words:
    """The phrases of each level, compiled; made once, when the service is built."""

    patterns: Mapping[Level, re.Pattern[str]]


@dataclass(frozen=True)
class Triage:
    """What follows from an enquiry."""

    urgency: Urgency
    contact_safe: bool
    due_today: bool = False

    @property
    def due_hours(self) -> int:
        """Hours until a person must have looked."""
        return DUE_HOURS[self.urgency]


def compiled(phrases: Mapping[str, Mapping[str, list[str]]]) -> Words:
    """The list, by language, level and phrase. Each word of a phrase is a beginning; with a final dot it is whole."""
    found: dict[Level, re.Pattern[str]] = {}
    for level in LEVELS:
        parts = [_pattern(phrase) for levels in phrases.values() for phrase in levels.get(level, [])]
        found[level] = re.compile(rf"\b(?:{'|'.join(parts)})") if parts else _NEVER
    return Words(found)


def triage(*, flags: tuple[str, ...], codes: tuple[str, ...], text: str, words: Words) -> Triage:
    """The highest urgency that any sign gives. A contact is unsafe until a person has asked, where violence is near."""
    read = normalised(text)
    violent = words.patterns["violence"].search(read) is not None
    unsafe = violent or bool(UNSAFE_FLAGS & set(flags)) or bool(UNSAFE_CODES & set(codes))
    if violent or EMERGENCY_FLAGS & set(flags) or words.patterns["emergency"].search(read):
        return Triage("emergency", contact_safe=not unsafe)
    if URGENT_FLAGS & set(flags) or URGENT_CODES & set(codes) or words.patterns["urgent"].search(read):
        return Triage("urgent", contact_safe=not unsafe)
    return Triage("normal", contact_safe=not unsafe)


def require_triggers(concerns: CodeList) -> None:
    """Raises ListInvalid if a concern's urgent trigger is no flag that raises the urgency."""
    for item in concerns.items:
        for trigger in item.more.get("urgent_triggers", []):
            if trigger not in FLAGS:
                raise ListInvalid(
                    f"{item.code}: das Zeichen {trigger} gibt es nicht.", f"{item.code}: there is no flag {trigger}."
                )


def more_urgent(one: Urgency, other: Urgency) -> Urgency:
    """The one that is due earlier."""
    return min(one, other, key=lambda urgency: DUE_HOURS[urgency])


def normalised(text: str) -> str:
    """Lower case, one kind of apostrophe, composed letters, no invisible signs: what a phrase is looked for in."""
    composed = unicodedata.normalize("NFKC", text)
    visible = "".join(sign for sign in composed if unicodedata.category(sign) != "Cf")
    return visible.casefold().translate(_APOSTROPHES)


def _pattern(phrase: str) -> str:
    words = [
        rf"{re.escape(word[:-1])}\b" if word.endswith(".") else rf"{re.escape(word)}\w*"
        for word in normalised(phrase).split()
    ]
    return r"\W+".join(words)
