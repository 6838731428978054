"""What a person has a right to: access, rectification, restriction, erasure, and to know who has seen her data.

Source: Regulation (EU) 2016/679 (GDPR), articles 12 and 15 to 19, as of 2026-11.
"""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
    Base64Url,
    Code,
    Digest,
    Fact,
    Order,
    Question,
    SaidPart,
    Sealed,
    Token,
    Version,
)
from lotse_contracts.intake.contents import Pin, ReceiptCode
from lotse_contracts.person import (
    STORES_MAX,
    ErasedCount,
    ErasureOrder,
    ErasureReceipt,
    KeptRecord,
    PersonDataQuestion,
)
from lotse_contracts.values import COORDINATORS, COUNSELLORS, FieldGroup, RecipientLanguage

IdentityCheck = Literal["known_in_person", "document_seen", "code_and_pin", "called_back"]
"""How whoever decides made sure that it is she who asks (Art. 12(6)); `code_and_pin` is also the system's own check."""
HoldReason = Literal["legal_claim", "legal_obligation", "authority_order", "objection_pending"]
"""Why her data may not go yet: Art. 17(3)(e), 17(3)(b), a court's or an authority's order, Art. 18(1)(d)."""
RestrictionReason = Literal["accuracy_contested", "unlawful_but_kept", "needed_for_claims", "objection_pending"]
"""Art. 18(1)(a) to (d)."""
RectificationReason = Literal["told_by_her", "document_seen", "our_mistake", "told_by_authority"]
RefusalReason = Literal["identity_unproved", "withdrawn_by_her", "legal_hold", "manifestly_excessive"]
"""Why a request for erasure is not followed; she is told with the way to the supervisory authority (Art. 12(4))."""
ErasureStateName = Literal["unknown", "requested", "scheduled", "confirmed", "refused"]


class BeginErasure(Order):
    """A coordinator starts the erasure of a person in all services of the association.

    All records that are known to be hers go together. Refused with `legal_hold` as long as a hold is open.
    """

    NAME: ClassVar[str] = "begin-erasure"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    identity: IdentityCheck = "known_in_person"


class RefuseErasure(Order):
    """A coordinator does not follow a person's own request; the reason is kept, and told to her."""

    NAME: ClassVar[str] = "refuse-erasure"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    reason: RefusalReason


class PlaceHold(Order):
    """Nothing of this person may go before a day, and why; it can be lifted earlier, and ends by itself."""

    NAME: ClassVar[str] = "place-hold"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    hold_id: UUID
    reason: HoldReason
    until: AwareDatetime = Field(description="at most a year ahead; a new hold may follow")


class LiftHold(Order):
    """The reason of a hold is gone."""

    NAME: ClassVar[str] = "lift-hold"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    hold_id: UUID


class RestrictPerson(Order):
    """Art. 18: her record can be read only, and nothing of it leaves; or the restriction ends, and she is told before.

    `restricted` false lifts it.
    """

    NAME: ClassVar[str] = "restrict-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    restricted: bool
    reason: RestrictionReason
    informed: bool = Field(default=False, description="she was told before the restriction is lifted (Art. 18(3))")


class RectifyPerson(Order):
    """Art. 16: what is wrong is replaced, what was incomplete is completed; a group in `cleared` is emptied."""

    NAME: ClassVar[str] = "rectify-person"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID
    reason: RectificationReason
    cleared: tuple[FieldGroup, ...] = Field(default=(), max_length=10)
    fields: Sealed


class ErasePerson(ErasureOrder):
    """Intake's part of an erasure."""

    SERVICE: ClassVar[str] = "intake"


# Facts


class ErasureRequested(Fact):
    """She asks to be forgotten, with her receipt code and PIN; a coordinator decides within a month (Art. 12(3))."""

    NAME: ClassVar[str] = "erasure-requested"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    due_at: AwareDatetime


class ErasureRefused(Fact):
    """Her request is not followed, and why."""

    NAME: ClassVar[str] = "erasure-refused"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    reason: RefusalReason


class ErasureBegun(Fact):
    """Every service is now erasing this person."""

    NAME: ClassVar[str] = "erasure-begun"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    target_at: AwareDatetime | None = Field(default=None, description="when it should be done: after 72 hours")
    due_at: AwareDatetime | None = Field(default=None, description="when it must be done: a month after the request")


class ErasureOverdue(Fact):
    """An erasure is not confirmed at its target, or not at its due time; `waiting` has not answered."""

    NAME: ClassVar[str] = "erasure-overdue"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    stage: Literal["undecided", "target", "due"]
    waiting: tuple[Token, ...] = Field(max_length=20)


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


