"""What intake hears, says and answers."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    TEXT_CHARACTERS_MAX,
    Answer,
    AssociationName,
    Base64Url,
    Code,
    Digest,
    Fact,
    Language,
    Order,
    Part,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.person import ErasureOrder, ErasureReceipt, PersonDataQuestion
from lotse_contracts.values import (
    COORDINATORS,
    COUNSELLORS,
    Channel,
    ConsentKind,
    ConsentMethod,
    ContactKind,
    Depth,
    Detail,
    EnquiryStateName,
    FieldGroup,
    RecipientLanguage,
    Urgency,
)

Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,12}$")]
ReceiptCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")]
"""128 bit in Crockford base 32, made by the publisher; intake keeps only its SHA-256."""
CONCERNS_MAX = 10  # codes of one enquiry
ATTACHMENTS_MAX = 5  # files of one enquiry


# What is sealed inside orders and answers; never on the wire in the open.


class ContactPoint(Part):
    """One way to answer; `none` means that she reads by receipt code and PIN."""

    kind: ContactKind
    value: str = Field(default="", max_length=254, description="e-mail address, or E.164 phone number")
    detail: Detail = Field(default="neutral", description="her choice of what a message may show")


class EnquiryContent(Part):
    """The plaintext of `SubmitEnquiry.content`."""

    text: str = Field(default="", max_length=TEXT_CHARACTERS_MAX)
    name: str = Field(default="", max_length=200)
    contact: ContactPoint = ContactPoint(kind="none")
    pin: Pin | None = Field(default=None, description="chosen by the person; reading and replying needs it")


class TextContent(Part):
    """The plaintext of an answer, an addition, or a note."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_CHARACTERS_MAX)]


class AdditionContent(TextContent):
    """The plaintext of `AddToEnquiry.content`: what she adds, proved by her PIN."""

    pin: Pin


class PersonFields(SaidPart):
    """Field groups of a person as they are released to another association, and only those consented to."""

    identity: dict[str, str] | None = None
    contact: ContactPoint | None = None
    status: dict[str, str] | None = None
    need_summary: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    health: str | None = Field(default=None, max_length=TEXT_CHARACTERS_MAX)
    documents: tuple[str, ...] | None = None


class AttachmentClaim(Part):
    """A file that was uploaded over intake's public HTTP face before the enquiry was published."""

    attachment_id: UUID
    claim: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,64}$")]


class Letter(Part):
    """A letter she does not understand: what the desk needs for the earliest possible end of a period."""

    sender: Code | None = None
    dated: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    period: Code | None = None


# Orders


class SubmitEnquiry(Order):
    """Somebody asks for help; published by a frontend, which ends the subject with its own name."""

    NAME: ClassVar[str] = "submit-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    enquiry_id: UUID
    receipt_sha256: Digest = Field(description="SHA-256 of the ASCII receipt code")
    channel: Channel
    language: Language
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)
    flags: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX, description="such as danger, violence")
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)
    letter: Letter | None = None
    consent_to_contact: bool
    notice_version: Token = Field(description="version of the privacy notice that was shown")


class AddToEnquiry(Order):
    """She writes again."""

    NAME: ClassVar[str] = "add-to-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    receipt_sha256: Digest
    content: Sealed
    attachments: tuple[AttachmentClaim, ...] = Field(default=(), max_length=ATTACHMENTS_MAX)


class AnswerEnquiry(Order):
    """A counsellor answers; the person is told only that something waits."""

    NAME: ClassVar[str] = "answer-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "enquiry_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    content: Sealed


class AcceptConcern(Order):
    """A counsellor takes a concern on; referral then looks for services."""

    NAME: ClassVar[str] = "accept-concern"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    code: Code | None = Field(default=None, description="the counsellor's own coding, where it differs")


class RegisterPerson(Order):
    """A person becomes known at the desk, or arrives with consent from another association."""

    NAME: ClassVar[str] = "register-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    languages: tuple[Language, ...] = Field(default=(), max_length=10)
    fields: Sealed


class ReceivePerson(Order):
    """Referral hands intake the fields that another association released; only intake can open them."""

    NAME: ClassVar[str] = "receive-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "referral_id"

    referral_id: UUID
    sender: AssociationName
    sender_type: Token = Field(default="referral-offered", description="message the sealed fields came with")
    language: Language
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    fields: Sealed


