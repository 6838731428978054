"""What an action makes of a concern: its new values and the clock that runs afterwards, decided without any store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from lotse_contracts.intake import Act
from lotse_contracts.values import OutcomeCode, Urgency
from lotse_intake.domain.clocks import Ticking, started
from lotse_intake.domain.guards import Light
from lotse_intake.domain.machine import ENDS, Action, Rule, State, shown

TAGS_MAX = 20  # of one concern
CODING: tuple[Action, ...] = ("screen", "accept", "recode")
FIRST_CARRIED: tuple[Action, ...] = ("accept", "claim", "assign")
"""With these somebody takes a concern on that nobody had; referral then looks for services."""
FRESH: tuple[State, ...] = ("received", "screened", "answered")
TAKEN_UP: tuple[State, ...] = ("accepted", "assigned", "in_advice", "waiting_for_client", "referred")


class Standing(Protocol):
    """A concern as it stands: a row of its table."""

    state: State
    code: str
    sub_code: str | None
    urgency: Urgency
    tags: list[str]
    due_at: datetime


class TooManyTags(ValueError):
    """No concern bears more tags than that."""


@dataclass(frozen=True)
class Change:
    """The new values, and the clock: `restarts` says that the one that ran is replaced by `ticking`, or stopped."""

    values: dict[str, Any] = field(default_factory=dict)
    restarts: bool = False
    ticking: Ticking | None = None
    newly_carried: bool = False
    recoded: bool = False
    shown_otherwise: bool = False


@dataclass(frozen=True)
class Given:
    """What comes with an action that is no order: her own words raise the urgency, a referral has an outcome."""

    urgency: Urgency | None = None
    outcome: OutcomeCode | None = None
    due_at: datetime | None = None


NOTHING = Given()


def change_of(row: Standing, action: Action, rule: Rule, light: Light, given: Given = NOTHING) -> Change:
    """Everything that the action changes. Raises TooManyTags."""
    act, now = light.given, light.now
    urgency = given.urgency or _judged(row, action, act)
    values: dict[str, Any] = {"state": rule.to, **_carrying(action, light), **_ending(row.state, rule.to, now)}
    values |= _told(action, act, given) | _coded(row, action, act) | _tagged(row, action, act)
    if urgency is not None:
        values["urgency"] = urgency
    if rule.to != row.state:
        values["moved_at"] = now
    clock = _clock(rule, urgency or row.urgency, now, given.due_at)
    if clock is not None:
        values |= {"clock": clock.clock, "due_at": clock.due_at}
    elif rule.clock == "none":
        values["clock"] = None
    carried = action in FIRST_CARRIED and row.state in FRESH
    return Change(
        values,
        restarts=rule.clock != "kept",
        ticking=clock,
        newly_carried=carried,
        recoded=not carried and rule.to in TAKEN_UP and _coded_otherwise(row, values),
        shown_otherwise=shown(rule.to) != shown(row.state),
    )


def _coded_otherwise(row: Standing, values: Mapping[str, Any]) -> bool:
    """A finer code counts as well: it leads to another desk."""
    return any(name in values and values[name] != getattr(row, name) for name in ("code", "sub_code"))


def _judged(row: Standing, action: Action, act: Act | None) -> Urgency | None:
    """How urgent a person finds it. A first look alone does not make an emergency less: that takes two."""
    if act is None or action not in ("screen", "prioritise"):
        return None
    return None if action == "screen" and row.urgency == "emergency" else act.urgency


def _clock(rule: Rule, urgency: Urgency, now: datetime, due_at: datetime | None) -> Ticking | None:
    if rule.clock == "kept" or rule.clock == "none":
        return None
    return started(rule.clock, urgency, now, due_at=due_at)


def _carrying(action: Action, light: Light) -> dict[str, Any]:
    match action:
        case "claim" | "take_over":
            return {"assignee": light.own.actor, "offered_to": None}
        case "assign":
            return {"assignee": light.named.actor, "offered_to": None}
        case "offer":
            return {"offered_to": light.named.actor}
        case "decline_offer" | "take_back":
            return {"offered_to": None}
        case "give_back" | "return_to_team":
            return {"assignee": None, "offered_to": None}
    return {}


def _ending(before: State, after: State, now: datetime) -> dict[str, Any]:
    """An end stops what was on offer; whoever comes back from one starts without anybody and without its outcome."""
    if after in ENDS and before not in ENDS:
        return {"ended_at": now, "offered_to": None}
    if before not in ENDS or after in ENDS:
        return {}
    fresh = {"ended_at": None, "outcome": None, "reason": None, "duplicate_of": None}
    return fresh if after == "referred" else {**fresh, "assignee": None, "offered_to": None}


def _told(action: Action, act: Act | None, given: Given) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if act is not None and act.reason is not None:
        values["reason"] = act.reason
    if act is not None and action == "mark_duplicate":
        values["duplicate_of"] = act.duplicate_of
    if act is not None and act.team is not None and action in ("route", "assign", "accept"):
        values["team"] = act.team
    outcome = act.outcome if act is not None and action == "resolve" else given.outcome
    return values if outcome is None else {**values, "outcome": outcome}


def _coded(row: Standing, action: Action, act: Act | None) -> dict[str, Any]:
    if act is None or action not in CODING or not (act.code or act.sub_code):
        return {}
    code = act.code or row.code
    kept = {} if code == row.code and act.sub_code is None else {"sub_code": act.sub_code}
    return {"code": code, "unknown_code": False, **kept}


def _tagged(row: Standing, action: Action, act: Act | None) -> dict[str, Any]:
    if act is None or action not in ("tag", "untag"):
        return {}
    kept = set(row.tags) | set(act.tags) if action == "tag" else set(row.tags) - set(act.tags)
    if len(kept) > TAGS_MAX:
        raise TooManyTags
    return {"tags": sorted(kept)}
