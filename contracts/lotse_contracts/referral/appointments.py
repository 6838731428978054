"""Appointments, the times that an office proposes, interpreters, and the calendar file."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    Answer,
    Code,
    Digest,
    Fact,
    Language,
    Order,
    Part,
    Question,
    SaidPart,
    Token,
    Version,
)
from lotse_contracts.values import (
    COUNSELLORS,
    AppointmentEnd,
    Detail,
    InterpreterAnswerName,
    InterpreterRefusal,
    InterpreterStateName,
    MoveWish,
    RecipientLanguage,
    TimesParty,
)

PLACE = "a location id of the directory, or `there` (at the office), `phone`, `online`"
PROPOSED_MAX = 5  # times that are offered at once; more than that nobody compares
INTERPRETER_MINUTES_MAX = 480  # a working day


class FixAppointment(Order):
    """An appointment is fixed, moved (again the same uid) or, with `cancelled`, taken back."""

    NAME: ClassVar[str] = "fix-appointment"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    appointment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description=PLACE)
    cancelled: bool = False
    language: Language | None = Field(default=None, description="what will be spoken there, where that is known")
    interpreter: bool = Field(default=False, description="an interpreter is needed; `request-interpreter` asks for one")
    reason: AppointmentEnd | None = Field(default=None, description="why it is taken back")


class AppointmentFixed(Fact):
    """Where and when; the person is told by notify, which alone computes the reminders.

    `warnings`: `overlaps_another`, `in_the_past`, `no_working_day`. With `tell` false nothing is pushed to her.
    """

    NAME: ClassVar[str] = "appointment-fixed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description=PLACE)
    language: Language | None = None
    tell: bool = True
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class AppointmentMoved(AppointmentFixed):
    """The same appointment at another time."""

    NAME: ClassVar[str] = "appointment-moved"


class AppointmentCancelled(Fact):
    """It does not take place. With `tell` false nothing is pushed to her."""

    NAME: ClassVar[str] = "appointment-cancelled"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    reason: AppointmentEnd | None = None
    tell: bool = True


# Times that an office proposes


class ProposedTime(Part):
    """One of the times; it becomes the appointment of the same id when it is confirmed."""

    proposal_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description=PLACE)


class ProposeTimes(Order):
    """The desk writes down what the office offered; the times of before that nobody answered lapse."""

    NAME: ClassVar[str] = "propose-times"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    times: tuple[ProposedTime, ...] = Field(min_length=1, max_length=PROPOSED_MAX)


class AnswerProposal(Order):
    """The desk answers for her: a confirmed time is an appointment, and the others lapse."""

    NAME: ClassVar[str] = "answer-proposal"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    proposal_id: UUID
    confirmed: bool


class TimesProposed(Fact):
    """The office offers times; she or the desk confirms one of them."""

    NAME: ClassVar[str] = "times-proposed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    proposal_ids: tuple[UUID, ...] = Field(max_length=PROPOSED_MAX)
    version: Version = Field(description="rises with each set of times of this referral")
    proposed_by: TimesParty


class ProposalAnswered(Fact):
    """A proposed time was confirmed, and is an appointment of the same id now, or refused."""

    NAME: ClassVar[str] = "proposal-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    proposal_id: UUID
    referral_id: UUID
    person_id: UUID
    confirmed: bool
    answered_by: TimesParty


# Interpreters


class RequestInterpreter(Order):
    """An interpreter is asked for; a service that only institutions can book is asked by the institution."""

    NAME: ClassVar[str] = "request-interpreter"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    request_id: UUID
    referral_id: UUID
    appointment_id: UUID | None = Field(default=None, description="then it moves and ends with the appointment")
    language: Language
    starts_at: AwareDatetime | None = Field(default=None, description="needed where no appointment is named")
    minutes: int | None = Field(default=None, ge=15, le=INTERPRETER_MINUTES_MAX)
    service_id: UUID | None = Field(default=None, description="who shall interpret, such as the city's service")


class AnswerInterpreter(Order):
    """What the interpreters' service said: confirmed, refused with a reason, or taken back by us."""

    NAME: ClassVar[str] = "answer-interpreter"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    request_id: UUID
    referral_id: UUID
    answer: InterpreterAnswerName
    reason: InterpreterRefusal | None = None


