"""Calls to a person whom a message about her appointment may not have reached."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Code,
    Fact,
    Language,
    Order,
    Question,
    SaidPart,
    Token,
)
from lotse_contracts.values import COUNSELLORS, TaskResult, TaskState


class AssignCall(Order):
    """Somebody of the desk calls her; again with another name changes who."""

    NAME: ClassVar[str] = "assign-call"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "call_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    call_id: UUID
    assignee: Token = Field(description="the actor name of a colleague or a volunteer; never the person's")


class SettleCall(Order):
    """What became of it. After `no_answer` it stays open; `done`: she knows; `failed`: she cannot be called."""

    NAME: ClassVar[str] = "settle-call"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "call_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    call_id: UUID
    result: TaskResult


class CallChanged(Fact):
    """A call to her is open, assigned, done, failed, or not needed any more (`stopped`)."""

    NAME: ClassVar[str] = "call-changed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    call_id: UUID
    person_id: UUID
    referral_id: UUID
    appointment_id: UUID
    state: TaskState
    until: AwareDatetime


class CallEntry(SaidPart):
    """Whom to call about which appointment, and until when it helps. Her number is intake's, and so is what is safe."""

    call_id: UUID = Field(description="id of the notification that may not have reached her")
    person_id: UUID
    referral_id: UUID
    appointment_id: UUID
    starts_at: AwareDatetime | None = Field(default=None, description="as it stands now")
    cancelled: bool = Field(default=False, description="then she is to hear that it does not take place")
    state: TaskState
    assignee: Token | None = None
    reason: Code = Field(description="why the message does not count as told")
    since: AwareDatetime
    until: AwareDatetime
    tries: int = Field(default=0, ge=0)
    language: Language


class CallsAnswer(Answer):
    """Those that are of use for the shortest time come first."""

    calls: tuple[CallEntry, ...] = Field(max_length=ITEMS_MAX)


class AskCalls(Question):
    """Whom must somebody call, since a message may not have reached her?"""

    NAME: ClassVar[str] = "calls"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = CallsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    assignee: Token | None = None
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
