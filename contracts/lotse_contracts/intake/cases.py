"""Cases: who carries a person's concerns how far, and the file that is kept of it: goals, tasks, notes, documents."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Digest,
    Fact,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contacts import ContactEntry
from lotse_contracts.intake.contents import Day, PersonFields, TextContent
from lotse_contracts.intake.kin import LinkKind
from lotse_contracts.values import COORDINATORS, COUNSELLORS, Urgency

LINE_CHARACTERS_MAX = 500  # a goal or a task, in one sentence or three; all that are open fit one answer

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
GoalResult = Literal["reached", "partly_reached", "dropped"]
TaskResult = Literal["done", "dropped"]
DropReason = Literal["no_longer_needed", "not_possible", "her_wish", "done_otherwise", "in_error", "case_closed"]
NoteVisibility = Literal["self", "team", "referral"]
"""`self`: its author alone; `team`: who may see the case; `referral`: these too, and it may become a summary."""
DocumentPurpose = Literal["case", "consent_proof"]
TaskMark = Literal["soon", "due", "overdue"]
"""A working day before, on the day, and a working day after."""


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


class SetGoal(Order):
    """What is to be reached, agreed with the person."""

    NAME: ClassVar[str] = "set-goal"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    goal_id: UUID
    case_id: UUID
    person_id: UUID
    target: Day | None = None
    content: Sealed


class EndGoal(Order):
    """A goal is reached, in part, or dropped and why."""

    NAME: ClassVar[str] = "end-goal"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "goal_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    goal_id: UUID
    result: GoalResult
    reason: DropReason | None = Field(default=None, description="of `dropped`, and only of that")


class AddTask(Order):
    """Something to be done until a day, by somebody."""

    NAME: ClassVar[str] = "add-task"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    task_id: UUID
    case_id: UUID
    person_id: UUID
    goal_id: UUID | None = None
    assignee: Token | None = Field(default=None, description="an actor; default: whoever gives the order")
    due: Day
    content: Sealed


class MoveTask(Order):
    """Somebody else does it, or until another day."""

    NAME: ClassVar[str] = "move-task"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "task_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    task_id: UUID
    assignee: Token | None = None
    due: Day | None = None


class EndTask(Order):
    """A task is done, or dropped and why."""

    NAME: ClassVar[str] = "end-task"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "task_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    task_id: UUID
    result: TaskResult
    reason: DropReason | None = Field(default=None, description="of `dropped`, and only of that")


class NoteContent(TextContent):
    """The plaintext of a note. What it says about third persons stands apart, since she is not given that (Art. 15(4)).

    Everything else in a note, also in one for its author alone, she gets when she asks for her data.
    """

    about_others: str = Field(default="", max_length=4_000)


class LineContent(Part):
    """The plaintext of a goal or a task."""

    text: str = Field(min_length=1, max_length=LINE_CHARACTERS_MAX)


class WriteNote(Order):
    """A note in the file of a case."""

    NAME: ClassVar[str] = "write-note"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    case_id: UUID
    person_id: UUID
    visibility: NoteVisibility
    content: Sealed


class ShowNote(Order):
    """Its author, and nobody else, changes who may read a note."""

    NAME: ClassVar[str] = "show-note"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "note_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    visibility: NoteVisibility


class UseNoteAsSummary(Order):
    """A note of visibility `referral` becomes the person's `need_summary`, which a release may then carry.

    What it says about third persons does not go along.
    """

    NAME: ClassVar[str] = "use-note-as-summary"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "note_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID


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


class GoalSet(Fact):
    """A goal is agreed."""

    NAME: ClassVar[str] = "goal-set"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    goal_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version


class GoalEnded(Fact):
    """What became of a goal."""

    NAME: ClassVar[str] = "goal-ended"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    goal_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    result: GoalResult
    reason: DropReason | None = None


class TaskFact(Fact):
    """Something about a task."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    task_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    assignee: Token
    due: Day


class TaskSet(TaskFact):
    """A task stands, for the first time, with another day, or for somebody else."""

    NAME: ClassVar[str] = "task-set"


class TaskDue(TaskFact):
    """It comes near, is due today, or is overdue: whoever it is for is reminded, in the end a coordinator too."""

    NAME: ClassVar[str] = "task-due"

    mark: TaskMark


class TaskEnded(TaskFact):
    """Nobody is reminded of it any more."""

    NAME: ClassVar[str] = "task-ended"

    result: TaskResult
    reason: DropReason | None = None


class NoteWritten(Fact):
    """A note that others than its author may read; of others nothing is said."""

    NAME: ClassVar[str] = "note-written"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    note_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    visibility: NoteVisibility


class DocumentKept(Fact):
    """A file of hers is in a case, or proves a consent."""

    NAME: ClassVar[str] = "document-kept"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    document_id: UUID
    person_id: UUID
    version: Version
    purpose: DocumentPurpose
    case_id: UUID | None = None
    consent_id: UUID | None = None


# Questions


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


class GoalView(SaidPart):
    """One goal."""

    goal_id: UUID
    text: str
    set_at: AwareDatetime
    set_by: Token
    target: Day | None = None
    result: GoalResult | None = None
    reason: DropReason | None = None
    ended_at: AwareDatetime | None = None


class TaskView(SaidPart):
    """One task."""

    task_id: UUID
    goal_id: UUID | None = None
    text: str
    added_at: AwareDatetime
    added_by: Token
    assignee: Token
    due: Day
    result: TaskResult | None = None
    reason: DropReason | None = None
    ended_at: AwareDatetime | None = None


class NoteView(SaidPart):
    """One note that the asker may read."""

    note_id: UUID
    at: AwareDatetime
    author: Token
    visibility: NoteVisibility
    text: str
    about_others: str = ""


class DocumentView(SaidPart):
    """One file; its bytes come over HTTP, `GET /documents/{document_id}`."""

    document_id: UUID
    at: AwareDatetime
    kind: Code
    media_type: str = Field(max_length=40)
    size_bytes: int = Field(ge=0)
    sha256: Digest


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
