"""How much each factor counts, out of 100, and how much of it each level earns: data, so that it can be tuned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FACTORS = ("code", "language", "capacity", "reachability", "next_slot", "evidence", "freshness", "preference")
ALL_POINTS = 100
CASES_MIN = 10  # fewer closed cases say nothing about a service. Source: the project's specification of matching, B8
PRIOR_HELPED, PRIOR_CLOSED = 5, 10
"""Shrinks the share of those who were helped towards one half, as if ten cases more had been closed."""

Weights = Mapping[str, int]


class WeightsInvalid(ValueError):
    """The table of weights breaks a rule; the text names it."""


@dataclass(frozen=True)
class Scale:
    """`weights` by urgency and factor; `percents` by factor and level; reasons for which a refusal lasts."""

    version: str
    weights: Mapping[str, Weights]
    percents: Mapping[str, Mapping[str, int]]
    lasting_declines: frozenset[str]

    def of(self, urgency: str) -> Weights:
        """The weights for an urgency; an unknown one counts as normal."""
        return self.weights.get(urgency, self.weights["normal"])

    def table(self, urgency: str) -> Mapping[str, Mapping[str, int]]:
        """The points by factor and level for an urgency, rounded half up, so that no sum exceeds 100."""
        weights = self.of(urgency)
        return {
            factor: {level: earned(weights[factor], percent) for level, percent in levels.items()}
            for factor, levels in self.percents.items()
        }


def earned(weight: int, percent: int) -> int:
    """A percentage of a weight in whole points, rounded half up."""
    return (weight * percent + 50) // 100


def success_percent(helped: int, closed: int) -> int | None:
    """The share of those who were helped, shrunk; None below the least number of cases."""
    if closed < CASES_MIN:
        return None
    return (100 * (helped + PRIOR_HELPED) + (closed + PRIOR_CLOSED) // 2) // (closed + PRIOR_CLOSED)


def scale_of(document: Mapping[str, Any]) -> Scale:
    """The scale from its JSON. Raises WeightsInvalid if the factors, the sum of 100 or a percentage are not right."""
    weights, percents = document["weights"], document["levels"]
    if "normal" not in weights or any(tuple(one) != FACTORS for one in weights.values()):
        raise WeightsInvalid("each urgency, normal among them, weighs " + ", ".join(FACTORS))
    if any(sum(one.values()) != ALL_POINTS or min(one.values()) < 0 for one in weights.values()):
        raise WeightsInvalid("the weights of an urgency are 0 or more, and 100 together")
    if set(percents) != set(FACTORS) or any(not 0 <= p <= 100 for one in percents.values() for p in one.values()):
        raise WeightsInvalid("each factor has levels of 0 to 100 percent")
    return Scale(str(document["version"]), weights, percents, frozenset(document["lasting_declines"]))
