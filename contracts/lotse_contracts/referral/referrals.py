"""The way of a referral: orders, facts, questions, and what goes between associations."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    AssociationName,
    Code,
    Fact,
    Language,
    Order,
    Question,
    SaidPart,
    Sealed,
    Token,
    Transfer,
    Version,
)
from lotse_contracts.intake import CONCERNS_MAX, AllowedActionsAnswer
from lotse_contracts.values import (
    COUNSELLORS,
    DeclineReason,
    DeliveryMode,
    FieldGroup,
    OutcomeCode,
    ReferralAnswerName,
    ReferralState,
    Urgency,
)


class SendReferral(Order):
    """A counsellor sends a person on her way. `connected` needs a consent and field groups."""

    NAME: ClassVar[str] = "send-referral"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    concern_id: UUID
    person_id: UUID
    service_id: UUID
    mode: DeliveryMode
    consent_id: UUID | None = None
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=10)


class AnswerReferral(Order):
    """The receiving desk decides about a referral that came to it, or records an outcome of its own."""

    NAME: ClassVar[str] = "answer-referral"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    answer: Annotated[ReferralAnswerName, Field(description="accepted, declined or completed")]
    reason: DeclineReason | None = None
    outcome: OutcomeCode | None = None


class ReferralFact(Fact):
    """A referral changed its state; `version` rises with each change."""

    KEY: ClassVar[str] = "person_id"
    SERVICE: ClassVar[str] = "referral"

    referral_id: UUID
    person_id: UUID
    concern_id: UUID
    version: Version


class ReferralSent(ReferralFact):
    """It left our side."""

    NAME: ClassVar[str] = "referral-sent"

    service_id: UUID
    mode: DeliveryMode


class ReferralDelivered(ReferralFact):
    """The other machine has it, or the person has her card."""

    NAME: ClassVar[str] = "referral-delivered"


class ReferralAccepted(ReferralFact):
    """The receiver takes it."""

    NAME: ClassVar[str] = "referral-accepted"


class ReferralDeclined(ReferralFact):
    """The receiver refuses, with a reason."""

    NAME: ClassVar[str] = "referral-declined"

    reason: DeclineReason


class ReferralCompleted(ReferralFact):
    """An outcome is known, and who confirmed it."""

    NAME: ClassVar[str] = "referral-completed"

    outcome: OutcomeCode
    confirmed_by: Token


class ReferralWithdrawn(ReferralFact):
    """The client or the sender took it back."""

    NAME: ClassVar[str] = "referral-withdrawn"

    reason: Code


class ReferralArrived(Fact):
    """Another association referred somebody to us; her id here comes from our own intake."""

    NAME: ClassVar[str] = "referral-arrived"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    language: Language


class AskReferralActions(Question):
    """What may I do with this referral?"""

    NAME: ClassVar[str] = "allowed-actions"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = AllowedActionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID


class OpenReferral(SaidPart):
    """A referral whose loop is not closed; `sender` is set where it came from another association."""

    referral_id: UUID
    concern_id: UUID | None = None
    service_id: UUID | None = None
    sender: AssociationName | None = None
    mode: DeliveryMode
    state: ReferralState
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    since: AwareDatetime


class OpenReferralsAnswer(Answer):
    """Oldest first."""

    referrals: tuple[OpenReferral, ...] = Field(max_length=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)


class AskOpenReferrals(Question):
    """Which loops are open?"""

    NAME: ClassVar[str] = "open-referrals"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = OpenReferralsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)


class ReferralOffered(Transfer):
    """A referral for the other association; the person's fields are sealed once more, to its intake."""

    NAME: ClassVar[str] = "referral-offered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    service_id: UUID
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    language: Language
    urgency: Urgency
    fields: Sealed


class ReferralAnswered(Transfer):
    """The other association's receipt, decision or outcome."""

    NAME: ClassVar[str] = "referral-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    answer: ReferralAnswerName
    reason: DeclineReason | None = None
    outcome: OutcomeCode | None = None


class ConsentWithdrawnNotice(Transfer):
    """Fields that you received are no longer consented to."""

    NAME: ClassVar[str] = "consent-withdrawn-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID


class ConsentWithdrawalAcknowledged(Transfer):
    """We have stopped."""

    NAME: ClassVar[str] = "consent-withdrawal-acknowledged"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
