"""Which services fit a concern, and why."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Answer, AssociationName, Code, Fact, Language, Order, Question, SaidPart, Version
from lotse_contracts.values import COUNSELLORS, DeliveryMode, Urgency


class ProposeServices(Order):
    """A counsellor asks for a fresh match of a concern."""

    NAME: ClassVar[str] = "propose-services"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    code: Code
    language: Language
    urgency: Urgency = "normal"


class ScoredFactor(SaidPart):
    """Points of one factor and the reason for them; a code, so that each frontend says it in its language."""

    factor: Code
    points: int = Field(ge=0, le=100)
    because: Code


class Candidate(SaidPart):
    """One service of the directory with its score out of 100."""

    service_id: UUID
    score: int = Field(ge=0, le=100)
    factors: tuple[ScoredFactor, ...] = Field(max_length=20)
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class ServicesProposed(Fact):
    """Where this concern could go, best first."""

    NAME: ClassVar[str] = "services-proposed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    person_id: UUID
    version: Version
    candidates: tuple[Candidate, ...] = Field(max_length=20)


class GapFound(Fact):
    """Nothing fits: an anonymous record for the city."""

    NAME: ClassVar[str] = "gap-found"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "gap_id"
    ANONYMOUS: ClassVar[bool] = True

    gap_id: UUID
    code: Code
    language: Language


class NamedCandidate(SaidPart):
    """A candidate with what a counsellor needs to choose."""

    service_id: UUID
    name: str = Field(max_length=300)
    organization: str = Field(max_length=300)
    address: str | None = Field(default=None, max_length=300)
    phone: str | None = Field(default=None, max_length=60)
    modes: tuple[DeliveryMode, ...] = Field(max_length=10)
    association: AssociationName | None = None
    score: int = Field(ge=0, le=100)
    factors: tuple[ScoredFactor, ...] = Field(max_length=20)
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class SuggestionsAnswer(Answer):
    """Best first; empty until the concern was matched."""

    matched: bool
    candidates: tuple[NamedCandidate, ...] = Field(max_length=20)


class AskSuggestions(Question):
    """Which services fit this concern, and why?"""

    NAME: ClassVar[str] = "suggestions"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = SuggestionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
