"""Which services fit a need, best first, with a reason for each point.

Deterministic, and blind to the order of the directory and to whose service it is: an offer carries no association.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lotse_referral.domain.codes import ORIENTATION, is_violence, parent_of
from lotse_referral.domain.offers import Need, Offer
from lotse_referral.domain.weights import WEIGHTS, Weights, points

CANDIDATES_MAX = 20
RECENTLY = timedelta(days=90)
THIS_YEAR = timedelta(days=365)
FALLBACK = "fallback_orientation"


@dataclass(frozen=True)
class Factor:
    """Points of one factor and the code of the reason."""

    factor: str
    points: int
    because: str


@dataclass(frozen=True)
class Suggestion:
    """One service with its score, reasons and warnings."""

    service_id: UUID
    factors: tuple[Factor, ...]
    warnings: tuple[str, ...] = ()

    @property
    def score(self) -> int:
        """Out of 100."""
        return sum(factor.points for factor in self.factors)


@dataclass(frozen=True)
class Exclusion:
    """A service that was left out, and the rule that did it."""

    service_id: UUID
    rule: str


@dataclass(frozen=True)
class Match:
    """`gap` says that nothing covers the code: what is suggested then is orientation."""

    suggestions: tuple[Suggestion, ...]
    excluded: tuple[Exclusion, ...]
    gap: bool


def match(need: Need, offers: Iterable[Offer], today: date, weights: Mapping[str, Weights] = WEIGHTS) -> Match:
    """Hard filters, then a score; ties are broken by the service's id. An empty result falls back to orientation."""
    known = tuple(offers)
    rules = {offer.service_id: rule for offer in known if (rule := exclusion(need, offer, today))}
    excluded = tuple(Exclusion(service_id, rules[service_id]) for service_id in sorted(rules))
    chosen = weights.get(need.urgency, weights["normal"])
    fitting = [suggestion_of(need, offer, today, chosen) for offer in known if offer.service_id not in rules]
    if fitting or parent_of(need.code) == ORIENTATION:
        return Match(_best(fitting), excluded, gap=not fitting)
    orientation = Need(ORIENTATION, need.language, need.urgency, need.preferred)
    fallback = match(orientation, known, today, weights).suggestions
    return Match(tuple(_marked(suggestion) for suggestion in fallback), excluded, gap=True)


def exclusion(need: Need, offer: Offer, today: date) -> str | None:
    """The rule that leaves this offer out, or None. Doubts about a person are warnings, never a rule here."""
    if not offer.active:
        return "not_active"
    if offer.valid_to is not None and today > offer.valid_to:
        return "ended"
    if need.code not in offer.codes and parent_of(need.code) not in offer.codes:
        return "code_not_covered"
    if offer.confidential and not is_violence(need.code):
        return "confidential_location"
    return None


def suggestion_of(need: Need, offer: Offer, today: date, weights: Weights) -> Suggestion:
    """The reasons in the order of the weights; factors that the directory knows nothing about say so."""
    levels = {
        "code": code_level(need.code, offer),
        "language": language_level(need.language, offer),
        "capacity": f"capacity_{offer.capacity}",
        "reachability": "place_unknown",
        "next_slot": "hours_unknown",
        "evidence": "outcomes_unknown",
        "freshness": freshness_level(offer, today),
        "preference": "preferred" if offer.service_id in need.preferred else "preference_unknown",
    }
    factors = tuple(Factor(factor, points(weights, factor, levels[factor]), levels[factor]) for factor in weights)
    return Suggestion(offer.service_id, factors, warnings_of(offer))


def code_level(code: str, offer: Offer) -> str:
    """How exactly the offer covers the code."""
    if code in offer.codes:
        return "code_primary" if code == offer.primary_code else "code_listed"
    return "parent_primary" if parent_of(code) == offer.primary_code else "parent_listed"


def language_level(language: str, offer: Offer) -> str:
    """Doubtful languages stand between none and an interpreter; an empty list is unknown, not none."""
    spoken = language.split("-", maxsplit=1)[0]
    if spoken in offer.spoken:
        return "staff_speaks"
    if offer.interpreter:
        return "interpreter"
    if spoken in offer.doubtful:
        return "language_doubtful"
    return "language_not_listed" if offer.spoken or offer.doubtful else "languages_unknown"


def freshness_level(offer: Offer, today: date) -> str:
    """When somebody last checked the entry, and against how many sources."""
    if offer.assured_on is None:
        return "never_assured"
    age = today - offer.assured_on
    if age <= RECENTLY:
        return "assured_recently" if offer.assurance == "two_sources" else "one_source_recently"
    return "assured_this_year" if age <= THIS_YEAR else "assured_long_ago"


def warnings_of(offer: Offer) -> tuple[str, ...]:
    """What a counsellor should know before she sends somebody there."""
    doubts = {
        "minimum_age": offer.minimum_age is not None,
        "appointment_required": offer.appointment_only,
        "booked_by_institution": offer.for_institutions,
        "limited_area": offer.limited_area,
        "languages_doubtful": bool(offer.doubtful),
        "confidential_location": offer.confidential,
        "address_incomplete": not offer.address_known and not offer.confidential,
        "phone_unknown": not offer.phone_known,
        "ends_soon": offer.valid_to is not None,
    }
    return tuple(doubt for doubt, holds in doubts.items() if holds)


def _best(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(sorted(suggestions, key=lambda one: (-one.score, one.service_id))[:CANDIDATES_MAX])


def _marked(suggestion: Suggestion) -> Suggestion:
    return Suggestion(suggestion.service_id, suggestion.factors, (FALLBACK, *suggestion.warnings))
