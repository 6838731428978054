"""What is agreed on in a case: goals, and tasks until a day."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Fact, Order, Part, SaidPart, Sealed, Token, Version
from lotse_contracts.intake.contents import Day
from lotse_contracts.values import COUNSELLORS

LINE_CHARACTERS_MAX = 500  # a goal or a task, in one sentence or three; all that are open fit one answer
GoalResult = Literal["reached", "partly_reached", "dropped"]
TaskResult = Literal["done", "dropped"]
DropReason = Literal["no_longer_needed", "not_possible", "her_wish", "done_otherwise", "in_error", "case_closed"]
TaskMark = Literal["soon", "due", "overdue"]
"""A working day before, on the day, and a working day after."""


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


class LineContent(Part):
    """The plaintext of a goal or a task."""

    text: str = Field(min_length=1, max_length=LINE_CHARACTERS_MAX)


# Facts


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


# Questions


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
