"""A case with its file, and lists of cases, as staff read them."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Base64Url, Code, Question, SaidPart, Sealed, Token, Version
from lotse_contracts.intake.cases import CasePhase, ClosureReason, ConflictReason
from lotse_contracts.intake.contacts import ContactEntry
from lotse_contracts.intake.contents import Day, PersonFields
from lotse_contracts.intake.kin import LinkKind
from lotse_contracts.intake.notes import DocumentView, NoteView
from lotse_contracts.intake.plans import GoalView, TaskView
from lotse_contracts.values import COUNSELLORS, Urgency


class ConcernView(SaidPart):
    """One concern of the case."""

    concern_id: UUID
    enquiry_id: UUID
    code: Code
    state: Token
    urgency: Urgency
    due_at: AwareDatetime


class LinkView(SaidPart):
    """Somebody who belongs to her, seen from her side: `parent_of` says that she is the parent."""

    link_id: UUID
    kind: LinkKind
    other_id: UUID


class ConflictView(SaidPart):
    """A conflict that is marked."""

    actor: Token
    reason: ConflictReason
    at: AwareDatetime


class CaseContent(SaidPart):
    """The plaintext of `CaseAnswer.content`: the person and what moves now, and the file, newest first.

    Goals and tasks that are open are all here; what has ended, notes, documents and contacts come page by page.
    """

    fields: PersonFields
    other_cases: tuple[UUID, ...] = Field(default=(), description="of this person, in all of her records")
    concerns: tuple[ConcernView, ...] = ()
    links: tuple[LinkView, ...] = ()
    conflicts: tuple[ConflictView, ...] = ()
    goals: tuple[GoalView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    notes: tuple[NoteView, ...] = ()
    documents: tuple[DocumentView, ...] = ()
    contacts: tuple[ContactEntry, ...] = ()


class CaseAnswer(Answer):
    """How a case stands. Without the right to see it the content is absent, and only this outline is there."""

    case_id: UUID
    person_id: UUID
    version: Version
    phase: CasePhase
    phases: tuple[CasePhase, ...] = Field(max_length=ITEMS_MAX, description="where it may go from here")
    owner: Token | None = None
    team: Token | None = None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    closure_reason: ClosureReason | None = None
    proposed_owner: Token | None = None
    content: Sealed | None = None
    cursor: str | None = Field(default=None, max_length=200, description="for what is older; absent at the end")


class AskCase(Question):
    """Everything of a case that the asker may see; it goes into the access log."""

    NAME: ClassVar[str] = "case"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = CaseAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    case_id: UUID
    reply_key: Base64Url
    purpose: Code = "counselling"
    cursor: str | None = Field(default=None, max_length=200)


class CaseEntry(SaidPart):
    """One case in a list."""

    case_id: UUID
    person_id: UUID
    version: Version
    phase: CasePhase
    owner: Token | None = None
    team: Token | None = None
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    concerns_open: int = Field(ge=0)
    tasks_open: int = Field(ge=0)
    next_task_due: Day | None = None


class CasesAnswer(Answer):
    """One page, the longest open first."""

    entries: tuple[CaseEntry, ...] = Field(max_length=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)


class AskCases(Question):
    """Which cases are mine, my team's, open at all, or waiting for somebody to carry them?"""

    NAME: ClassVar[str] = "cases"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = CasesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    which: Literal["mine", "team", "open", "waiting"] = "mine"
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
