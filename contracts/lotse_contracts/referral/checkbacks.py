"""What she says became of it."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from lotse_contracts.envelope import Fact, Order
from lotse_contracts.values import COUNSELLORS, CheckbackAnswerName


class AnswerCheckback(Order):
    """What the person says became of it, typed in by staff or through her page."""

    NAME: ClassVar[str] = "answer-checkback"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    answer: CheckbackAnswerName


class CheckbackAsked(Fact):
    """We ask the person what became of it."""

    NAME: ClassVar[str] = "checkback-asked"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    round: int = Field(ge=1, le=10)


class CheckbackAnswered(Fact):
    """She told us."""

    NAME: ClassVar[str] = "checkback-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    answer: CheckbackAnswerName
