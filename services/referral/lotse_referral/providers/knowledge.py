"""The scale, the rules and the places that come along."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from lotse_referral.domain.knowledge import Knowledge, places_of, rules_of
from lotse_referral.domain.weights import scale_of


@cache
def knowledge() -> Knowledge:
    """Read once; it does not change while we run."""
    rules, questions = rules_of(_read("eligibility.json"))
    return Knowledge(scale_of(_read("matching.json")), rules, questions, places_of(_read("places.json")))


def _read(name: str) -> Any:
    return json.loads(files("lotse_referral").joinpath("data", name).read_text(encoding="utf-8"))
