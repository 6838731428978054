"""The numbers of the report; each comes from an answer, an HTTP page or the mail catcher, none from the script."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """What the report shows; ids are those of this telling of the story."""

    enquiry_ids: list[str] = field(default_factory=list)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_language: Counter[str] = field(default_factory=Counter)
    by_code: Counter[str] = field(default_factory=Counter)
    by_urgency: Counter[str] = field(default_factory=Counter)
    unknown_codes: int = 0
    photos: int = 0
    referrals: list[dict[str, Any]] = field(default_factory=list)
    gaps: int = 0
    states: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    answers_read: int = 0
    mails: dict[str, int] = field(default_factory=dict)
    mails_by_language: dict[str, Counter[str]] = field(default_factory=dict)
    told: dict[str, Counter[str]] = field(default_factory=dict)
    grant: dict[str, Any] = field(default_factory=dict)
    availability: list[dict[str, Any]] = field(default_factory=list)
    trace: dict[str, Any] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    held: int = 0
    failed: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For whoever wants to compare them with the databases."""
        return dict(vars(self))
