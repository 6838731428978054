"""The way of a referral: what is ordered, and what becomes of it."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Fact, Order, Token, Version
from lotse_contracts.values import (
    COUNSELLORS,
    DeclineReason,
    DeliveryMode,
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


class RemindOfDocuments(Order):
    """Remind her once a day at most to bring the papers that were agreed on; which ones stands on her page."""

    NAME: ClassVar[str] = "remind-of-documents"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID


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
