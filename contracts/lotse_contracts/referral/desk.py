"""What staff ask: which loops are open and why, one referral with its history, and what may be done with it."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, AssociationName, Code, Question, SaidPart, Token, Version
from lotse_contracts.intake import CONCERNS_MAX, AllowedActionsAnswer
from lotse_contracts.referral.appointments import AppointmentSeen
from lotse_contracts.referral.interpreters import InterpreterSeen
from lotse_contracts.referral.proposals import ProposalSeen
from lotse_contracts.referral.waitlists import WaitlistSeen
from lotse_contracts.values import COUNSELLORS, DeliveryMode, FieldGroup, ReferralState, ReferralView, Urgency

HISTORY_MAX = 500  # steps of one referral; nobody reads more


class AskReferralActions(Question):
    """What may I do with this referral?"""

    NAME: ClassVar[str] = "allowed-actions"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = AllowedActionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID


class RunningTimer(SaidPart):
    """What the service will do by itself, and when."""

    kind: Code
    due_at: AwareDatetime


class OpenReferral(SaidPart):
    """A referral and what it waits for; `sender` is set where it came from another association."""

    referral_id: UUID
    concern_id: UUID | None = None
    service_id: UUID | None = None
    sender: AssociationName | None = None
    mode: DeliveryMode
    state: ReferralState
    codes: tuple[Code, ...] = Field(max_length=CONCERNS_MAX)
    since: AwareDatetime
    changed_at: AwareDatetime | None = None
    urgency: Urgency = "normal"
    carrier: Token | None = Field(default=None, description="who carries the case, else who sent the referral")
    team: Token | None = None
    due_at: AwareDatetime | None = Field(default=None, description="until when whoever is next has to act")
    overdue: bool = False
    waits_for: Code | None = Field(default=None, description="such as `consent`, `receipt`, `decision`, `appointment`")
    reason: Code | None = Field(default=None, description="why it waits: what intake's guard said, or a lost consent")
    question: Code | None = Field(default=None, description="what the receiver asked back")
    asked_groups: tuple[FieldGroup, ...] = Field(default=(), max_length=10, description="groups it would like to have")
    timers: tuple[RunningTimer, ...] = Field(default=(), max_length=20)
    parent_id: UUID | None = None
    link_kind: Code | None = Field(default=None, description="how it came of its parent: reroute, sub or reopen")
    followed_by: tuple[UUID, ...] = Field(default=(), max_length=50)
    to_do: tuple[Code, ...] = Field(
        default=(),
        max_length=20,
        description="`ask_her`: nothing may be sent to her, so ask her when she comes; "
        "`move_appointment`: she wishes it",
    )


class OpenReferralsAnswer(Answer):
    """Overdue ones first, then oldest first."""

    referrals: tuple[OpenReferral, ...] = Field(max_length=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)


class AskOpenReferrals(Question):
    """Which loops are open? `mine`: whose case I carry, or that I sent where nobody carries it."""

    NAME: ClassVar[str] = "open-referrals"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = OpenReferralsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    view: ReferralView = "all"
    team: Token | None = Field(default=None, description="needed for the view `team`")
    state: ReferralState | None = None
    mode: DeliveryMode | None = None
    overdue_only: bool = False
    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)


class ReferralStep(SaidPart):
    """One change of state: when, in whose name, and with which reason or outcome."""

    version: Version
    at: AwareDatetime
    action: Code | None = None
    state: ReferralState
    by: Code | None = Field(default=None, description="sender, receiver, receiver_by_staff, person or system")
    reason: Code | None = None
    outcome: Code | None = None


class CheckbackSeen(SaidPart):
    """One round of asking her what became of it."""

    series: Code | None = Field(default=None, description="way: days after she went; visit: the day after a date")
    round: int
    way: Code | None = Field(default=None, description="message: a notice to her; desk: our desk asks her")
    asked_at: AwareDatetime | None = None
    answer: Code | None = None
    said_by: Code | None = Field(default=None, description="person, or staff who heard it")
    through: Code | None = Field(default=None, description="how it reached us: her page, the bot or the desk")
    answered_at: AwareDatetime | None = None


class ReferralAnswer(Answer):
    """One referral as it is, how it came to this, and everything that hangs on it; nothing is told of her person."""

    referral: OpenReferral
    version: Version
    reason: Code | None = None
    outcome: Code | None = None
    confirmed_by: Code | None = Field(default=None, description="receiver, person, staff or none")
    withdrawal_acknowledged_at: AwareDatetime | None = Field(
        default=None, description="when the receiver said that it has stopped"
    )
    history: tuple[ReferralStep, ...] = Field(default=(), max_length=HISTORY_MAX)
    appointments: tuple[AppointmentSeen, ...] = Field(default=(), max_length=ITEMS_MAX)
    proposals: tuple[ProposalSeen, ...] = Field(default=(), max_length=ITEMS_MAX)
    interpreters: tuple[InterpreterSeen, ...] = Field(default=(), max_length=ITEMS_MAX)
    waitlist: WaitlistSeen | None = None
    checkbacks: tuple[CheckbackSeen, ...] = Field(default=(), max_length=20)
    actions: tuple[Code, ...] = Field(default=(), max_length=50)


class AskReferral(Question):
    """What is the matter with this referral?"""

    NAME: ClassVar[str] = "referral"
    SERVICE: ClassVar[str] = "referral"
    ANSWER: ClassVar[type[Answer]] = ReferralAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    referral_id: UUID
