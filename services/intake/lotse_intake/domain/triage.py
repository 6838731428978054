"""How urgent an enquiry is, and whether its contact is safe: flags, codes and words; a list, not a model."""

from dataclasses import dataclass

from lotse_contracts.values import Urgency
from lotse_intake.domain.coding import CodeList, ListInvalid
from lotse_intake.domain.wordlist import WordList, hit

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


def triage(*, flags: tuple[str, ...], codes: tuple[str, ...], text: str, words: WordList) -> Triage:
    """The highest urgency that any sign gives. A contact is unsafe until a person has asked, where violence is near."""
    found = hit(words, text) if text else None
    level = found.level if found else None
    unsafe = level == "violence" or bool(UNSAFE_FLAGS & set(flags)) or bool(UNSAFE_CODES & set(codes))
    if level in {"violence", "emergency"} or EMERGENCY_FLAGS & set(flags):
        return Triage("emergency", contact_safe=not unsafe)
    if level == "urgent" or URGENT_FLAGS & set(flags) or URGENT_CODES & set(codes):
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
