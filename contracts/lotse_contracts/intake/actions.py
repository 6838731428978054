"""What may be done with concerns, and what is done."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from lotse_contracts.envelope import ITEMS_MAX, Answer, Base64Url, Code, Order, Part, Question, SaidPart, Token
from lotse_contracts.values import COUNSELLORS, ConcernAction, ConcernReason, ConcernState, OutcomeCode, Urgency

TAGS_MAX = 20
PREVIEW_CHARACTERS_MAX = 2_400  # of the seal of a preview: eleven characters a concern


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


class BulkActOnConcerns(Act, Order):
    """One action on many concerns, as its preview said, all or none; refused if any of them has changed since."""

    NAME: ClassVar[str] = "bulk-act-on-concerns"
    SERVICE: ClassVar[str] = "intake"
    KEY: ClassVar[str] = "bulk_id"
    ROLES: ClassVar[frozenset[str]] = COUNSELLORS

    bulk_id: UUID
    concern_ids: tuple[UUID, ...] = Field(min_length=1, max_length=ITEMS_MAX)
    preview: Base64Url = Field(max_length=PREVIEW_CHARACTERS_MAX, description="`seal` of the preview's answer")


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
