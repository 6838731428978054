"""The phases of a case: where it may go from each, when it may be closed, and when carried on again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import get_args

from lotse_contracts.intake.cases import CasePhase, OpenPhase

PHASES: tuple[CasePhase, ...] = get_args(CasePhase)
OPEN_PHASES: tuple[OpenPhase, ...] = get_args(OpenPhase)
REOPENED: CasePhase = "assessment"
"""Whoever comes back is looked at anew; what was clarified at first still holds."""
REOPEN_DAYS = 90
"""As long as a closed case is kept. Source: recommended retention of the intake specification, as of 2026-11-22."""

NEXT: Mapping[CasePhase, frozenset[CasePhase]] = {
    "intake": frozenset({"assessment", "closed"}),
    "assessment": frozenset({"planning", "closed"}),
    "planning": frozenset({"assessment", "steering", "closed"}),
    "steering": frozenset({"assessment", "planning", "evaluation", "closed"}),
    "evaluation": frozenset({"assessment", "planning", "steering", "closed"}),
    "closed": frozenset({REOPENED}),
}
"""Step by step forward, and back from wherever something new shows. Short advice never leaves the first phases, so a
case may be closed from each. Source: Deutsche Gesellschaft für Care und Case Management, guidelines: clarifying,
assessment, planning, steering (linking and monitoring), evaluation, with re-assessment, as of 2026-11."""


def may_enter(phase: CasePhase, wanted: CasePhase) -> bool:
    """Whether a case goes from here to there; closing and reopening have guards of their own beside."""
    return wanted in NEXT[phase]


def following(phase: CasePhase) -> tuple[CasePhase, ...]:
    """Where it may go from here, in the order of the phases."""
    return tuple(name for name in PHASES if name in NEXT[phase])


def may_close(phase: CasePhase, *, concerns_open: int, has_exception: bool) -> bool:
    """Only what is open is closed, and only when its concerns have ended or somebody names an exception."""
    return may_enter(phase, "closed") and (concerns_open == 0 or has_exception)


def may_reopen(phase: CasePhase, closed_at: datetime | None, now: datetime) -> bool:
    """A closed case, as long as it is kept."""
    return phase == "closed" and closed_at is not None and now - closed_at <= timedelta(days=REOPEN_DAYS)
