"""Cases: who carries a person's concerns how far, and who must not."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Fact, Order, Token, Version
from lotse_contracts.values import COORDINATORS, COUNSELLORS

CasePhase = Literal["intake", "assessment", "planning", "steering", "evaluation", "closed"]
"""Source: Deutsche Gesellschaft für Care und Case Management, phases of case management, as of 2026-11; and the end."""
OpenPhase = Literal["intake", "assessment", "planning", "steering", "evaluation"]
ClosureReason = Literal[
    "need_met", "partly_met", "referred_on", "handed_over", "moved_away", "withdrew", "unreachable", "died", "in_error"
]
ClosureException = Literal["moved_away", "withdrew", "unreachable", "died", "in_error", "project_ended"]
"""Why a case is closed although a concern of it has not ended; that concern stays where it is, in the inbox too."""
ReopeningReason = Literal["new_need", "came_back", "outcome_failed", "closed_in_error"]
ConflictReason = Literal["relative", "acquaintance", "own_affair", "other_side", "her_wish"]
"""Why somebody must not carry this case."""


class CaseOrder(Order):
    """About a case as its giver saw it: another version means that somebody was faster, and nothing is changed."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "case_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    case_id: UUID
    version: Version = Field(description="as it was read; refused with `case_changed` when it is another by now")


class OpenCase(Order):
    """A further case of a person who is known; an enquiry opens its own."""

    NAME: ClassVar[str] = "open-case"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    case_id: UUID
    person_id: UUID
    owner: Token | None = Field(default=None, description="an actor; default: whoever gives the order")
    team: Token | None = None


class AssignCase(CaseOrder):
    """Somebody carries this case from now on. Where a conflict is marked, a second coordinator must approve it."""

    NAME: ClassVar[str] = "assign-case"

    owner: Token | None = Field(default=None, description="an actor; absent: nobody, the team carries it")
    team: Token | None = Field(default=None, description="absent: as it was")


class ApproveAssignment(CaseOrder):
    """The second pair of eyes: a coordinator other than the proposer and the owner to be approves, or does not."""

    NAME: ClassVar[str] = "approve-assignment"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    approved: bool = True


class MarkConflict(Order):
    """Somebody should not carry or see this case, or may again."""

    NAME: ClassVar[str] = "mark-conflict"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "case_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    case_id: UUID
    actor: Token = Field(description="whom it concerns")
    reason: ConflictReason
    marked: bool = Field(default=True, description="false: the mark is taken away, by a coordinator")


class EnterPhase(CaseOrder):
    """The case goes on to another phase; closing and reopening are orders of their own."""

    NAME: ClassVar[str] = "enter-phase"

    phase: OpenPhase


class CloseCase(CaseOrder):
    """All of its concerns have ended, or there is a named exception. Open goals and tasks are dropped with it."""

    NAME: ClassVar[str] = "close-case"

    reason: ClosureReason
    exception: ClosureException | None = None


class ReopenCase(CaseOrder):
    """A closed case is carried on, within ninety days; it starts with a new assessment."""

    NAME: ClassVar[str] = "reopen-case"

    reason: ReopeningReason


# Facts


class CaseFact(Fact):
    """Something about a case; `version` rises with each of these."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    case_id: UUID
    person_id: UUID
    version: Version


class CaseOpened(CaseFact):
    """A person's concerns have a home."""

    NAME: ClassVar[str] = "case-opened"


class CaseAssigned(CaseFact):
    """Who carries it now; nobody where `owner` is absent."""

    NAME: ClassVar[str] = "case-assigned"

    owner: Token | None = None
    team: Token | None = None
    approved_by: Token | None = Field(default=None, description="the second pair of eyes, where a conflict is marked")


class AssignmentProposed(CaseFact):
    """A conflict is marked: a second coordinator is asked."""

    NAME: ClassVar[str] = "assignment-proposed"

    owner: Token
    proposed_by: Token


class AssignmentDeclined(CaseFact):
    """The second pair of eyes said no; whoever carries the case still does."""

    NAME: ClassVar[str] = "assignment-declined"

    owner: Token


class ConflictMarked(CaseFact):
    """Somebody must not carry this case, or may again."""

    NAME: ClassVar[str] = "conflict-marked"

    actor: Token
    marked: bool


class CasePhaseChanged(CaseFact):
    """It has come to another phase."""

    NAME: ClassVar[str] = "case-phase-changed"

    from_phase: CasePhase
    phase: CasePhase


class CaseClosed(CaseFact):
    """Nobody carries it any more, and why; `concerns_open` is more than zero only with an exception."""

    NAME: ClassVar[str] = "case-closed"

    reason: ClosureReason
    exception: ClosureException | None = None
    concerns_open: int = Field(default=0, ge=0)
    goals_dropped: int = Field(default=0, ge=0)
    tasks_dropped: int = Field(default=0, ge=0)


class CaseReopened(CaseFact):
    """It is carried on."""

    NAME: ClassVar[str] = "case-reopened"

    phase: CasePhase
    reason: ReopeningReason
