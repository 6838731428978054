"""Concerns: what waits, what may be done, and what was done."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import (
    ITEMS_MAX,
    Answer,
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
from lotse_contracts.intake.contents import Day, Pin
from lotse_contracts.values import (
    COUNSELLORS,
    Channel,
    ConcernAction,
    ConcernClock,
    ConcernReason,
    ConcernState,
    InboxView,
    OutcomeCode,
    Urgency,
)

TAGS_MAX = 20
PREVIEW_CHARACTERS_MAX = 2_400  # of the seal of a preview: eleven characters a concern


class AcceptConcern(Order):
    """A counsellor takes a concern on; referral then looks for services."""

    NAME: ClassVar[str] = "accept-concern"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    code: Code | None = Field(default=None, description="the counsellor's own coding, where it differs")


class Act(Part):
    """What somebody would do, and what it needs: the action says which of the other fields it looks at."""

    action: ConcernAction
    to: Token | None = Field(default=None, description="the colleague: `assign`, `offer`")
    team: Token | None = Field(default=None, description="`route`; with `assign` and `accept` if given")
    outcome: OutcomeCode | None = Field(default=None, description="`resolve`")
    reason: ConcernReason | None = Field(default=None, description="`give_back`; kept with every move where given")
    code: Code | None = Field(default=None, description="`recode`; with `screen` and `accept` if given")
    sub_code: Code | None = Field(default=None, description="of that code, or of the one it has")
    urgency: Urgency | None = Field(default=None, description="`prioritise`; with `screen` if given")
    duplicate_of: UUID | None = Field(default=None, description="the concern that is carried: `mark_duplicate`")
    tags: tuple[Code, ...] = Field(default=(), max_length=TAGS_MAX, description="`tag`, `untag`; never a name")


class ActOnConcern(Act, Order):
    """A counsellor moves a concern. What is not allowed now is refused, with what is.

    Where a second person must agree, the first order proposes it and changes nothing; the same action by somebody else
    with `approval`, the proposal's id, does it.
    """

    NAME: ClassVar[str] = "act-on-concern"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "concern_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID
    approval: UUID | None = None


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


class BulkActOnConcerns(Act, Order):
    """One action on many concerns, as its preview said, all or none; refused if any of them has changed since."""

    NAME: ClassVar[str] = "bulk-act-on-concerns"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "bulk_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    bulk_id: UUID
    concern_ids: tuple[UUID, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    preview: Base64Url = Field(max_length=PREVIEW_CHARACTERS_MAX, description="`seal` of the preview's answer")


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


class InboxEntry(SaidPart):
    """One concern."""

    enquiry_id: UUID
    concern_id: UUID
    case_id: UUID
    person_id: UUID
    version: Version = 1
    code: Code
    sub_code: Code | None = None
    unknown_code: bool
    urgency: Urgency
    language: Language
    channel: Channel
    state: ConcernState
    clock: ConcernClock | None = None
    assignee: Token | None = Field(default=None, description="the pseudonym of whoever carries it")
    offered_to: Token | None = None
    team: Token | None = None
    tags: tuple[Code, ...] = Field(default=(), max_length=TAGS_MAX)
    received_at: AwareDatetime
    due_at: AwareDatetime
    deadline_on: Day | None = Field(default=None, description="the nearest deadline that stands, computed or confirmed")


class InboxAnswer(Answer):
    """Most urgent first: by due time, then by id. `waiting` counts what the filters let through, up to 10,000."""

    entries: tuple[InboxEntry, ...] = Field(max_length=ITEMS_MAX)
    waiting: int = Field(ge=0, description="how many there are in all; 10,000 stands for as many or more")
    cursor: str | None = Field(default=None, max_length=200, description="for the next page; absent on the last")


class AskInbox(Question):
    """What is there, the most urgent first? The filters are joined by and.

    `waiting`: a first look or an assignment is due; `team`: the same of my teams; `mine`: carried by me, or by whom I
    substitute for; `offered`: to me; `unassigned`: open, and nobody carries it; `open`: all that have not ended.
    With `state` the view `open` lets ended ones through as well.
    """

    NAME: ClassVar[str] = "inbox"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = InboxAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    size: int = Field(default=50, ge=1, le=ITEMS_MAX)
    cursor: str | None = Field(default=None, max_length=200)
    newest_first: bool = False
    view: InboxView = "waiting"
    state: ConcernState | None = None
    code: Code | None = None
    urgency: Urgency | None = None
    language: Language | None = None
    team: Token | None = None
    tag: Code | None = None


class ActionNeeds(SaidPart):
    """The fields that an action must be given."""

    action: ConcernAction
    needs: tuple[Code, ...] = Field(max_length=10)


class Proposal(SaidPart):
    """What somebody proposed and a second person may do."""

    proposal_id: UUID
    action: ConcernAction
    proposed_by: Token
    expires_at: AwareDatetime


class AllowedActionsAnswer(Answer):
    """What the asker may do now, so that no frontend needs a copy of the machine."""

    state: Token
    actions: tuple[Token, ...] = Field(max_length=ITEMS_MAX)


class ConcernActionsAnswer(AllowedActionsAnswer):
    """Of a concern also what each action needs; `second_person`: those that a second person must agree to."""

    state: ConcernState
    actions: tuple[ConcernAction, ...] = Field(max_length=ITEMS_MAX)
    needs: tuple[ActionNeeds, ...] = Field(default=(), max_length=ITEMS_MAX)
    second_person: tuple[ConcernAction, ...] = Field(default=(), max_length=ITEMS_MAX)
    proposals: tuple[Proposal, ...] = Field(default=(), max_length=ITEMS_MAX)


class AskConcernActions(Question):
    """What may I do with this concern?"""

    NAME: ClassVar[str] = "allowed-actions"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = ConcernActionsAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_id: UUID


class PreviewedAct(SaidPart):
    """What would become of one concern: its next state, or why not."""

    concern_id: UUID
    state: ConcernState | None = Field(default=None, description="as it is; absent: unknown")
    next_state: ConcernState | None = None
    refused: Code | None = Field(default=None, description="the code of the problem")
    fields: tuple[str, ...] = Field(default=(), max_length=50)
    warnings: tuple[Code, ...] = Field(default=(), max_length=20)


class BulkPreviewAnswer(Answer):
    """In the order of the question. What would be refused is left out when the order follows."""

    entries: tuple[PreviewedAct, ...] = Field(max_length=ITEMS_MAX)
    would_move: int = Field(ge=0)
    seal: Base64Url = Field(max_length=PREVIEW_CHARACTERS_MAX, description="goes with the order; opaque")


class AskBulkPreview(Act, Question):
    """What would this do to each of these concerns?"""

    NAME: ClassVar[str] = "bulk-preview"
    SERVICE: ClassVar[str] = "intake"
    ANSWER: ClassVar[type[Answer]] = BulkPreviewAnswer
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    concern_ids: tuple[UUID, ...] = Field(min_length=1, max_length=ITEMS_MAX)
