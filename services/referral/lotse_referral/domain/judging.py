"""What the rules of one service say about a need: the ones it names, and its limits of age and area."""

from collections.abc import Iterable

from lotse_referral.domain.eligibility import Condition, Finding, Rule, Value, Verdict, judged, verdict_of
from lotse_referral.domain.knowledge import Knowledge
from lotse_referral.domain.needs import Need
from lotse_referral.domain.offers import EVERYWHERE, Offer
from lotse_referral.domain.places import folded

OF_ITSELF = "what the service says of itself"
DIRECTORY = "directory"


def judge(need: Need, offer: Offer, rules: Iterable[Rule], known: Knowledge) -> Verdict:
    """All findings, the service's own limits first. `rules` are those of its rules that hold on the day."""
    chosen = tuple(rules)
    law = [judged(rule, need) for rule in (*_ages(offer), *(one for one in chosen if one.kind != "audience"))]
    audiences = [judged(rule, need) for rule in chosen if rule.kind == "audience"]
    area = _area(need, offer, known)
    return verdict_of([*law] if area is None else [area, *law], audiences)


def _ages(offer: Offer) -> Iterable[Rule]:
    if offer.minimum_age is not None:
        yield _limit("minimum_age", "below", offer.minimum_age, offer.minimum_age)
    if offer.maximum_age is not None:
        yield _limit("maximum_age", "from", offer.maximum_age + 1, offer.maximum_age)


def _limit(rule: str, test: str, than: int, to: int) -> Rule:
    when = (Condition("age", test, than),)
    return Rule(rule, "service", "in_force", when, OF_ITSELF, DIRECTORY, change=("age", str(to)))


def _area(need: Need, offer: Offer, known: Knowledge) -> Finding | None:
    if not offer.areas or EVERYWHERE in offer.areas:
        return None
    value: Value = known.places.serves(offer.areas, need)
    area = min(offer.areas)
    inside = folded(area) in known.places.named
    change = ("district" if inside else "town", area) if value == "false" else None
    ask = "district" if value == "unknown" else None
    return Finding("service_area", value, "in_force", OF_ITSELF, DIRECTORY, ask=ask, change=change)
