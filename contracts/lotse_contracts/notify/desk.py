"""What staff may ask about notifications, and what they say about one that nobody can be sure of."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Order, Question, SaidPart, Token
from lotse_contracts.values import (
    COUNSELLORS,
    ContactKind,
    NoticeCategory,
    NoticeChannel,
    RecipientLanguage,
    TemplateName,
)

FoundOut = Literal["arrived", "absent", "leave"]
"""`arrived`: she has it. `absent`: she surely has not, so it may go again. `leave`: nobody will find out."""
StepKind = Literal["decision", "attempt", "receipt", "staff"]
STEP_CHARACTERS_MAX = 500


class Decision(SaidPart):
    """One step of a notification and why it was taken."""

    at: AwareDatetime
    decision: Code
    because: Code


class Step(SaidPart):
    """One line of what happened to a notification; `text` says it in the language that was asked for."""

    at: AwareDatetime
    kind: StepKind
    code: Code = Field(description="a state of the notification or of a try, or what staff found out")
    because: Code | None = None
    channel: NoticeChannel | None = None
    provider: Token | None = None
    until: AwareDatetime | None = Field(default=None, description="when it is looked at again, while it waits")
    text: str = Field(max_length=STEP_CHARACTERS_MAX)


class Notice(SaidPart):
    """A notification as it stands. Nothing of what it says, and no address."""

    notification_id: UUID
    person_id: UUID
    template: TemplateName
    category: NoticeCategory
    state: Code
    because: Code
    channel: ContactKind
    language: RecipientLanguage | None = None
    appointment_id: UUID | None = None
    asked_at: AwareDatetime
    due_at: AwareDatetime | None = Field(default=None, description="when it is looked at again, while it waits")
    useful_by: AwareDatetime
    ended_at: AwareDatetime | None = None
    text: str = Field(default="", max_length=STEP_CHARACTERS_MAX, description="how it stands, in words")


class WhyAnswer(Answer):
    """Oldest first; empty when nobody ever asked for it."""

    decisions: tuple[Decision, ...] = Field(max_length=ITEMS_MAX)
    notice: Notice | None = None
    steps: tuple[Step, ...] = Field(default=(), max_length=ITEMS_MAX, description="decisions, tries and receipts")


class AskWhy(Question):
    """Why was this told, or not told? Either the key that it was asked for under, or its id."""

    NAME: ClassVar[str] = "why"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = WhyAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    dedupe_key: Token | None = None
    notification_id: UUID | None = None
    language: RecipientLanguage = Field(default="de", description="of the words")


class NoticesAnswer(Answer):
    """Newest first."""

    notices: tuple[Notice, ...] = Field(max_length=ITEMS_MAX)


class AskNotices(Question):
    """What was this person told, what waits, and what did not reach her?"""

    NAME: ClassVar[str] = "notices"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = NoticesAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    language: RecipientLanguage = Field(default="de", description="of the words")
    limit: int = Field(default=50, ge=1, le=ITEMS_MAX)


class Doubt(SaidPart):
    """A message that may or may not have reached her provider; it is not sent again blindly."""

    notice: Notice
    channel: NoticeChannel
    provider: Token
    since: AwareDatetime
    reason: Code


class UnresolvedAnswer(Answer):
    """Oldest first; `more` says that there are others."""

    doubts: tuple[Doubt, ...] = Field(max_length=ITEMS_MAX)
    more: bool = False


class AskUnresolved(Question):
    """Which messages may or may not have left?"""

    NAME: ClassVar[str] = "unresolved"
    SERVICE: ClassVar[str] = "notify"
    ANSWER: ClassVar[type[Answer]] = UnresolvedAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    language: RecipientLanguage = Field(default="de", description="of the words")
    limit: int = Field(default=50, ge=1, le=ITEMS_MAX)


class ResolveNotice(Order):
    """Somebody found out what became of a doubtful message, or that nobody will."""

    NAME: ClassVar[str] = "resolve-notice"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    notification_id: UUID
    found: FoundOut


class TryAgain(Order):
    """The cause is mended: decide anew about a notification that failed. What may have left is never sent again."""

    NAME: ClassVar[str] = "try-again"
    SERVICE: ClassVar[str] = "notify"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    notification_id: UUID
