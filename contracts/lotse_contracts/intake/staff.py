"""Staff as pseudonyms: what they speak, which teams they are in, when they are away and who acts for them."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Fact, Language, Order, Question, SaidPart, Token, Version
from lotse_contracts.intake.contents import Day
from lotse_contracts.values import COORDINATORS, COUNSELLORS

LANGUAGES_MAX = 20
TEAMS_MAX = 20
LOAD_DEFAULT = 40  # open concerns that one counsellor carries, before whoever assigns another is warned


class EnrolStaff(Order):
    """A coordinator writes down a member of staff, or changes what was written; who was retired is back."""

    NAME: ClassVar[str] = "enrol-staff"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "actor"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    actor: Token = Field(description="the subject of the token: a pseudonym, never a name or an address")
    languages: tuple[Language, ...] = Field(default=(), max_length=LANGUAGES_MAX)
    teams: tuple[Token, ...] = Field(default=(), max_length=TEAMS_MAX)
    load_max: int = Field(default=LOAD_DEFAULT, ge=1, le=1_000, description="open concerns before a warning")


class SetAbsence(Order):
    """Somebody is away from one day to another, both included; a counsellor says so only of herself.

    Without days the absence ends. Whoever substitutes may act on everything the absent colleague carries.
    """

    NAME: ClassVar[str] = "set-absence"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "actor"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    actor: Token
    absent_from: Day | None = None
    absent_to: Day | None = None
    substitute: Token | None = None


class RetireStaff(Order):
    """Somebody works here no more; what she carries goes to a successor, or back to the team."""

    NAME: ClassVar[str] = "retire-staff"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "actor"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    actor: Token
    successor: Token | None = None


class StaffFact(Fact):
    """About one member of staff."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "actor"

    actor: Token
    version: Version


class StaffEnrolled(StaffFact):
    """Somebody works here, or other languages and teams are known of her."""

    NAME: ClassVar[str] = "staff-enrolled"


class AbsenceSet(StaffFact):
    """An absence is known, or has ended."""

    NAME: ClassVar[str] = "absence-set"


class StaffRetired(StaffFact):
    """Somebody works here no more."""

    NAME: ClassVar[str] = "staff-retired"


class StaffMember(SaidPart):
    """`load` is how many open concerns she carries: for assigning, never to judge anybody by."""

    actor: Token
    languages: tuple[Language, ...] = Field(max_length=LANGUAGES_MAX)
    teams: tuple[Token, ...] = Field(max_length=TEAMS_MAX)
    load: int = Field(ge=0)
    load_max: int = Field(ge=1)
    absent_from: Day | None = None
    absent_to: Day | None = None
    substitute: Token | None = None
    is_absent: bool = False


class StaffAnswer(Answer):
    """Those who work here, by pseudonym; with a concern those first who fit it and carry least."""

    members: tuple[StaffMember, ...] = Field(max_length=ITEMS_MAX)


class AskStaff(Question):
    """Who works here, and for `concern_id`: who fits?"""

    NAME: ClassVar[str] = "staff"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = StaffAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    team: Token | None = None
    concern_id: UUID | None = None
