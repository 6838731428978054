"""Which services fit a need, best first, with a reason for each point.

Deterministic, and blind to the order of the directory and to whose service it is: an offer carries no association.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lotse_referral.domain.codes import VIOLENCE, is_violence
from lotse_referral.domain.eligibility import Finding
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import Offer, local_day

CANDIDATES_MAX = 20
FALLBACK = "fallback_orientation"


class Change(NamedTuple):
    """What would have to be otherwise, and how: the smallest change that brings a service in."""

    what: str
    to: str


@dataclass(frozen=True)
class Factor:
    """Points of one factor and the code of the reason, with what is behind it and where it is from."""

    factor: str
    points: int
    because: str
    detail: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """One service with its score, reasons and warnings. A higher tier stands behind every lower one."""

    service_id: UUID
    factors: tuple[Factor, ...]
    warnings: tuple[str, ...] = ()
    eligible: str = "true"
    tier: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def score(self) -> int:
        """Out of 100."""
        return sum(factor.points for factor in self.factors)


@dataclass(frozen=True)
class Exclusion:
    """A service that was left out, the rule that did it, and the smallest change that would bring it in."""

    service_id: UUID
    rule: str
    change: Change
    because: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Match:
    """`gap` says that nothing covers the code: what is suggested then is orientation.

    `excluded` are those that cover it and are left out; `not_covering` more do something else. `more` fit as well and
    are beyond the ones suggested. Together they are the whole directory.
    """

    suggestions: tuple[Suggestion, ...]
    excluded: tuple[Exclusion, ...]
    gap: bool
    not_covering: int = 0
    more: int = 0
    ask: str | None = None


def exclusion(need: Need, offer: Offer, now: datetime, lasting: Iterable[str]) -> Exclusion | None:
    """Why this offer is left out, or None. What the law or its age limit says of her never leaves anything out."""
    source = source_of(offer)
    if not offer.active:
        return Exclusion(offer.service_id, "not_active", Change("directory", "active"), source=source)
    if offer.valid_to is not None and local_day(now) > offer.valid_to:
        last = offer.valid_to.isoformat()
        return Exclusion(offer.service_id, "ended", Change("day", last), last, source)
    if offer.confidential and not is_violence(need.code):
        helps = any(is_violence(code) for code in offer.codes)
        change = Change("code", VIOLENCE) if helps else Change("directory", "not_confidential")
        return Exclusion(offer.service_id, "confidential_location", change, source=source)
    refused = next((why for service_id, why in need.declined if service_id == offer.service_id), None)
    if refused is not None and refused in lasting:
        return Exclusion(offer.service_id, "declined_for_good", Change("overrule", refused), refused, "earlier answer")
    return None


def not_covering(offer: Offer) -> Exclusion:
    """An offer that does something else."""
    change = Change("code", offer.primary_code)
    return Exclusion(offer.service_id, "code_not_covered", change, source=source_of(offer))


def source_of(offer: Offer) -> str:
    """Where what is known of it is from."""
    return "directory" if offer.assured_on is None else f"directory {offer.assured_on.isoformat()}"