class PersonRectified(Fact):
    """These groups of her fields were corrected; recipients of them are told by referral (Art. 19)."""

    NAME: ClassVar[str] = "person-rectified"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    groups: tuple[FieldGroup, ...] = Field(max_length=10)
    reason: RectificationReason


class PersonRestricted(Fact):
    """Her record is read-only now, or no longer."""

    NAME: ClassVar[str] = "person-restricted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    restricted: bool
    reason: RestrictionReason


class HoldPlaced(Fact):
    """Nothing of her may go before this day."""

    NAME: ClassVar[str] = "hold-placed"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    hold_id: UUID
    reason: HoldReason
    until: AwareDatetime


class HoldLifted(Fact):
    """This hold is over before its day."""

    NAME: ClassVar[str] = "hold-lifted"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    person_id: UUID
    version: Version
    hold_id: UUID


class RetentionCount(SaidPart):
    """How much one rule took."""

    rule: Code
    count: int = Field(ge=0)


class RetentionRun(Fact):
    """What was kept long enough is gone: rules and numbers only."""

    NAME: ClassVar[str] = "retention-run"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "run_id"
    ANONYMOUS: ClassVar[bool] = True

    run_id: UUID
    data_version: Token
    counts: tuple[RetentionCount, ...] = Field(max_length=50)


# Questions


class AskPersonData(PersonDataQuestion):
    """Intake's part of what is held about a person (Art. 15, 20 GDPR)."""

    SERVICE: ClassVar[str] = "intake"


class MissingPart(SaidPart):
    """A service that did not give its part, and why."""

    service: Token
    reason: Code


class SubjectAccessAnswer(Answer):
    """The whole, for machines and for her, each sealed to the key of whoever asked.

    With `over_http` the documents are larger than a message: fetch them from intake's HTTP face,
    `GET /persons/{person_id}/access.json` and `access.html`.
    """

    held: bool
    missing: tuple[MissingPart, ...] = Field(default=(), max_length=20)
    over_http: bool = False
    json_document: Sealed | None = None
    html_document: Sealed | None = None


class AskSubjectAccess(Question):
    """What do all services hold about this person, for her to have (Art. 15, 20 GDPR)?"""

    NAME: ClassVar[str] = "subject-access"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SubjectAccessAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
    reply_key: Base64Url
    language: RecipientLanguage | None = Field(default=None, description="of the readable document; default: hers")
    withheld: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z_]+:[A-Za-z0-9-]{1,40}$")], ...] = Field(
        default=(),
        max_length=ITEMS_MAX,
        description="entries that are about somebody else (Art. 15(4)), as `store:id`, such as `entry:17`",
    )


class SeenEntry(SaidPart):
    """On one day somebody in this role did this with her data, for this purpose; never who."""

    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    role: Token
    action: Token
    purpose: str = Field(max_length=80)
    times: int = Field(ge=1)


class SeenByAnswer(Answer):
    """Newest day first; `more` says that there is more than one answer holds."""

    known: bool
    entries: tuple[SeenEntry, ...] = Field(default=(), max_length=ITEMS_MAX)
    more: bool = False


class AskSeenBy(Question):
    """Who has seen this person's data? Asked by staff for her; there is no such question about a member of staff."""

    NAME: ClassVar[str] = "seen-by"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SeenByAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    person_id: UUID


class AskOwnSeenBy(Question):
    """Who has seen my data? Asked by the person herself, proved by her PIN."""

    NAME: ClassVar[str] = "own-seen-by"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = SeenByAnswer

    receipt_code: ReceiptCode
    pin: Pin


class ErasureReceiptSaid(SaidPart):
    """One service's receipt; counts and what stays are there where it gave them."""

    service: Token
    digest: Digest
    received_at: AwareDatetime
    counts: tuple[ErasedCount, ...] = Field(default=(), max_length=STORES_MAX)
    kept: tuple[KeptRecord, ...] = Field(default=(), max_length=STORES_MAX)


class ErasureAnswer(Answer):
    """How far an erasure is: the content of its certificate."""

    state: ErasureStateName
    requested_at: AwareDatetime | None = None
    begun_at: AwareDatetime | None = None
    target_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    confirmed_at: AwareDatetime | None = None
    identity: IdentityCheck | None = None
    waiting: tuple[Token, ...] = Field(default=(), max_length=20)
    receipts: tuple[ErasureReceiptSaid, ...] = Field(default=(), max_length=20)


class AskErasure(Question):
    """How far is the erasure of this person?"""

    NAME: ClassVar[str] = "erasure"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ErasureAnswer
    ROLES: ClassVar[frozenset[str]] = COORDINATORS

    person_id: UUID
