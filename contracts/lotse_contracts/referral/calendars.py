"""Appointments in a calendar, as a file or followed."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Answer, Digest, Order, Question, Version
from lotse_contracts.values import COUNSELLORS, Detail, RecipientLanguage


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
