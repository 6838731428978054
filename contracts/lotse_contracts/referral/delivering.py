"""How a referral reaches whoever will never log in: released fields, a link, a letter, a volunteer, a call."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Fact,
    Language,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
)
from lotse_contracts.intake import SealingKeyAnswer
from lotse_contracts.values import (
    COUNSELLORS,
    CallAnswer,
    DeclineReason,
    FieldGroup,
    LinkStateName,
    LinkWay,
    TaskKind,
    TaskResult,
    TaskState,
    Urgency,
)

OFFICE_CHARACTERS_MAX = 2_000  # of one message between an office and the desk


class OfficeText(Part):
    """The plaintext of what is said between an office and the desk about one referral."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=OFFICE_CHARACTERS_MAX)]


class OfficePage(Part):
    """The plaintext of `ReferralLinkAnswer.link`: where the office answers. It opens once."""

    url: str = Field(max_length=300)


# Orders


class ForwardFields(Order):
    """Intake hands over the sealed fields of one referral.

    For another association they are sealed to its intake, and referral cannot open them. For a service that will never
    log in they are sealed to referral itself, bound to this order's type and the referral's id.
    """

    NAME: ClassVar[str] = "forward-fields"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    fields: Sealed


class MailReferralLink(Order):
    """Mail a fresh link to the service's address in the directory; the links before it open nothing any more."""

    NAME: ClassVar[str] = "mail-referral-link"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID


class AnswerOffice(Order):
    """The desk answers what an office asked back; it reads it on its page. `content` is sealed to referral."""

    NAME: ClassVar[str] = "answer-office"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    content: Sealed


class AssignTask(Order):
    """A volunteer goes along, or somebody of the desk makes the call; again with another name changes who."""

    NAME: ClassVar[str] = "assign-task"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    assignee: Token = Field(description="the actor name of a volunteer or a colleague; never the person's")


class SettleTask(Order):
    """What became of it. After `no_answer` it stays open; a call that was `done` says what the office answered."""

    NAME: ClassVar[str] = "settle-task"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    result: TaskResult
    answer: CallAnswer | None = None
    reason: DeclineReason | None = None


# Facts


class DeliveryFact(Fact):
    """Something became of the delivery of a referral."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID


class ReferralLinkMade(DeliveryFact):
    """A link for the office was made; the ones before it open nothing any more."""

    NAME: ClassVar[str] = "referral-link-made"

    way: LinkWay
    expires_at: AwareDatetime


class OfficeWrote(DeliveryFact):
    """The office left a message on its page; the desk reads it with `ask delivery`."""

    NAME: ClassVar[str] = "office-wrote"


class HeldFieldsDestroyed(DeliveryFact):
    """Fields that were held for an office's page or letter are gone."""

    NAME: ClassVar[str] = "held-fields-destroyed"

    because: Code


class TaskChanged(DeliveryFact):
    """A task to go along or to call is open, assigned, done or failed."""

    NAME: ClassVar[str] = "task-changed"

    kind: TaskKind
    state: TaskState


# Questions


class AskSealingKey(Question):
    """Which key are answers to offices, and fields for them, sealed to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class ReferralLinkAnswer(Answer):
    """A fresh link, to be read out or written down once; sealed to whoever asked."""

    expires_at: AwareDatetime
    link: Sealed


class AskReferralLink(Question):
    """Make a fresh link for the office and tell it to me; the links before it open nothing any more."""

    NAME: ClassVar[str] = "referral-link"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = ReferralLinkAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    reply_key: Base64Url


class LinkEntry(SaidPart):
    """One link that was made, and how it stands."""

    way: LinkWay
    state: LinkStateName
    made_at: AwareDatetime
    expires_at: AwareDatetime
    opened_at: AwareDatetime | None = None
    mailed_at: AwareDatetime | None = None
    not_mailed: Code | None = Field(default=None, description="why the mail did not leave")


class OfficeEntry(SaidPart):
    """One message between the office and the desk, oldest first; `content` is an `OfficeText`, sealed to the asker."""

    at: AwareDatetime
    by_office: bool
    content: Sealed


class DeliveryAnswer(Answer):
    """How the delivery of one referral stands."""

    links: tuple[LinkEntry, ...] = Field(default=(), max_length=ITEMS_MAX)
    held_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=10)
    held_until: AwareDatetime | None = Field(default=None, description="unset as long as the referral is open")
    messages: tuple[OfficeEntry, ...] = Field(default=(), max_length=ITEMS_MAX)


class AskDelivery(Question):
    """Was the link opened, what does the office write, what is still held for it?"""

    NAME: ClassVar[str] = "delivery"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = DeliveryAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    reply_key: Base64Url


class TaskEntry(SaidPart):
    """One task: where to go or whom to call, and what to say there in German and in the person's language."""

    referral_id: UUID
    person_id: UUID
    kind: TaskKind
    state: TaskState
    assignee: Token | None = None
    urgency: Urgency
    since: AwareDatetime
    tries: int = Field(default=0, ge=0)
    service: str = Field(max_length=300)
    number: str | None = Field(default=None, max_length=60)
    address: str | None = Field(default=None, max_length=300)
    language: Language
    say: str = Field(max_length=600)


class TasksAnswer(Answer):
    """Urgent ones first, then oldest first."""

    tasks: tuple[TaskEntry, ...] = Field(max_length=ITEMS_MAX)


class AskTasks(Question):
    """Who is to go along, and where is somebody to call?"""

    NAME: ClassVar[str] = "tasks"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = TasksAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    kind: TaskKind | None = None
    assignee: Token | None = None
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
