"""Times that an office proposes."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order, Part, SaidPart, Token, Version
from lotse_contracts.referral.appointments import PLACE
from lotse_contracts.values import COUNSELLORS, TimesParty

PROPOSED_MAX = 5  # times that are offered at once; more than that nobody compares


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


class ProposalSeen(SaidPart):
    """One proposed time and what became of it."""

    proposal_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = None
    proposed_by: TimesParty
    state: Code = Field(description="open, confirmed, refused or lapsed")
    answered_by: TimesParty | None = None
