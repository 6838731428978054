"""What matching knows besides the directory: the scale of points, the dated rules, and the places of the town."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lotse_referral.domain.codes import CONCERNS, PARENT_OF
from lotse_referral.domain.eligibility import Condition, Rule, by_id
from lotse_referral.domain.places import Places, folded
from lotse_referral.domain.weights import Scale

FIELDS = frozenset(
    {
        "code",
        "status",
        "first_title",
        "receives",
        "age",
        "children",
        "pregnant",
        "able_to_work",
        "women_only",
        "urgency",
        "district",
    }
)
"""What a rule may ask of a need."""
NEVER_ASKED = frozenset({"code", "urgency"})
"""What is always known."""
TESTS = frozenset({"any_of", "below", "from", "surely_from", "is"})
LANGUAGES = ("uk", "ru", "de", "en")


class RulesInvalid(ValueError):
    """The list of rules breaks one of its own; the text names the rule."""


@dataclass(frozen=True)
class Asked:
    """A question that would decide a rule, in her languages, and the field that it fills."""

    field: str
    code: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Knowledge:
    """All of it, read once."""

    scale: Scale
    rules: Mapping[str, Rule]
    questions: Mapping[str, Asked]
    places: Places


def rules_of(document: Mapping[str, Any]) -> tuple[Mapping[str, Rule], Mapping[str, Asked]]:
    """The rules and the questions from their JSON. Raises RulesInvalid."""
    questions = {name: Asked(name, one["code"], one["texts"]) for name, one in document["questions"].items()}
    if any(set(one.texts) != set(LANGUAGES) for one in questions.values()):
        raise RulesInvalid("each question has its text in " + ", ".join(LANGUAGES))
    rules = by_id([_rule(one) for one in document["rules"]])
    if len(rules) != len(document["rules"]):
        raise RulesInvalid("a rule is there twice")
    asked = {condition.field for rule in rules.values() for condition in (*rule.when, *rule.unless)}
    if not asked <= set(questions) | NEVER_ASKED:
        raise RulesInvalid("nobody asks for " + ", ".join(sorted(asked - set(questions))))
    return rules, questions


def places_of(document: Mapping[str, Any]) -> Places:
    """The boroughs of the town from their JSON: parts of town and postal codes lead to boroughs."""
    named: dict[str, frozenset[str]] = {}
    regions: dict[str, frozenset[str]] = {}
    for region, boroughs in document["regions"].items():
        regions[region] = frozenset(folded(one["borough"]) for one in boroughs)
        for one in boroughs:
            for name in (one["borough"], *one["parts"]):
                named[folded(name)] = named.get(folded(name), frozenset()) | {folded(one["borough"])}
    codes = {code: frozenset.union(*(regions[one] for one in some)) for code, some in document["postcodes"].items()}
    return Places(folded(document["town"]), frozenset.union(*regions.values()), named, codes)


def _rule(given: Mapping[str, Any]) -> Rule:
    rule = str(given.get("id"))
    change = given.get("change")
    made = Rule(
        id=rule,
        kind=given["kind"],
        state=given["state"],
        when=tuple(_condition(rule, one) for one in given["when"]),
        unless=tuple(_condition(rule, one) for one in given.get("unless", ())),
        law=given["law"],
        source=given["source"],
        valid_from=_day(given.get("valid_from")),
        valid_to=_day(given.get("valid_to")),
        applies_to=given.get("applies_to") or None,
        else_go=given.get("else_go"),
        warning=given.get("warning"),
        change=None if change is None else (change["what"], str(change["to"])),
    )
    if made.kind not in ("law", "service", "audience") or made.state not in ("in_force", "pending"):
        raise RulesInvalid(f"{rule}: kind or state is not in the list")
    codes = {made.else_go, made.applies_to} - {None}
    if not codes <= {*CONCERNS, *PARENT_OF}:
        raise RulesInvalid(f"{rule}: names an unknown code")
    return made


def _condition(rule: str, given: Mapping[str, Any]) -> Condition:
    field, test, than = given["field"], given["test"], given["than"]
    if field not in FIELDS or test not in TESTS:
        raise RulesInvalid(f"{rule}: asks for {field} by {test}")
    return Condition(field, test, tuple(than) if isinstance(than, list) else than)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
