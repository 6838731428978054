"""The way of a referral: orders, facts, questions, and what goes between associations."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    AssociationName,
    Code,
    Fact,
    Language,
    Order,
    Sealed,
    Token,
    Transfer,
    Version,
)
from lotse_contracts.intake import CONCERNS_MAX
from lotse_contracts.values import (
    COUNSELLORS,
    DeclineReason,
    DeliveryMode,
    EndReason,
    FailureReason,
    FieldGroup,
    InfoAnswer,
    InfoQuestion,
    OutcomeCode,
    OverruleReason,
    ReferralAction,
    ReferralAnswerName,
    ReferralClock,
    ReferralLink,
    Urgency,
)

GROUPS_MAX = 10


class SendReferral(Order):
    """A counsellor sends a person on her way. `connected` needs a consent and field groups.

    Where a rule speaks against the service, `overruled_rule` and `overrule_reason` say which, and why all the same.
    """

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
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    overruled_rule: Code | None = None
    overrule_reason: OverruleReason | None = None


class ActOnReferral(Order):
    """The desk does with a referral what `ask allowed-actions` names.

    `reason` goes with `decline`, `fail` and `withdraw`, and is of their lists; `outcome` with `complete`; `question`
    and `field_groups` with `request_info`; `answer` or `field_groups` with `answer_info`. `reroute`, `sub` and
    `reopen` make another referral under `following_id`: to `service_id` by `mode`, with the fields and the consent
    that it needs itself.
    """

    NAME: ClassVar[str] = "act-on-referral"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    action: ReferralAction
    reason: Code | None = None
    outcome: OutcomeCode | None = None
    question: InfoQuestion | None = None
    answer: InfoAnswer | None = None
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)
    consent_id: UUID | None = None
    following_id: UUID | None = None
    concern_id: UUID | None = Field(default=None, description="for `sub` of a referral that came to us: her concern")
    service_id: UUID | None = None
    mode: DeliveryMode | None = None
    overruled_rule: Code | None = None
    overrule_reason: OverruleReason | None = None


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


class ReferralInfoRequested(ReferralFact):
    """The receiver asks back; `field_groups` are what it would like to have."""

    NAME: ClassVar[str] = "referral-info-requested"

    question: InfoQuestion
    field_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=GROUPS_MAX)


class ReferralWaitlisted(ReferralFact):
    """The receiver takes her as soon as there is a place."""

    NAME: ClassVar[str] = "referral-waitlisted"


class ReferralScheduled(ReferralFact):
    """The receiver has fixed a time; it is hers to tell where the person is hers too."""

    NAME: ClassVar[str] = "referral-scheduled"

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class ReferralServiceStarted(ReferralFact):
    """What she was referred to has begun."""

    NAME: ClassVar[str] = "referral-service-started"


class ReferralFailed(ReferralFact):
    """It was accepted and not achieved."""

    NAME: ClassVar[str] = "referral-failed"

    reason: FailureReason
    confirmed_by: Token = "receiver"


class ReferralExpired(ReferralFact):
    """Nobody acted in time; a fresh match follows."""

    NAME: ClassVar[str] = "referral-expired"


class ReferralUnconfirmed(ReferralFact):
    """She went by herself, and after all check-backs nobody knows what became of it."""

    NAME: ClassVar[str] = "referral-unconfirmed"


class ReferralRerouted(ReferralFact):
    """Another referral takes its place."""

    NAME: ClassVar[str] = "referral-rerouted"

    followed_by: UUID


class ReferralMistaken(ReferralFact):
    """It was entered in error."""

    NAME: ClassVar[str] = "referral-mistaken"


class ReferralFollowed(ReferralFact):
    """Another referral follows it, which has its own way; this one stays as it is."""

    NAME: ClassVar[str] = "referral-followed"

    followed_by: UUID
    link: ReferralLink


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


class ReferralTakenBack(Fact):
    """Whoever referred somebody to us has taken it back, or it has ended there: nothing more is to be done."""

    NAME: ClassVar[str] = "referral-taken-back"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    reason: Code


class ReferralReminded(Fact):
    """A referral has waited for half of its time or for all of it, or it is time to look at it again."""

    NAME: ClassVar[str] = "referral-reminded"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    version: Version
    clock: ReferralClock
    due_at: AwareDatetime


class ReferralEscalated(Fact):
    """Its time is over and nobody acted: a coordinator looks at it. In an emergency somebody phones at once."""

    NAME: ClassVar[str] = "referral-escalated"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    version: Version
    clock: ReferralClock
    due_at: AwareDatetime
    call_now: bool = False


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
