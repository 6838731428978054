"""What is looked for, as far as it is known; nothing of origin, religion or nationality is among it."""

from dataclasses import dataclass, field
from uuid import UUID

from lotse_referral.domain.codes import CONCERNS, PARENT_OF

ALIASES = {("recognition", "school"): "school_certificate"}
"""Where a finer code of persons would be mistaken for a code of the list."""


@dataclass(frozen=True)
class Free:
    """When she has time: a weekday (Monday is 0), from and to in minutes after midnight, local time."""

    weekday: int
    opens: int = 0
    closes: int = 24 * 60


@dataclass(frozen=True)
class Need:
    """`code` is the finest that is known. None and empty mean unknown, and unknown never counts as no.

    `women_only` is a wish: whoever wants offers for women alone may use them. `receives` names benefits paid now.
    `declined` are services that refused her for this concern, with their reasons.
    """

    code: str
    languages: tuple[str, ...] = ()
    urgency: str = "normal"
    interpreter_possible: bool | None = None
    status: str | None = None
    first_title: str | None = None
    receives: frozenset[str] = frozenset()
    age: int | None = None
    children: int | None = None
    pregnant: bool | None = None
    able_to_work: bool | None = None
    women_only: bool | None = None
    district: str | None = None
    postal_code: str | None = None
    town: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    step_free: bool | None = None
    remote_possible: bool | None = None
    free: tuple[Free, ...] = ()
    preferred: frozenset[UUID] = frozenset()
    declined: tuple[tuple[UUID, str], ...] = field(default=())


def finest(code: str, sub_code: str | None) -> str:
    """The finer code where the list of services has it below this one, else the code itself."""
    if sub_code is None:
        return code
    finer = ALIASES.get((code, sub_code), sub_code)
    return finer if PARENT_OF.get(finer) == code and code in CONCERNS else code