class RecordContact(Order):
    """One counted consultation; without a person for corridor and phone."""

    NAME: ClassVar[str] = "record-contact"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    contact_id: UUID
    person_id: UUID | None = None
    at: AwareDatetime
    minutes: int = Field(ge=1, le=600)
    channel: Channel
    depth: Depth
    language: Language
    interpreter: bool = False
    codes: tuple[Code, ...] = Field(default=(), max_length=CONCERNS_MAX)


class GiveConsent(Order):
    """A consent is recorded; it is bound to recipient, purpose, codes and field groups."""

    NAME: ClassVar[str] = "give-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID
    kind: ConsentKind
    recipient: Token = Field(description="an association's name or a service's id")
    purpose: Code
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    method: ConsentMethod
    text_version: Token
    text_language: Language
    valid_to: AwareDatetime | None = None


class WithdrawConsent(Order):
    """A consent ends; whoever received fields under it is told."""

    NAME: ClassVar[str] = "withdraw-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID


class ReleaseFields(Order):
    """Referral asks for a person's fields for one referral; only intake's guard decides."""

    NAME: ClassVar[str] = "release-fields"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    referral_id: UUID
    consent_id: UUID
    recipient: AssociationName
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    receiver_key: Base64Url = Field(description="the receiving intake's public X25519 key, 32 raw bytes")


class BeginErasure(Order):
    """A coordinator starts the erasure of a person in all services of the association."""

    NAME: ClassVar[str] = "begin-erasure"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID


class PublishStatistics(Order):
    """A coordinator asks for the anonymous figures of a period."""

    NAME: ClassVar[str] = "publish-statistics"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]


class ErasePerson(ErasureOrder):
    """Intake's part of an erasure."""

    SERVICE: ClassVar[str] = "intake"


# Facts


class EnquiryReceived(Fact):
    """An enquiry is committed by intake; accepted means this, not the broker's receipt."""

    NAME: ClassVar[str] = "enquiry-received"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version
    channel: Channel
    language: Language
    urgency: Urgency
    received_at: AwareDatetime


class EnquiryAdded(Fact):
    """She added something."""

    NAME: ClassVar[str] = "enquiry-added"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version


class EnquiryAnswered(Fact):
    """A counsellor's answer waits for her."""

    NAME: ClassVar[str] = "enquiry-answered"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    enquiry_id: UUID
    person_id: UUID
    version: Version


class ConcernRaised(Fact):
    """One coded need. `unknown_code` says that the given code is in no list and fell back to orientation."""

    NAME: ClassVar[str] = "concern-raised"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    case_id: UUID
    enquiry_id: UUID
    person_id: UUID
    version: Version
    code: Code
    unknown_code: bool = False
    urgency: Urgency
    due_at: AwareDatetime
    language: Language


class ConcernAccepted(Fact):
    """A counsellor carries this concern."""

    NAME: ClassVar[str] = "concern-accepted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version
    code: Code
    urgency: Urgency
    language: Language


class CaseOpened(Fact):
    """A person's concerns have a home."""

    NAME: ClassVar[str] = "case-opened"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    case_id: UUID
    person_id: UUID
    version: Version


class PersonRegistered(Fact):
    """A person is known under a random id."""

    NAME: ClassVar[str] = "person-registered"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    referral_id: UUID | None = None


class ContactRecorded(Fact):
    """A consultation is counted."""

    NAME: ClassVar[str] = "contact-recorded"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "contact_id"

    contact_id: UUID
    depth: Depth
    channel: Channel


class ConsentGiven(Fact):
    """A consent is in force."""

    NAME: ClassVar[str] = "consent-given"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind
    recipient: Token
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)


class ConsentWithdrawn(Fact):
    """A consent is no longer in force."""

    NAME: ClassVar[str] = "consent-withdrawn"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    recipient: Token


class FieldsReleased(Fact):
    """The guard let the named groups out; the sealed bytes travel as an order, never here."""

    NAME: ClassVar[str] = "fields-released"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    consent_id: UUID
    field_groups: tuple[FieldGroup, ...] = Field(max_length=10)
    ciphertext_sha256: Digest


class FieldsRefused(Fact):
    """The guard said no, and why."""

    NAME: ClassVar[str] = "fields-refused"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    referral_id: UUID
    person_id: UUID
    reason: Code


class ErasureBegun(Fact):
    """Every service is now erasing this person."""

    NAME: ClassVar[str] = "erasure-begun"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID


