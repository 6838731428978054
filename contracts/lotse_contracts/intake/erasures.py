"""A person's right to be forgotten: who asks for it, how far it is, and its receipts.

Source: Regulation (EU) 2016/679 (GDPR), articles 12, 17 and 19, as of 2026-11.
"""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Answer, Digest, Fact, Order, Question, SaidPart, Token, Version
from lotse_contracts.intake.privacy import IdentityCheck
from lotse_contracts.person import STORES_MAX, ErasedCount, ErasureOrder, ErasureReceipt, KeptRecord
from lotse_contracts.values import COORDINATORS

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


# Questions


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
