"""What she says became of it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Fact, Order
from lotse_contracts.values import (
    COUNSELLORS,
    CheckbackAnswerName,
    CheckbackSeries,
    CheckbackThrough,
    CheckbackWay,
    CheckbackWord,
)


class AnswerCheckback(Order):
    """What the person says became of it, typed in by staff; `said_by` staff: the counsellor knows it herself."""

    NAME: ClassVar[str] = "answer-checkback"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    answer: CheckbackAnswerName
    said_by: CheckbackWord = "person"


class CheckbackAsked(Fact):
    """We ask the person what became of it. `way` desk: nothing may be sent to her, so she is asked when she comes."""

    NAME: ClassVar[str] = "checkback-asked"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    round: int = Field(ge=1, le=10)
    series: CheckbackSeries = "way"
    way: CheckbackWay = "message"


class CheckbackAnswered(Fact):
    """She told us, or staff did; `through` is how it reached us. What it changed is the referral's own fact."""

    NAME: ClassVar[str] = "checkback-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    answer: CheckbackAnswerName
    said_by: CheckbackWord = "person"
    through: CheckbackThrough = "desk"
