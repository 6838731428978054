"""Whether a dated rule lets a person use a service: true, false or unknown, with the one question that would decide.

A rule only ever warns and ranks down; nothing is hidden by it, and the person is shown none of it (RDG). What is not
known is never a no. A `pending` rule is not the law yet, so it warns only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from lotse_referral.domain.needs import Need

Value = Literal["true", "false", "unknown"]
RuleKind = Literal["law", "service", "audience"]
RuleState = Literal["in_force", "pending"]

FIRST_DAY_AFTER = date(2025, 4, 1)
"""A first title under section 24 on this day or later falls under the draft law. Source: draft
Leistungsrechtsanpassungsgesetz of 19 November 2025, "after 31 March 2025"; not in force as of 22 November 2026."""
WEIGHS = {"audience": 1, "pending": 4, "law": 16}
"""How much it is worth to know: a rule in force counts more than several that only warn."""
UNSTATED = frozenset({"unknown", "not_asked"})
"""Legal statuses that say nothing."""


def bracket_of(first_title: date) -> str:
    """Which bracket the day of the first title falls into, by the calendar of Dresden."""
    return "before_2025_04_01" if first_title < FIRST_DAY_AFTER else "after"


class Condition(NamedTuple):
    """What is asked of one field of a need, such as `status` in a list, or `age` below a number."""

    field: str
    test: str
    than: tuple[str, ...] | int | bool


@dataclass(frozen=True)
class Rule:
    """`when` are conditions that all must hold for the rule to say no; `unless` would take that back.

    An `audience` is no law: it says for whom a service is made, and never says no. `applies_to` is the code of the
    office that the rule is about, `else_go` the code of the one that is responsible instead.
    """

    id: str
    kind: RuleKind
    state: RuleState
    when: tuple[Condition, ...]
    law: str
    source: str
    unless: tuple[Condition, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    applies_to: str | None = None
    else_go: str | None = None
    warning: str | None = None
    change: tuple[str, str] | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is to be looked at on that day; both ends belong to it, midnight to midnight in Dresden."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Finding:
    """What one rule says. `ask` names the field that would decide; `change` what would have to be otherwise."""

    rule: str
    value: Value
    state: RuleState
    law: str
    source: str
    valid_from: date | None = None
    valid_to: date | None = None
    ask: str | None = None
    else_go: str | None = None
    change: tuple[str, str] | None = None
    weight: int = WEIGHS["law"]


@dataclass(frozen=True)
class Verdict:
    """All findings of a service's rules: `value` is of those in force alone, `audience` of whom it is made for."""

    value: Value = "true"
    audience: Value = "true"
    findings: tuple[Finding, ...] = field(default=())

    @property
    def tier(self) -> int:
        """0: nothing speaks against it. 1: nothing says that it is made for her. 2: a rule in force says no."""
        return 2 if self.value == "false" else int(self.audience != "true")


def verdict_of(findings: Iterable[Finding], audiences: Iterable[Finding] = ()) -> Verdict:
    """What all rules say together: one no is a no, one unknown an unknown; pending rules count for nothing."""
    law, made_for = tuple(findings), tuple(audiences)
    return Verdict(
        _together(one.value for one in law if one.state == "in_force"),
        _together(one.value for one in made_for),
        (*law, *made_for),
    )


def judged(rule: Rule, need: Need) -> Finding:
    """What a rule says about a need; of its conditions the first unknown one is asked for."""
    if rule.kind == "audience":
        return _made_for(rule, need)
    if not rule.when:
        return _finding(rule, "true")
    answers = [(condition, holds(condition, need)) for condition in rule.when]
    if any(answer is False for _, answer in answers):
        return _finding(rule, "true")
    unknown = next((condition.field for condition, answer in answers if answer is None), None)
    spared = [(condition, holds(condition, need)) for condition in rule.unless]
    if any(answer is True for _, answer in spared):
        return _finding(rule, "true")
    if unknown is not None:
        return _finding(rule, "unknown", ask=unknown)
    doubt = next((condition.field for condition, answer in spared if answer is None), None)
    return _finding(rule, "false") if doubt is None else _finding(rule, "unknown", ask=doubt)


def _made_for(rule: Rule, need: Need) -> Finding:
    """Any one condition is enough. That none holds says only that nothing is known."""
    answers = [(condition, holds(condition, need)) for condition in rule.when]
    if any(answer is True for _, answer in answers):
        return _finding(rule, "true")
    ask = next((condition.field for condition, answer in answers if answer is None), rule.when[0].field)
    return _finding(rule, "unknown", ask=ask)


def holds(condition: Condition, need: Need) -> bool | None:
    """Whether the condition is met; None where the need does not say."""
    value = getattr(need, condition.field)
    match condition.test:
        case "any_of":
            return _any_of(condition, value)
        case "below":
            return None if value is None else bool(value < condition.than)
        case "from":
            return None if value is None else bool(value >= condition.than)
        case "surely_from":
            return None if value is None or value == _before(condition) else bool(value >= condition.than)
        case "is":
            return None if value is None else bool(value == condition.than)
    raise ValueError(condition.test)


def _any_of(condition: Condition, value: object) -> bool | None:
    wanted = condition.than if isinstance(condition.than, tuple) else ()
    if isinstance(value, frozenset):
        return None if not value else not value.isdisjoint(wanted)
    return None if value is None or value in UNSTATED else value in wanted


def _before(condition: Condition) -> int:
    """The year in which it depends on the month of birth."""
    return int(condition.than) - 1 if isinstance(condition.than, int) else -1


def _together(values: Iterable[Value]) -> Value:
    found = set(values)
    return "false" if "false" in found else "unknown" if "unknown" in found else "true"


def _finding(rule: Rule, value: Value, *, ask: str | None = None) -> Finding:
    says_no = value == "false"
    return Finding(
        rule=rule.id,
        value=value,
        state=rule.state,
        law=rule.law,
        source=rule.source,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
        ask=ask,
        else_go=rule.else_go if value != "true" else None,
        change=rule.change if says_no else None,
        weight=WEIGHS["audience" if rule.kind == "audience" else "pending" if rule.state == "pending" else "law"],
    )


def responsible_instead(rules: Iterable[Rule], need: Need, day: date, *, refused: bool) -> frozenset[str]:
    """Which codes lead to the office that is responsible instead; empty unless a rule clearly says no.

    Pending rules count once the office itself has refused for good: then somebody else must be.
    """
    return frozenset(
        rule.else_go
        for rule in rules
        if rule.else_go is not None
        and rule.applies_to == need.code
        and (rule.state == "in_force" or refused)
        and rule.holds_on(day)
        and _leads(judged(rule, need).value, refused=refused)
    )


def _leads(value: Value, *, refused: bool) -> bool:
    return value == "false" or (refused and value == "unknown")


def by_id(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """The rules by the id that a service names."""
    return {rule.id: rule for rule in rules}
