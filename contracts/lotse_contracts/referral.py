"""What referral hears, says and answers, and what it exchanges with the other association's referral."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    AssociationName,
    Base64Url,
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
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import (
    COUNSELLORS,
    CheckbackAnswerName,
    DeclineReason,
    DeliveryMode,
    FieldGroup,
    OutcomeCode,
    RecipientNoticeKind,
    ReferralAnswerName,
    ReferralState,
    Urgency,
)

# Orders


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


class ForwardFields(Order):
    """Intake hands over the sealed fields of one referral; referral cannot open them."""

    NAME: ClassVar[str] = "forward-fields"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    fields: Sealed


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


class FixAppointment(Order):
    """An appointment is fixed, moved (again the same uid) or, with `cancelled`, taken back."""

    NAME: ClassVar[str] = "fix-appointment"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    appointment_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Token | None = Field(default=None, description="a location id of the directory")
    cancelled: bool = False


class BookPlace(Order):
    """A seat in a group offer."""

    NAME: ClassVar[str] = "book-place"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    booking_id: UUID
    person_id: UUID
    offer_id: UUID


class AnswerCheckback(Order):
    """What the person says became of it, typed in by staff or through her page."""

    NAME: ClassVar[str] = "answer-checkback"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
    answer: CheckbackAnswerName


class TellRecipient(Order):
    """Art. 19 GDPR: whoever received these groups with this referral hears that they were corrected or restricted."""

    NAME: ClassVar[str] = "tell-recipient"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


class ErasePerson(ErasureOrder):
    """Referral's part of an erasure."""

    SERVICE: ClassVar[str] = "referral"


# Facts


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


class AppointmentFixed(Fact):
    """Where and when; the person is told by notify, which alone computes the reminders."""

    NAME: ClassVar[str] = "appointment-fixed"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class AppointmentMoved(AppointmentFixed):
    """The same appointment at another time."""

    NAME: ClassVar[str] = "appointment-moved"


class AppointmentCancelled(Fact):
    """It does not take place."""

    NAME: ClassVar[str] = "appointment-cancelled"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    appointment_id: UUID
    referral_id: UUID
    person_id: UUID
    version: Version


class PlaceBooked(Fact):
    """A seat is taken, or she is on the waiting list."""

    NAME: ClassVar[str] = "place-booked"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    booking_id: UUID
    person_id: UUID
    offer_id: UUID
    waitlisted: bool


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


class RecipientTold(Fact):
    """The association that received her fields is told what became of them."""

    NAME: ClassVar[str] = "recipient-told"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    recipient: AssociationName
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


class FieldsNoted(Fact):
    """Another association tells us that fields which came with a referral were corrected or restricted there."""

    NAME: ClassVar[str] = "fields-noted"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


class PersonErased(ErasureReceipt):
    """Referral's receipt."""

    SERVICE: ClassVar[str] = "referral"


# Questions


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


class AskPersonData(PersonDataQuestion):
    """Referral's part of what is held about a person."""

    SERVICE: ClassVar[str] = "referral"


# Between associations


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


class ErasureNotice(Transfer):
    """Art. 19 GDPR: the person whom we referred to you has been erased here."""

    NAME: ClassVar[str] = "erasure-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID


class FieldsNotice(Transfer):
    """Art. 19 GDPR: fields that you received with this referral were corrected or restricted here."""

    NAME: ClassVar[str] = "fields-notice"
    SERVICE: ClassVar[str] = "referral"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    what: RecipientNoticeKind
    groups: tuple[FieldGroup, ...] = Field(max_length=10)


ReceiverKey = Base64Url