class ErasureConfirmed(Fact):
    """Every service has answered with its receipt and the keys are destroyed."""

    NAME: ClassVar[str] = "erasure-confirmed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    services: tuple[Token, ...] = Field(max_length=20)


class PersonErased(ErasureReceipt):
    """Intake's receipt."""

    SERVICE: ClassVar[str] = "intake"


class CountedCell(SaidPart):
    """One cell of a table; a suppressed count is absent, which is not zero."""

    name: Code
    count: int | None = Field(default=None, ge=0)


class StatisticsPublished(Fact):
    """Anonymous figures of a month."""

    NAME: ClassVar[str] = "statistics-published"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "period"

    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    enquiries_by_channel: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)
    concerns_by_code: tuple[CountedCell, ...] = Field(max_length=ITEMS_MAX)


# Questions


class StateAnswer(Answer):
    """The state only, never concern or text. `known` is false until intake has committed it."""

    known: bool
    state: EnquiryStateName | None = None
    answers: int = 0
    updated_at: AwareDatetime | None = None


class AskEnquiryState(Question):
    """What became of my enquiry, by receipt code?"""

    NAME: ClassVar[str] = "enquiry-state"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = StateAnswer

    receipt_code: ReceiptCode


class ConversationEntry(SaidPart):
    """One text of the conversation, sealed to the key of whoever asked."""

    by: Token = Field(description="person or association")
    at: AwareDatetime
    content: Sealed


class AttachmentReference(SaidPart):
    """A file that came with an enquiry; staff read its bytes over intake's HTTP face."""

    attachment_id: UUID
    media_type: str = Field(max_length=40)
    at: AwareDatetime


class ConversationAnswer(Answer):
    """Oldest first."""

    enquiry_id: UUID
    entries: tuple[ConversationEntry, ...] = Field(max_length=ITEMS_MAX)
    attachments: tuple[AttachmentReference, ...] = Field(default=(), max_length=ITEMS_MAX)


class AskConversation(Question):
    """The person reads, proved by receipt code and PIN."""

    NAME: ClassVar[str] = "conversation"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConversationAnswer

    receipt_code: ReceiptCode
    pin: Pin
    reply_key: Base64Url = Field(description="a fresh public X25519 key, 32 raw bytes; the texts are sealed to it")


class AskEnquiry(Question):
    """A counsellor reads the conversation; it goes into the access log."""

    NAME: ClassVar[str] = "enquiry"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConversationAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    enquiry_id: UUID
    reply_key: Base64Url
    purpose: Code


class InboxEntry(SaidPart):
    """One concern that waits."""

    enquiry_id: UUID
    concern_id: UUID
    case_id: UUID
    person_id: UUID
    code: Code
    unknown_code: bool
    urgency: Urgency
    language: Language
    channel: Channel
    state: Token
    received_at: AwareDatetime
    due_at: AwareDatetime


class InboxAnswer(Answer):
    """Most urgent first: by due time, then by id."""

    entries: tuple[InboxEntry, ...] = Field(max_length=ITEMS_MAX)
    waiting: int = Field(ge=0)
    cursor: str | None = Field(default=None, max_length=200, description="for the next page; absent on the last")


class AskInbox(Question):
    """What is waiting, the most urgent first?"""

    NAME: ClassVar[str] = "inbox"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = InboxAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
    newest_first: bool = False


class AllowedActionsAnswer(Answer):
    """What the asker may do now, so that no frontend needs a copy of the machine."""

    state: Token
    actions: tuple[Token, ...] = Field(max_length=ITEMS_MAX)


class AskConcernActions(Question):
    """What may I do with this concern?"""

    NAME: ClassVar[str] = "allowed-actions"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = AllowedActionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID


class SealingKeyAnswer(Answer):
    """The public key that orders to this service are sealed to."""

    kid: Token
    public_key: Base64Url = Field(description="X25519, 32 raw bytes")
    algorithm: str = "HPKE-Base-X25519-HKDF-SHA256-AES-256-GCM"


class AskSealingKey(Question):
    """Which key do I seal to?"""

    NAME: ClassVar[str] = "sealing-key"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SealingKeyAnswer


class AskPersonData(PersonDataQuestion):
    """Intake's part of what is held about a person (Art. 15, 20 GDPR)."""

    SERVICE: ClassVar[str] = "intake"


UILanguage = RecipientLanguage
