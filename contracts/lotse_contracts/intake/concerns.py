"""Concerns: what waits, what may be done, and what was done."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Fact, Language, Order, Question, SaidPart, Token, Version
from lotse_contracts.values import COUNSELLORS, Channel, Urgency


class AcceptConcern(Order):
    """A counsellor takes a concern on; referral then looks for services."""

    NAME: ClassVar[str] = "accept-concern"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    code: Code | None = Field(default=None, description="the counsellor's own coding, where it differs")


class ConcernRaised(Fact):
    """One coded need. `unknown_code` says that the given code is in no list and fell back to orientation."""

    NAME: ClassVar[str] = "concern-raised"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    case_id: UUID
    enquiry_id: UUID
    person_id: UUID
    version: Version
    code: Code
    unknown_code: bool = False
    urgency: Urgency
    due_at: AwareDatetime
    language: Language


class ConcernAccepted(Fact):
    """A counsellor carries this concern."""

    NAME: ClassVar[str] = "concern-accepted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    code: Code
    urgency: Urgency
    language: Language


class InboxEntry(SaidPart):
    """One concern that waits."""

    enquiry_id: UUID
    concern_id: UUID
    case_id: UUID
    person_id: UUID
    code: Code
    unknown_code: bool
    urgency: Urgency
    language: Language
    channel: Channel
    state: Token
    received_at: AwareDatetime
    due_at: AwareDatetime


class InboxAnswer(Answer):
    """Most urgent first: by due time, then by id."""

    entries: tuple[InboxEntry, ...] = Field(max_length=ITEMS_MAX)
    waiting: int = Field(ge=0)
    cursor: str | None = Field(default=None, max_length=200, description="for the next page; absent on the last")


class AskInbox(Question):
    """What is waiting, the most urgent first?"""

    NAME: ClassVar[str] = "inbox"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = InboxAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
    newest_first: bool = False


class AllowedActionsAnswer(Answer):
    """What the asker may do now, so that no frontend needs a copy of the machine."""

    state: Token
    actions: tuple[Token, ...] = Field(max_length=ITEMS_MAX)


class AskConcernActions(Question):
    """What may I do with this concern?"""

    NAME: ClassVar[str] = "allowed-actions"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = AllowedActionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
