"""Contacts: consultations that are counted, in a case, in the corridor, or with a group."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Fact, Language, Order, Question, SaidPart
from lotse_contracts.intake.contents import CONCERNS_MAX, Day
from lotse_contracts.values import COUNSELLORS, Channel, Depth

CONTACT_MINUTES_MAX = 600
PARTICIPANTS_MAX = 50  # of one consultation; more is a group
HEADS_MAX = 2_000  # of one group offer


class RecordContact(Order):
    """One counted consultation; with a person, the first one moves her assigned concerns into advice."""

    NAME: ClassVar[str] = "record-contact"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    contact_id: UUID
    person_id: UUID | None = None
    case_id: UUID | None = None
    concern_id: UUID | None = Field(default=None, description="what it was about, where that is one concern")
    at: AwareDatetime
    minutes: int = Field(ge=1, le=CONTACT_MINUTES_MAX)
    channel: Channel
    depth: Depth
    language: Language
    interpreter: bool = False
    participants: int = Field(default=1, ge=1, le=PARTICIPANTS_MAX, description="who were advised, staff apart")
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)


class RecordQuickContact(Order):
    """Corridor and phone, without a person: five fields. It is information, at the envelope's time."""

    NAME: ClassVar[str] = "record-quick-contact"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    contact_id: UUID
    minutes: int = Field(ge=1, le=CONTACT_MINUTES_MAX)
    channel: Channel
    language: Language
    code: Code


class CorrectContact(RecordContact):
    """What was recorded was wrong: this takes its place in every count, and the old one stays as it was.

    `void` says that there was no such contact at all.
    """

    NAME: ClassVar[str] = "correct-contact"

    corrects: UUID = Field(description="the contact that is superseded, a quick one too")
    void: bool = False


class RecordGroupContact(Order):
    """A group offer took place; heads are counted, nobody is named."""

    NAME: ClassVar[str] = "record-group-contact"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    contact_id: UUID
    offer: Code
    head_count: int = Field(ge=1, le=HEADS_MAX)
    language: Language
    minutes: int = Field(ge=1, le=CONTACT_MINUTES_MAX)
    at: AwareDatetime | None = Field(default=None, description="default: the envelope's time")
    corrects: UUID | None = Field(default=None, description="the group contact that this one supersedes")
    void: bool = Field(default=False, description="with `corrects`: there was no such meeting")


class ContactRecorded(Fact):
    """A consultation is counted."""

    NAME: ClassVar[str] = "contact-recorded"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"

    contact_id: UUID
    depth: Depth
    channel: Channel


class ContactCorrected(Fact):
    """Another contact counts in the place of one that was wrong, or none does."""

    NAME: ClassVar[str] = "contact-corrected"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"

    contact_id: UUID
    corrects: UUID
    void: bool


class GroupContactRecorded(Fact):
    """A group offer is counted, or corrected where it names the one before."""

    NAME: ClassVar[str] = "group-contact-recorded"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"

    contact_id: UUID
    offer: Code
    corrects: UUID | None = None
    void: bool = False


class ContactEntry(SaidPart):
    """One contact as it counts; who recorded it is nobody's statistic."""

    contact_id: UUID
    person_id: UUID | None = None
    case_id: UUID | None = None
    at: AwareDatetime
    minutes: int
    channel: Channel
    depth: Depth
    language: Language
    interpreter: bool
    participants: int
    codes: tuple[Code, ...]
    correction: bool = False


class ContactsAnswer(Answer):
    """By time; `mine` says that the asker recorded them all."""

    mine: bool
    entries: tuple[ContactEntry, ...] = Field(max_length=ITEMS_MAX)
    minutes: int = Field(ge=0, description="of all of the day's, also of those that one answer cannot hold")
    count: int = Field(ge=0)


class AskContactsOfDay(Question):
    """What did I record that day? A coordinator may ask for the whole house, and is never told who recorded what."""

    NAME: ClassVar[str] = "contacts-of-day"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ContactsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    on: Day = Field(description="in Dresden's time")
    mine: bool = True
