"""Concerns: what a person needs, and what becomes of it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import Code, Digest, Fact, Language, Order, Part, Sealed, Token, Version
from lotse_contracts.intake.contents import Pin
from lotse_contracts.values import (
    COUNSELLORS,
    ConcernAction,
    ConcernClock,
    ConcernReason,
    ConcernState,
    OutcomeCode,
    Urgency,
)


class AcceptConcern(Order):
    """A counsellor takes a concern on; referral then looks for services."""

    NAME: ClassVar[str] = "accept-concern"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    code: Code | None = Field(default=None, description="the counsellor's own coding, where it differs")


class WithdrawalContent(Part):
    """The plaintext of `WithdrawEnquiry.content`."""

    pin: Pin


class WithdrawEnquiry(Order):
    """The person takes her enquiry back, proved by receipt code and PIN; open referrals of its concerns are stopped."""

    NAME: ClassVar[str] = "withdraw-enquiry"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "frontend"
    ANONYMOUS: ClassVar[bool] = True

    frontend: Token
    receipt_sha256: Digest
    content: Sealed


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
    sub_code: Code | None = None
    urgency: Urgency
    language: Language
    languages: tuple[Language, ...] = Field(default=(), max_length=10, description="that she speaks, in her order")


class ConcernFact(Fact):
    """About one concern; `version` rises with each change of it."""

    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "person_id"

    concern_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version


class ConcernMoved(ConcernFact):
    """An action took effect. `warnings` are what the rules let pass, such as `language_not_spoken`."""

    NAME: ClassVar[str] = "concern-moved"

    action: Code = Field(description="of staff, or `write_again`, `refer`, `complete`, `hand_over` and their like")
    from_state: ConcernState
    state: ConcernState
    urgency: Urgency
    due_at: AwareDatetime | None = None
    outcome: OutcomeCode | None = None
    reason: ConcernReason | None = None
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class ConcernProposed(ConcernFact):
    """A second person must agree until `expires_at`; nothing else has changed."""

    NAME: ClassVar[str] = "concern-proposed"

    proposal_id: UUID
    action: ConcernAction
    expires_at: AwareDatetime
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class ConcernReminded(ConcernFact):
    """Half of the time is over, or a concern in work has not been looked at for long; the desk shows it."""

    NAME: ClassVar[str] = "concern-reminded"

    clock: ConcernClock
    state: ConcernState
    urgency: Urgency
    due_at: AwareDatetime


class ConcernOverdue(ConcernReminded):
    """The time is over."""

    NAME: ClassVar[str] = "concern-overdue"


class ConcernEscalated(ConcernReminded):
    """A coordinator must see to it now."""

    NAME: ClassVar[str] = "concern-escalated"
