"""The inbox: which concerns wait, the most urgent first."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Language, Question, SaidPart, Token, Version
from lotse_contracts.intake.actions import TAGS_MAX
from lotse_contracts.intake.contents import Day
from lotse_contracts.values import COUNSELLORS, Channel, ConcernClock, ConcernState, InboxView, Urgency


class InboxEntry(SaidPart):
    """One concern."""

    enquiry_id: UUID
    concern_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version = 1
    code: Code
    sub_code: Code | None = None
    unknown_code: bool
    urgency: Urgency
    language: Language
    channel: Channel
    state: ConcernState
    clock: ConcernClock | None = None
    assignee: Token | None = Field(default=None, description="the pseudonym of whoever carries it")
    offered_to: Token | None = None
    team: Token | None = None
    tags: tuple[Code, ...] = Field(default=(), max_length=TAGS_MAX)
    received_at: AwareDatetime
    due_at: AwareDatetime
    deadline_on: Day | None = Field(default=None, description="the nearest deadline that stands, computed or confirmed")


class InboxAnswer(Answer):
    """Most urgent first: by due time, then by id. `waiting` counts what the filters let through, up to 10,000."""

    entries: tuple[InboxEntry, ...] = Field(max_length=ITEMS_MAX)
    waiting: int = Field(ge=0, description="how many there are in all; 10,000 stands for as many or more")
    cursor: str | None = Field(default=None, max_length=200, description="for the next page; absent on the last")


class AskInbox(Question):
    """What is there, the most urgent first? The filters are joined by and.

    `waiting`: a first look or an assignment is due; `team`: the same of my teams; `mine`: carried by me, or by whom I
    substitute for; `offered`: to me; `unassigned`: open, and nobody carries it; `open`: all that have not ended.
    With `state` the view `open` lets ended ones through as well.
    """

    NAME: ClassVar[str] = "inbox"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = InboxAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
    newest_first: bool = False
    view: InboxView = "waiting"
    state: ConcernState | None = None
    code: Code | None = None
    urgency: Urgency | None = None
    language: Language | None = None
    team: Token | None = None
    tag: Code | None = None
