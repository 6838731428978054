"""How much each factor counts, out of 100, and how much of it each level earns: data, so that it can be tuned.

Source: the project's specification of matching; an urgent need raises capacity and the next free time.
"""

from collections.abc import Mapping

Weights = Mapping[str, int]

NORMAL: Weights = {
    "code": 30,
    "language": 20,
    "capacity": 15,
    "reachability": 10,
    "next_slot": 10,
    "evidence": 5,
    "freshness": 5,
    "preference": 5,
}
URGENT: Weights = {
    "code": 30,
    "language": 20,
    "capacity": 20,
    "reachability": 5,
    "next_slot": 15,
    "evidence": 0,
    "freshness": 5,
    "preference": 5,
}
WEIGHTS: Mapping[str, Weights] = {"normal": NORMAL, "urgent": URGENT, "emergency": URGENT}

LEVELS: Mapping[str, Mapping[str, int]] = {
    "code": {"code_primary": 100, "code_listed": 80, "parent_primary": 70, "parent_listed": 50},
    "language": {
        "staff_speaks": 100,
        "interpreter": 60,
        "language_doubtful": 40,
        "languages_unknown": 20,
        "language_not_listed": 0,
    },
    "capacity": {"capacity_available": 100, "capacity_unknown": 53, "capacity_waitlist": 27, "capacity_none": 0},
    "reachability": {"place_unknown": 50},
    "next_slot": {"hours_unknown": 50},
    "evidence": {"outcomes_unknown": 50},
    "freshness": {
        "assured_recently": 100,
        "one_source_recently": 60,
        "assured_this_year": 40,
        "never_assured": 20,
        "assured_long_ago": 0,
    },
    "preference": {"preferred": 100, "preference_unknown": 50},
}
"""Percent of the factor's weight. What is unknown earns something: unknown never counts as no."""


def points(weights: Weights, factor: str, level: str) -> int:
    """The points of one level, rounded half up, so that no sum exceeds 100."""
    return (weights[factor] * LEVELS[factor][level] + 50) // 100
