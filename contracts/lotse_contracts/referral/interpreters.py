"""Interpreters for appointments."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Answer, Code, Fact, Language, Order, Question, SaidPart, Version
from lotse_contracts.values import (
    COUNSELLORS,
    InterpreterAnswerName,
    InterpreterRefusal,
    InterpreterStateName,
    TimesParty,
)

INTERPRETER_MINUTES_MAX = 480  # a working day


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
