"""What could the city pay for a budget year? An appropriation, what a freeze leaves of it, and who bears the cut.

Reported facts, never the city's books. A freeze names factors for fields of the budget; a later one supersedes an
earlier one for the fields that it names. Amounts are cents and rounded down, the rest stays with the city.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

FreezeFallsOn = Literal["remainder", "pro_rata"]
TreatedAs = Literal["social", "released_group"]
SplitStanding = Literal["known", "if_it_had_been_known"]

WHOLE = 10_000  # basis points
EVERY_FIELD = "every_field"
FIELD_OF: dict[TreatedAs, str] = {"social": "social", "released_group": "education"}
"""Which field of the budget a reading takes: social affairs, or one of those that the freeze itself released."""


class NothingKnown(LookupError):
    """No appropriation was known for this year on that day."""


@dataclass(frozen=True)
class Appropriation:
    """What the council put into the budget."""

    log_index: int
    valid_on: date
    amount: int
    currency: str


@dataclass(frozen=True)
class Freeze:
    """A freeze or its relaxation: basis points left, by field; `every_field` is the general factor."""

    log_index: int
    valid_on: date
    factors: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Split:
    """One applicant asks for an amount, the other receives the remainder."""

    entries: tuple[int, ...]
    applicant: str
    amount: int
    remainder_to: str


@dataclass(frozen=True)
class Reading:
    """The two things that the public documents leave open."""

    freeze_falls_on: FreezeFallsOn
    treated_as: TreatedAs


@dataclass(frozen=True)
class Share:
    """What one applicant could get, cents."""

    applicant: str
    amount: int


@dataclass(frozen=True)
class Availability:
    """The answer, with the reading it assumes and the entries it stands on."""

    reading: Reading
    currency: str
    appropriation: int
    factor: int
    available: int
    shares: tuple[Share, ...]
    split: SplitStanding
    entries: tuple[int, ...]


READINGS = tuple(
    Reading(falls, treated) for falls in ("remainder", "pro_rata") for treated in ("social", "released_group")
)


def available(
    appropriations: Sequence[Appropriation],
    freezes: Sequence[Freeze],
    split: Split,
    *,
    split_standing: SplitStanding,
    reading: Reading,
) -> Availability:
    """What is left of the latest appropriation under the freezes given, and how the two applicants share it.

    Raises NothingKnown without an appropriation.
    """
    if not appropriations:
        raise NothingKnown("no appropriation is known")
    appropriation = max(appropriations, key=_order)
    factor, because = factor_for(freezes, FIELD_OF[reading.treated_as])
    left = appropriation.amount * factor // WHOLE
    return Availability(
        reading=reading,
        currency=appropriation.currency,
        appropriation=appropriation.amount,
        factor=factor,
        available=left,
        shares=_shares(left, factor, split, reading.freeze_falls_on),
        split=split_standing,
        entries=(appropriation.log_index, *because, *split.entries),
    )


def factor_for(freezes: Sequence[Freeze], field: str) -> tuple[int, tuple[int, ...]]:
    """Basis points left for a field, and the entries that say so; the whole where nothing is frozen."""
    factor, because = WHOLE, tuple[int, ...]()
    for freeze in sorted(freezes, key=_order):
        factors = dict(freeze.factors)
        named = factors.get(field, factors.get(EVERY_FIELD))
        if named is not None:
            factor, because = named, (*because, freeze.log_index)
    return factor, because


def _shares(left: int, factor: int, split: Split, falls_on: FreezeFallsOn) -> tuple[Share, ...]:
    asked = split.amount if falls_on == "remainder" else split.amount * factor // WHOLE
    first = min(asked, left)
    return Share(split.applicant, first), Share(split.remainder_to, left - first)


def _order(fact: Appropriation | Freeze) -> tuple[date, int]:
    return fact.valid_on, fact.log_index
