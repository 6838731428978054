"""Which services fit a concern, why, what is left out and why, and what ought to be asked first."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    AssociationName,
    Code,
    Fact,
    Language,
    Order,
    Part,
    Question,
    SaidPart,
    Version,
)
from lotse_contracts.values import COUNSELLORS, DeclineReason, DeliveryMode, Urgency

LANGUAGES_MAX = 10
FREE_TIMES_MAX = 14
PREFERRED_MAX = 10
EARLIER_DECLINES_MAX = 20
CANDIDATES_MAX = 20
EXCLUDED_MAX = ITEMS_MAX
RULES_MAX = 20
AGE_MAX = 120
CHILDREN_MAX = 20

Place = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w .()/-]{1,59}$")]
"""The name of a borough, a part of town or a town; never a street."""
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Local time in Dresden."""
Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FirstTitle = Literal["before_2025_04_01", "after", "unknown"]
"""When the first title under section 24 was issued, by the calendar of Dresden; the day itself is not needed."""
Eligibility = Literal["true", "false", "unknown"]
RuleState = Literal["in_force", "pending"]


class FreeTime(Part):
    """When she has time: a weekday, and hours of it where they matter."""

    byday: Weekday
    from_time: Clock | None = None
    to_time: Clock | None = None


class EarlierDecline(Part):
    """A service that has said no already, outside what referral itself remembers."""

    service_id: UUID
    reason: DeclineReason


class NeedFacts(Part):
    """What matching may know besides the concern itself: each of it may be missing, and what is missing is never a no.

    Nothing of origin, religion or nationality is asked. `women_only` is a wish, not a trait.
    """

    languages: tuple[Language, ...] = Field(default=(), max_length=LANGUAGES_MAX, description="in her order")
    interpreter_possible: bool | None = None
    status: Code | None = Field(default=None, description="of the code list `legal_status`")
    first_title: FirstTitle = "unknown"
    receives: tuple[Code, ...] = Field(
        default=(), max_length=10, description="sub-codes of benefits that are paid now, such as `sgb2`"
    )
    age: int | None = Field(default=None, ge=0, le=AGE_MAX, description="of the person whom it is about")
    children: int | None = Field(default=None, ge=0, le=CHILDREN_MAX)
    pregnant: bool | None = None
    able_to_work: bool | None = None
    women_only: bool | None = None
    district: Place | None = None
    postal_code: PostalCode | None = None
    town: Place | None = Field(default=None, description="where she lives, if not in the association's own town")
    step_free: bool | None = None
    remote_possible: bool | None = None
    times_free: tuple[FreeTime, ...] = Field(default=(), max_length=FREE_TIMES_MAX)
    preferred: tuple[UUID, ...] = Field(default=(), max_length=PREFERRED_MAX)
    declined_by: tuple[EarlierDecline, ...] = Field(default=(), max_length=EARLIER_DECLINES_MAX)


class ProposeServices(Order):
    """A counsellor asks for a fresh match of a concern. `facts` replace the ones that were told before."""

    NAME: ClassVar[str] = "propose-services"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    code: Code
    sub_code: Code | None = None
    language: Language
    urgency: Urgency = "normal"
    facts: NeedFacts | None = Field(default=None, description="absent: as they were told last")


class ScoredFactor(SaidPart):
    """Points of one factor and the reason for them; codes, so that each frontend says it in its language."""

    factor: Code
    points: int = Field(ge=0, le=100)
    because: Code
    detail: str | None = Field(default=None, max_length=80, description="such as `uk TH 14:00-17:00`, or kilometres")
    source: str | None = Field(default=None, max_length=80, description="where it is from, with its date if known")


class Candidate(SaidPart):
    """One service of the directory with its score out of 100."""

    service_id: UUID
    score: int = Field(ge=0, le=100)
    factors: tuple[ScoredFactor, ...] = Field(max_length=20)
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class ServicesProposed(Fact):
    """Where this concern could go, best first. What a rule of law says about her stays with the desk."""

    NAME: ClassVar[str] = "services-proposed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    person_id: UUID
    version: Version
    candidates: tuple[Candidate, ...] = Field(max_length=CANDIDATES_MAX)


class GapFound(Fact):
    """Nothing fits: an anonymous record for the city."""

    NAME: ClassVar[str] = "gap-found"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "gap_id"
    ANONYMOUS: ClassVar[bool] = True

    gap_id: UUID
    code: Code
    language: Language


class Change(SaidPart):
    """The smallest change that would make it otherwise: what would have to be different, and how."""

    what: Code = Field(description="a field of the need, or `day`, `directory`, `overrule`")
    to: str = Field(max_length=80, description="the value that it would have to have")


class RuleFinding(SaidPart):
    """What one dated rule says about her and a service. For the desk alone: she is shown no legal result.

    A `pending` rule is not the law yet: it only warns, and changes neither rank nor `eligible`.
    """

    rule: Code
    value: Eligibility
    state: RuleState
    law: str = Field(max_length=200)
    source: str = Field(max_length=300)
    valid_from: str | None = Field(default=None, max_length=10, description="YYYY-MM-DD; open where it is not known")
    valid_to: str | None = Field(default=None, max_length=10)
    question: Code | None = Field(default=None, description="the one question that would decide it")
    else_go: Code | None = Field(default=None, description="the sub-code that is responsible instead")
    change: Change | None = None


class QuestionToAsk(SaidPart):
    """The question that would decide most among the best services; the texts are for her."""

    code: Code
    field: Code = Field(description="of `NeedFacts`, where the answer belongs")
    uk: str = Field(max_length=300)
    ru: str = Field(max_length=300)
    de: str = Field(max_length=300)
    en: str = Field(max_length=300)


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
    tier: int = Field(default=0, ge=0, le=2, description="whatever its points, it stands behind every lower tier")
    eligible: Eligibility = Field(default="unknown", description="`false` ranks behind all others, and never hides")
    rules: tuple[RuleFinding, ...] = Field(default=(), max_length=RULES_MAX)


class NamedExclusion(SaidPart):
    """A service that was left out, the rule that did it, and what would bring it in."""

    service_id: UUID
    name: str = Field(max_length=300)
    rule: Code
    because: str | None = Field(default=None, max_length=80)
    source: str | None = Field(default=None, max_length=80)
    change: Change


class SuggestionsAnswer(Answer):
    """Best first; empty until the concern was matched. With `gap` nothing covers it, and orientation is suggested."""

    matched: bool
    candidates: tuple[NamedCandidate, ...] = Field(max_length=CANDIDATES_MAX)
    gap: bool = False
    question: QuestionToAsk | None = None
    excluded: tuple[NamedExclusion, ...] = Field(default=(), max_length=EXCLUDED_MAX)
    excluded_more: int = Field(default=0, ge=0, description="left out as well, beyond the ones named")
    not_covering: int = Field(default=0, ge=0, description="services that do something else; each is left out for it")
    more: int = Field(default=0, ge=0, description="fitting services beyond the ones shown")


class AskSuggestions(Question):
    """Which services fit this concern, and why?"""

    NAME: ClassVar[str] = "suggestions"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = SuggestionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
