"""Consents: what a person agrees to, and how each of them stands."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
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
from lotse_contracts.intake.contents import CONCERNS_MAX, Pin, ReceiptCode
from lotse_contracts.values import (
    COUNSELLORS,
    CapacityCode,
    ConsentKind,
    ConsentMethod,
    ConsentStateName,
    FieldGroup,
    Grantor,
)

GROUPS_MAX = 10
TOGETHER_MAX = 6  # consents that one conversation at the desk gives at once
FormCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{28,60}$")]
"""What stands on a printed form: 28 characters of Crockford's base 32, two of which check the others."""


class ConsentTerms(Part):
    """What somebody agrees to: whom, what for, which concerns, which field groups, how, and by which text."""

    consent_id: UUID
    kind: ConsentKind
    recipient: Token = Field(description="an association's name or a service's id")
    purpose: Code
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    method: ConsentMethod
    text_version: Token
    text_language: Language
    valid_to: AwareDatetime | None = None
    health_ticked: bool = Field(default=False, description="she ticked the group `health` by itself")
    grantor: Grantor = "self"
    guardian_id: UUID | None = Field(default=None, description="the guardian, a person linked as `guardian_of`")
    capacity: CapacityCode | None = Field(default=None, description="why a minor may consent herself")
    capacity_assessed_by: Token | None = Field(default=None, description="actor; default: whoever gives the order")
    witness: Token | None = Field(default=None, description="oral_witnessed: an actor other than the counsellor")
    proof_sha256: Digest | None = Field(
        default=None, description="digital: `text_sha256` of `consent-text`, asked with these terms, as she saw it"
    )


class GiveConsent(Order, ConsentTerms):
    """A consent is recorded; it is bound to recipient, purpose, codes and field groups."""

    NAME: ClassVar[str] = "give-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID


class GiveConsents(Order):
    """Several consents of one conversation, such as a disclosure and the release from secrecy: all of them or none."""

    NAME: ClassVar[str] = "give-consents"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consents: tuple[ConsentTerms, ...] = Field(min_length=1, max_length=TOGETHER_MAX)


class AttachConsentProof(Order):
    """The scan of a signed form is the proof; its SHA-256 is kept with the consent."""

    NAME: ClassVar[str] = "attach-consent-proof"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID
    attachment_id: UUID


class WithdrawConsent(Order):
    """A consent ends; whoever received fields under it is told."""

    NAME: ClassVar[str] = "withdraw-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    consent_id: UUID


class WithdrawOwnConsent(Order):
    """The person herself takes a consent back, proved by receipt code and PIN."""

    NAME: ClassVar[str] = "withdraw-own-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    receipt_sha256: Digest
    consent_id: UUID
    content: Sealed


class OwnWithdrawalContent(Part):
    """The plaintext of `WithdrawOwnConsent.content`."""

    pin: Pin


class WithdrawProvedConsent(Order):
    """The person takes a consent back on her page at referral, which has proved by link or by code and PIN that it is
    she; only referral may say so."""

    NAME: ClassVar[str] = "withdraw-proved-consent"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    consent_id: UUID


class ConsentGiven(Fact):
    """A consent is in force, one in writing until `pending_until` at first."""

    NAME: ClassVar[str] = "consent-given"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind
    recipient: Token
    purpose: Code | None = None
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    grantor: Grantor = "self"
    text_version: Token | None = None
    valid_to: AwareDatetime | None = None
    pending_until: AwareDatetime | None = None


class ConsentProved(Fact):
    """The scan of a consent in writing is here."""

    NAME: ClassVar[str] = "consent-proved"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind
    recipient: Token


class ConsentWithdrawn(Fact):
    """A consent is no longer in force."""

    NAME: ClassVar[str] = "consent-withdrawn"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind | None = None
    recipient: Token


class ConsentExpired(Fact):
    """A consent came to its end, or its scan did not come in time; the latter's may still come."""

    NAME: ClassVar[str] = "consent-expired"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    consent_id: UUID
    person_id: UUID
    version: Version
    kind: ConsentKind
    recipient: Token
    reason: Literal["valid_to", "unproved"]


class ConsentEntry(SaidPart):
    """One consent as it stands."""

    consent_id: UUID
    person_id: UUID
    kind: ConsentKind
    recipient: Token
    purpose: Code
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    grantor: Grantor
    guardian_id: UUID | None = None
    capacity: CapacityCode | None = None
    method: ConsentMethod
    text_version: Token
    text_language: Language
    given_at: AwareDatetime
    valid_to: AwareDatetime | None = None
    pending_until: AwareDatetime | None = None
    withdrawn_at: AwareDatetime | None = None
    state: ConsentStateName
    form_code: FormCode


class ConsentsAnswer(Answer):
    """Oldest first."""

    entries: tuple[ConsentEntry, ...] = Field(max_length=ITEMS_MAX)


class AskConsents(Question):
    """Which consents are there of this person, and how do they stand?"""

    NAME: ClassVar[str] = "consents"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConsentsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID


class OwnConsent(SaidPart):
    """One of her consents as she reads it."""

    consent_id: UUID
    kind: ConsentKind
    recipient: Token
    purpose: Code
    field_groups: tuple[FieldGroup, ...] = Field(max_length=GROUPS_MAX)
    state: ConsentStateName
    given_at: AwareDatetime
    valid_to: AwareDatetime | None = None


class OwnConsentsAnswer(Answer):
    """Oldest first."""

    entries: tuple[OwnConsent, ...] = Field(max_length=ITEMS_MAX)


class AskOwnConsents(Question):
    """The person reads what she has agreed to, proved by receipt code and PIN."""

    NAME: ClassVar[str] = "own-consents"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = OwnConsentsAnswer

    receipt_code: ReceiptCode
    pin: Pin