class InterpreterFact(Fact):
    """About one request for an interpreter; `version` rises with each change of it."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    request_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version


class InterpreterRequested(InterpreterFact):
    """Somebody must book an interpreter; again where the appointment moved."""

    NAME: ClassVar[str] = "interpreter-requested"

    appointment_id: UUID | None = None
    language: Language
    starts_at: AwareDatetime
    minutes: int = Field(ge=1, le=INTERPRETER_MINUTES_MAX)
    service_id: UUID | None = None
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class InterpreterConfirmed(InterpreterFact):
    """Somebody will come."""

    NAME: ClassVar[str] = "interpreter-confirmed"


class InterpreterRefused(InterpreterFact):
    """Nobody will come."""

    NAME: ClassVar[str] = "interpreter-refused"

    reason: InterpreterRefusal


class InterpreterCancelled(InterpreterFact):
    """Nobody needs to come any more; whoever booked must cancel."""

    NAME: ClassVar[str] = "interpreter-cancelled"

    was_confirmed: bool


class InterpreterBookingAnswer(Answer):
    """A text in German, to be sent by whoever may book; nothing about the person is in it."""

    text: str = Field(max_length=4_000)
    state: InterpreterStateName
    bookable_by: TimesParty = Field(description="`receiver`: only the institution that she goes to can book")


class AskInterpreterBooking(Question):
    """What do I write to have an interpreter booked?"""

    NAME: ClassVar[str] = "interpreter-booking"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = InterpreterBookingAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    request_id: UUID


# The calendar


class ShareCalendar(Order):
    """A calendar may follow an appointment under `/calendar/{code}.ics` until a week after its end.

    Whoever orders it makes the code (`lotse_chassis.links.new_code`, 128 bit) and says its SHA-256 alone. `detail` says
    whether the address stands in the file; it never does where the place must stay secret.
    """

    NAME: ClassVar[str] = "share-calendar"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    appointment_id: UUID
    code_sha256: Digest
    detail: Detail = "neutral"


class RevokeCalendar(Order):
    """No calendar follows this appointment any more."""

    NAME: ClassVar[str] = "revoke-calendar"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    appointment_id: UUID


class CalendarFileAnswer(Answer):
    """An iCalendar file (RFC 5545) of one appointment, to be attached as it is; absent if there is no such one."""

    content: str | None = Field(default=None, max_length=20_000)
    method: str = Field(default="PUBLISH", max_length=20, description="PUBLISH, or CANCEL once it is taken back")
    media_type: str = Field(default="text/calendar; charset=utf-8; method=PUBLISH", max_length=100)
    file_name: str = Field(default="termin.ics", max_length=100)
    version: Version = 0


class AskCalendarFile(Question):
    """Which file may I attach? Both ids are random; nobody who knows only one of them gets anything."""

    NAME: ClassVar[str] = "calendar-file"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = CalendarFileAnswer

    appointment_id: UUID
    person_id: UUID
    language: RecipientLanguage | None = Field(default=None, description="absent: the language of the referral")
    detail: Detail = "neutral"


# Waiting lists of services


class NoteWaitlist(Order):
    """What a service says about its waiting list; only while the referral waits there. The newest note counts."""

    NAME: ClassVar[str] = "note-waitlist"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    note_id: UUID
    referral_id: UUID
    position: int | None = Field(default=None, ge=1, le=100_000)
    weeks: int | None = Field(default=None, ge=0, le=520, description="how long they say it takes from now")


class WaitlistNoted(Fact):
    """The newest word about her place on a service's waiting list."""

    NAME: ClassVar[str] = "waitlist-noted"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    note_id: UUID
    referral_id: UUID
    person_id: UUID
    position: int | None = None
    weeks: int | None = None


# As the desk reads them


class AppointmentSeen(SaidPart):
    """One appointment; `overlaps` names others of hers at the same time."""

    appointment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = None
    language: Language | None = None
    interpreter: bool = False
    cancelled: bool
    reason: Code | None = None
    version: Version
    overlaps: tuple[UUID, ...] = Field(default=(), max_length=50)
    wish: MoveWish | None = Field(default=None, description="how she would like it moved; the desk arranges it")


class ProposalSeen(SaidPart):
    """One proposed time and what became of it."""

    proposal_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = None
    proposed_by: TimesParty
    state: Code = Field(description="open, confirmed, refused or lapsed")
    answered_by: TimesParty | None = None


class InterpreterSeen(SaidPart):
    """One request for an interpreter."""

    request_id: UUID
    appointment_id: UUID | None = None
    service_id: UUID | None = None
    language: Language
    starts_at: AwareDatetime
    minutes: int
    state: InterpreterStateName
    reason: Code | None = None


class WaitlistSeen(SaidPart):
    """The newest note about a waiting list, and when it was taken."""

    position: int | None = None
    weeks: int | None = None
    noted_at: AwareDatetime
