"""Group offers and their sessions: courses, clubs, practice groups and children's groups."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import ITEMS_MAX, Answer, Code, Fact, Language, Order, Part, Question, SaidPart, Version
from lotse_contracts.intake import Day
from lotse_contracts.values import COORDINATORS, COUNSELLORS, GroupKind, RecipientLanguage

NAME_CHARACTERS_MAX = 200
ABOUT_CHARACTERS_MAX = 2_000
SEATS_MAX = 10_000
SESSION_MINUTES_MAX = 720
AGE_MAX = 120
HEADS_MAX = 2_000
LocalTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time on the clocks of Dresden, such as `16:30`."""
SeriesRule = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9=;,-]{0,200}$")]
"""A recurrence rule of RFC 5545 (3.3.10) without its name: FREQ WEEKLY or MONTHLY, INTERVAL, BYDAY, BYMONTHDAY, and
COUNT or UNTIL (a date). Empty: one session."""


class OfferText(Part):
    """What it is called and what it is, in one language."""

    language: RecipientLanguage
    title: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    about: str = Field(default="", max_length=ABOUT_CHARACTERS_MAX)


class Series(Part):
    """When it takes place, in Dresden's local time across both changes of the clock."""

    starts_on: Day = Field(description="the first session; the rule counts from here")
    at: LocalTime
    minutes: int = Field(ge=5, le=SESSION_MINUTES_MAX)
    rule: SeriesRule = ""
    skips_holidays: bool = Field(default=False, description="none on a holiday of Saxony")


class GroupOfferContent(Order):
    """Everything that people see of an offer; `texts` beside the name, which is in German."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "offer_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    offer_id: UUID
    kind: GroupKind
    name: str = Field(min_length=1, max_length=NAME_CHARACTERS_MAX)
    texts: tuple[OfferText, ...] = Field(default=(), max_length=4)
    service_id: UUID | None = Field(default=None, description="the service of the directory that it belongs to")
    series: Series
    location_id: UUID | None = Field(default=None, description="of the directory; else `place`")
    place: str = Field(default="", max_length=NAME_CHARACTERS_MAX)
    languages: tuple[Language, ...] = Field(default=(), max_length=10, description="spoken there")
    age_from: int | None = Field(default=None, ge=0, le=AGE_MAX)
    age_to: int | None = Field(default=None, ge=0, le=AGE_MAX)
    women_only: bool = False
    drop_in: bool = Field(default=False, description="whoever comes is there: no seats, no sign-up")
    seats: int = Field(ge=0, le=SEATS_MAX)
    open: bool = Field(default=True, description="for sign-up")
    registration_until: AwareDatetime | None = None
    grant_id: UUID | None = Field(default=None, description="the grant of the ledger that pays for it")
    plan_line: Code | None = Field(default=None, description="the line of that grant's plan, as the ledger spells it")


class MakeGroupOffer(GroupOfferContent):
    """A new offer."""

    NAME: ClassVar[str] = "make-group-offer"


class ChangeGroupOffer(GroupOfferContent):
    """The offer is like this from now on; with more seats those who wait longest move up."""

    NAME: ClassVar[str] = "change-group-offer"

    version: Version | None = Field(default=None, description="that the change was made on; refused if it has changed")


class CancelGroupOffer(Order):
    """It does not take place any more; whoever has a place is told."""

    NAME: ClassVar[str] = "cancel-group-offer"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "offer_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    offer_id: UUID


class GroupSessionOrder(Order):
    """About one session; it keeps the day on which the rule puts it as its name (RFC 5545, RECURRENCE-ID)."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "offer_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    offer_id: UUID
    session: Day


class CancelGroupSession(GroupSessionOrder):
    """This one does not take place; whoever has a place is told."""

    NAME: ClassVar[str] = "cancel-group-session"


class MoveGroupSession(GroupSessionOrder):
    """This one takes place at another time or place; on its own day and time again, it is as the rule says."""

    NAME: ClassVar[str] = "move-group-session"

    on: Day
    at: LocalTime
    minutes: int | None = Field(default=None, ge=5, le=SESSION_MINUTES_MAX, description="absent: as always")
    place: str = Field(default="", max_length=NAME_CHARACTERS_MAX, description="empty: as always")


class RecordGroupSession(GroupSessionOrder):
    """It took place and so many were there; heads are counted, nobody is named.

    Whoever comes twice is two heads. Volunteers and staff are not counted.
    """

    NAME: ClassVar[str] = "record-group-session"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    record_id: UUID
    adults: int = Field(ge=0, le=HEADS_MAX)
    children: int = Field(default=0, ge=0, le=HEADS_MAX, description="under 18 years")
    first_time: int | None = Field(default=None, ge=0, le=HEADS_MAX, description="of all of them; absent: not counted")
    corrects: UUID | None = Field(default=None, description="the record that this one supersedes")
    void: bool = Field(default=False, description="with `corrects`: it did not take place")


# Facts


class GroupOfferFact(Fact):
    """Something became of an offer; nobody is named in it."""

    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "offer_id"

    offer_id: UUID
    version: Version


class GroupOfferMade(GroupOfferFact):
    """There is a new one."""

    NAME: ClassVar[str] = "group-offer-made"

    kind: GroupKind
    plan_line: Code | None = None


class GroupOfferChanged(GroupOfferFact):
    """It is different from now on."""

    NAME: ClassVar[str] = "group-offer-changed"

    kind: GroupKind
    plan_line: Code | None = None


class GroupOfferCancelled(GroupOfferFact):
    """It does not take place any more."""

    NAME: ClassVar[str] = "group-offer-cancelled"


class GroupSessionMoved(GroupOfferFact):
    """One session takes place at another time or place."""

    NAME: ClassVar[str] = "group-session-moved"

    session: Day
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class GroupSessionCancelled(GroupOfferFact):
    """One session does not take place."""

    NAME: ClassVar[str] = "group-session-cancelled"

    session: Day


class GroupSessionHeld(GroupOfferFact):
    """So many were there; `version` is that of the session's count.

    `corrects` names the record that does not count any more; with `void` this one does not count either.
    """

    NAME: ClassVar[str] = "group-session-held"

    record_id: UUID
    session: Day
    kind: GroupKind
    adults: int
    children: int
    first_time: int | None = None
    grant_id: UUID | None = None
    plan_line: Code | None = None
    corrects: UUID | None = None
    void: bool = False


# Questions


class GroupSession(SaidPart):
    """One session as it takes place; `session` is the day on which the rule puts it."""

    session: Day
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str | None = None
    moved: bool = False
    cancelled: bool = False


class GroupOfferSeen(SaidPart):
    """An offer with its seats and its next sessions."""

    offer_id: UUID
    version: Version
    kind: GroupKind
    name: str
    seats: int
    drop_in: bool
    open: bool
    cancelled: bool
    taken: int = Field(ge=0)
    waiting: int = Field(ge=0)
    registration_until: AwareDatetime | None = None
    grant_id: UUID | None = None
    plan_line: Code | None = None
    next_sessions: tuple[GroupSession, ...] = Field(max_length=ITEMS_MAX)


class GroupOffersAnswer(Answer):
    """By name; `after` asks for the next page, absent on the last."""

    offers: tuple[GroupOfferSeen, ...] = Field(max_length=ITEMS_MAX)
    after: UUID | None = None


class AskGroupOffers(Question):
    """Which group offers are there?"""

    NAME: ClassVar[str] = "group-offers"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = GroupOffersAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    ended_too: bool = Field(default=False, description="also those that are over or cancelled")
    after: UUID | None = Field(default=None, description="of the page before")
