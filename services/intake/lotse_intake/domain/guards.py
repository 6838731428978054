"""Whether what an action needs is there: each guard of the machine, looked at in the light of one concern."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lotse_contracts.intake import Act
from lotse_contracts.values import ConcernAction, Urgency
from lotse_intake.domain.machine import STAFF_ACTIONS, Action, Guard, Role, Rule, State, rule_of

REOPENED_DAYS = 90  # after its end; later a new enquiry is a new concern
GIVEN_TO: tuple[ConcernAction, ...] = ("assign", "offer")
"""The colleague is named with these; the other ways to carry a concern are the actor's own."""


@dataclass(frozen=True)
class Taker:
    """Who would carry a concern; no actor if nobody may."""

    actor: str | None = None
    conflict: bool = False


@dataclass(frozen=True)
class Light:
    """What the guards see of a concern, of who acts, and of what was given with the action.

    `acting` are those who may act on what is carried; `own` is the actor as somebody who would carry it, `named` the
    colleague that is named. `seconded` says that another person proposed exactly this.
    """

    state: State
    urgency: Urgency
    now: datetime
    actor: str | None = None
    assignee: str | None = None
    acting: frozenset[str] = frozenset()
    offered_to: frozenset[str] = frozenset()
    own: Taker = Taker()
    named: Taker = Taker()
    given: Act | None = None
    code_known: bool = True
    original_known: bool = True
    first_contact: bool = False
    question_sent: bool = False
    referrals_open: int = 0
    ended_at: datetime | None = None
    seconded: bool = False


@dataclass(frozen=True)
class No:
    """Why an action is refused: a code and the fields at fault."""

    code: str
    fields: tuple[str, ...] = ("concern_id",)


Check = Callable[[Light], No | None]


def _given(name: str) -> Check:
    def check(light: Light) -> No | None:
        return None if light.given is not None and getattr(light.given, name) else No("missing_for_action", (name,))

    return check


def _code(light: Light) -> No | None:
    if light.given is None or not (light.given.code or light.given.sub_code):
        return No("missing_for_action", ("code",))
    return None if light.code_known else No("unknown_code", ("code",))


def _original(light: Light) -> No | None:
    if light.given is None or light.given.duplicate_of is None:
        return No("missing_for_action", ("duplicate_of",))
    return None if light.original_known else No("unknown_original", ("duplicate_of",))


def _own(light: Light) -> No | None:
    if light.assignee is None:
        return No("nobody_carries_it")
    return None if light.actor in light.acting else No("carried_by_another")


def _not_anothers(light: Light) -> No | None:
    return None if light.assignee is None else _own(light)


def _takes_on(light: Light) -> No | None:
    given_to = light.given is not None and light.given.action in GIVEN_TO
    if given_to and light.given is not None and light.given.to is None:
        return No("missing_for_action", ("to",))
    taker, named = (light.named, "to") if given_to else (light.own, "concern_id")
    if taker.conflict:
        return No("conflict_of_interest", (named,))
    if taker.actor is None:
        return No("nobody_to_carry_it", (named,))
    return No("carries_it_already", (named,)) if taker.actor == light.assignee else None


def _within_90_days(light: Light) -> No | None:
    fresh = light.ended_at is not None and light.now - light.ended_at <= timedelta(days=REOPENED_DAYS)
    return None if fresh else No("ended_too_long_ago")


def _if(holds: Callable[[Light], bool], code: str) -> Check:
    return lambda light: None if holds(light) else No(code)


CHECKS: dict[Guard, Check] = {
    "nobody": _if(lambda light: light.assignee is None, "carried_by_another"),
    "carried": _if(lambda light: light.assignee is not None, "nobody_carries_it"),
    "own": _own,
    "not_anothers": _not_anothers,
    "offered": _if(lambda light: light.actor in light.offered_to, "not_offered_to_you"),
    "on_offer": _if(lambda light: bool(light.offered_to), "nothing_offered"),
    "takes_on": _takes_on,
    "reason": _given("reason"),
    "outcome": _given("outcome"),
    "code": _code,
    "team": _given("team"),
    "urgency": _given("urgency"),
    "tags": _given("tags"),
    "original": _original,
    "first_contact": _if(lambda light: light.first_contact, "no_contact_yet"),
    "question_sent": _if(lambda light: light.question_sent, "nothing_asked_yet"),
    "referrals_ended": _if(lambda light: light.referrals_open == 0, "referrals_open"),
    "within_90_days": _within_90_days,
    "no_emergency": _if(lambda light: light.urgency != "emergency", "needs_a_person"),
}
"""All but the two that ask for a second person, which nothing that is given can satisfy."""

NEEDED: dict[Guard, str] = {
    "reason": "reason",
    "outcome": "outcome",
    "code": "code",
    "team": "team",
    "urgency": "urgency",
    "tags": "tags",
    "original": "duplicate_of",
}
"""What is still to be given with an action that is allowed."""


@dataclass(frozen=True)
class Step:
    """What an action leads to now; `second` says that a second person must agree first."""

    rule: Rule
    second: bool = False


class Forbidden(Exception):
    """The table or a guard says no; `allowed` is what this role may do instead."""

    def __init__(self, no: No, allowed: tuple[ConcernAction, ...] = ()) -> None:
        super().__init__(no.code)
        self.no = no
        self.allowed = allowed


def step_of(action: Action, role: Role, light: Light) -> Step:
    """Where the action leads. Raises Forbidden, naming what is allowed."""
    rule = rule_of(light.state, action, role)
    if rule is None:
        raise Forbidden(No("not_allowed_now"), allowed_actions(role, light))
    for guard in rule.guards:
        check = CHECKS.get(guard)
        if check is not None and (no := check(light)) is not None:
            raise Forbidden(no, allowed_actions(role, light))
    return Step(rule, second=needs_second(rule, light) and not light.seconded)


def needs_second(rule: Rule, light: Light) -> bool:
    """Whether a second person must agree: always, or because a mistake would leave somebody in danger alone."""
    return "second_person" in rule.guards or ("second_if_emergency" in rule.guards and light.urgency == "emergency")


def allowed_actions(role: Role, light: Light) -> tuple[ConcernAction, ...]:
    """What this role may do now; what must be given with it is still to be given."""
    bare = replace(light, given=None)
    return tuple(action for action in STAFF_ACTIONS if _possible(action, role, bare))


def needs_of(action: ConcernAction, role: Role, light: Light) -> tuple[str, ...]:
    """The fields that an allowed action must be given."""
    rule = rule_of(light.state, action, role)
    named = [NEEDED[guard] for guard in (rule.guards if rule else ()) if guard in NEEDED]
    return (*(["to"] if action in GIVEN_TO else []), *named)


def _possible(action: ConcernAction, role: Role, light: Light) -> bool:
    rule = rule_of(light.state, action, role)
    if rule is None:
        return False
    still_given = {*NEEDED, *(["takes_on"] if action in GIVEN_TO else [])}
    checks = [CHECKS[guard] for guard in rule.guards if guard in CHECKS and guard not in still_given]
    return all(check(light) is None for check in checks)


def same_act(one: Act, other: Act) -> bool:
    """Whether a second person agrees to what the first proposed, and to nothing else."""
    fields = Act.model_fields
    return all(getattr(one, name) == getattr(other, name) for name in fields)
