"""Referrals between associations: what goes over, and what came."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts import envelope
from lotse_contracts.envelope import AssociationName, Code, Fact, Language, Sealed, Transfer, Version
from lotse_contracts.intake import CONCERNS_MAX
from lotse_contracts.referral.referrals import GROUPS_MAX
from lotse_contracts.values import (
    DeclineReason,
    EndReason,
    FailureReason,
    FieldGroup,
    InfoAnswer,
    InfoQuestion,
    OutcomeCode,
    ReferralAnswerName,
    Urgency,
)


class ReferralArrived(Fact):
    """Another association referred somebody to us; her id here comes from our own intake."""

    NAME: ClassVar[str] = "referral-arrived"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    language: Language


class ReferralTakenBack(Fact):
    """Whoever referred somebody to us has taken it back, or it has ended there: nothing more is to be done."""

    NAME: ClassVar[str] = "referral-taken-back"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    reason: Code


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
    """The other association's receipt, decision or outcome.

    `version` rises with each answer about one referral, so that old news is known as such; 0: whoever says it has
    none. Times come with `scheduled`, a question with `info_requested`.
    """

    NAME: ClassVar[str] = "referral-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    answer: ReferralAnswerName
    reason: DeclineReason | FailureReason | None = None
    outcome: OutcomeCode | None = None
    version: Version = 0
    question: InfoQuestion | None = None
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class ReferralInfoAnswered(Transfer):
    """What you asked back: more fields, sealed to your intake, or word that there are none."""

    NAME: ClassVar[str] = "referral-info-answered"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    answer: InfoAnswer
    answers_version: Version = Field(default=0, description="of the answer that asked")
    fields: Sealed | None = None


class ReferralWithdrawnNotice(Transfer):
    """Nothing more is to be done about this referral."""

    NAME: ClassVar[str] = "referral-withdrawn-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    reason: EndReason


class ReferralWithdrawalAcknowledged(Transfer):
    """We have stopped."""

    NAME: ClassVar[str] = "referral-withdrawal-acknowledged"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID


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


class TransfersHeard(envelope.TransfersHeard):
    """Transfers to our referral that have come, and need not be said again."""

    SERVICE: ClassVar[str] = "referral"
