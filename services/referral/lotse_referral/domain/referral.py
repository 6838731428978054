"""One referral, ours or one that came to us, and how it changes."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from lotse_contracts.values import (
    DeliveryMode,
    EndReason,
    InfoQuestion,
    OverruleReason,
    ReferralAction,
    ReferralLink,
    ReferralState,
    Urgency,
)
from lotse_referral.domain.machine import (
    LEAVING_AS_IT_IS,
    LEFT_THE_HOUSE,
    TERMINAL,
    Action,
    Circumstances,
    Role,
    allowed_actions,
    needs_consent,
    next_state,
)

Direction = Literal["out", "in"]


@dataclass(frozen=True)
class Step:
    """One change: into which state, by which action, in whose name. What the receiver reports has no action here."""

    version: int
    at: datetime
    state: ReferralState
    action: Action | None
    by: Role
    reason: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class Referral:
    """`partner` is the other association; `asked_consent_id` the consent that fields are being asked under.

    `since` says when its state was entered. `question` and `asked_groups` are what the receiver asked back,
    `more_groups` what is being asked of intake for it, `left_consent_ids` the consents under which fields left.
    `heard_version` is the newest of the receiver's answers.
    `steps` are those since it was loaded: the store keeps them as its history.
    """

    referral_id: UUID
    direction: Direction
    mode: DeliveryMode
    service_id: UUID | None
    language: str
    urgency: Urgency
    created_at: datetime
    changed_at: datetime
    state: ReferralState = "draft"
    version: int = 0
    codes: tuple[str, ...] = ()
    partner: str | None = None
    person_id: UUID | None = None
    concern_id: UUID | None = None
    field_groups: tuple[str, ...] = ()
    wanted_consent_id: UUID | None = None
    asked_consent_id: UUID | None = None
    refused_consent_id: UUID | None = None
    fields_left: bool = False
    reason: str | None = None
    outcome: str | None = None
    confirmed_by: str | None = None
    sender_erased_at: datetime | None = None
    withdrawal_acknowledged_at: datetime | None = None
    entered_at: datetime | None = None
    parent_id: UUID | None = None
    link: ReferralLink | None = None
    question: InfoQuestion | None = None
    asked_groups: tuple[str, ...] = ()
    more_groups: tuple[str, ...] = ()
    left_consent_ids: tuple[UUID, ...] = ()
    heard_version: int = 0
    overruled_rule: str | None = None
    overrule_reason: OverruleReason | None = None
    counsellor: str | None = None
    steps: tuple[Step, ...] = field(default=(), compare=False, repr=False)

    @property
    def since(self) -> datetime:
        """When the state was entered."""
        return self.entered_at or self.created_at

    @property
    def open(self) -> bool:
        """Whether the loop is not closed yet."""
        return self.state not in TERMINAL

    @property
    def under_way(self) -> bool:
        """Whether it left the house and nothing final is known."""
        return self.state in LEFT_THE_HOUSE

    @property
    def desk_role(self) -> Role:
        """What our own desk is in this referral."""
        return "sender" if self.direction == "out" else "receiver"

    @property
    def desk_roles(self) -> tuple[Role, ...]:
        """In whose name our desk may act: also for an office on the phone, and for the person who asks for it."""
        return ("sender", "receiver_by_staff", "person") if self.direction == "out" else ("receiver",)

    @property
    def named(self) -> bool:
        """Whether an office gets to know who she is."""
        return bool(self.field_groups)

    @property
    def needs_consent(self) -> bool:
        """Whether it may leave only with a consent towards its recipient."""
        return needs_consent(self.mode, self.named)

    @property
    def recipient(self) -> str | None:
        """Whom a consent must name: the other association, or the service."""
        if self.mode == "connected":
            return self.partner
        return None if self.service_id is None else str(self.service_id)

    @property
    def groups_to_leave(self) -> tuple[str, ...]:
        """What is asked of intake now: the fields of the referral, or those that answer a question."""
        return self.more_groups if self.state == "info_requested" else self.field_groups


@dataclass(frozen=True)
class Given:
    """What comes with an action."""

    reason: str | None = None
    outcome: str | None = None
    question: InfoQuestion | None = None
    asked_groups: tuple[str, ...] = ()
    more_fields: bool = False
    consent_covers: bool = False
    times: bool = False
    follower: bool = False
    fresh_match: bool = False


NOTHING = Given()


def circumstances(referral: Referral, given: Given) -> Circumstances:
    """What the guards see."""
    return Circumstances(
        referral.mode,
        named=referral.named,
        consent_covers=given.consent_covers,
        reason=given.reason,
        outcome=given.outcome,
        question=given.question,
        more_fields=given.more_fields,
        times=given.times,
        follower=given.follower,
        fresh_match=given.fresh_match,
    )


def advance(
    referral: Referral, action: Action, role: Role, now: datetime, given: Given | None = None, **named: Any
) -> Referral:
    """The referral one step on; unchanged by what never edits it. Raises Forbidden if the table does not allow it.

    What comes with the action is `given`, or named one by one.
    """
    given = given or Given(**named)
    state = next_state(referral.state, action, role, circumstances(referral, given))
    if action in LEAVING_AS_IT_IS or state == referral.state in TERMINAL:
        return referral
    changed = replace(
        entered(referral, state, now),
        reason=given.reason or referral.reason,
        outcome=given.outcome or referral.outcome,
        confirmed_by=CONFIRMED_BY[role] if action in ("complete", "fail") else referral.confirmed_by,
    )
    return _asking(_noted(changed, action, role, given.reason, given.outcome), action, given)


def told(
    referral: Referral, state: ReferralState, now: datetime, *, reason: str | None = None, outcome: str | None = None
) -> Referral:
    """The referral one step on as the receiver reports it; the step was legal where it was taken."""
    changed = replace(
        entered(referral, state, now),
        reason=reason if state in ("declined", "failed") else referral.reason,
        outcome=outcome if state == "completed" else referral.outcome,
        confirmed_by="receiver" if state in ("completed", "failed") else referral.confirmed_by,
    )
    return _noted(changed, None, "receiver", changed.reason, changed.outcome)


def entered(referral: Referral, state: ReferralState, now: datetime) -> Referral:
    """The same in this state; when it came there counts from now only if it was not there before."""
    since = referral.entered_at if state == referral.state else now
    return replace(referral, state=state, version=referral.version + 1, changed_at=now, entered_at=since)


def end_told(before: Referral, after: Referral) -> EndReason | None:
    """Why the partner need do nothing more, where we ended what it has; None where it has nothing, or knows."""
    if after.direction != "out" or after.mode != "connected" or after.partner is None or not before.under_way:
        return None
    if after.state == "withdrawn":
        return cast(EndReason, after.reason or "client_request")
    return TOLD_ENDS.get(after.state)


TOLD_ENDS: dict[ReferralState, EndReason] = {"expired": "expired", "rerouted": "rerouted", "error": "error"}
"""What the sender's side may become by itself, as the partner hears it; a withdrawal has a reason of its own."""


def desk_actions(referral: Referral) -> tuple[str, ...]:
    """What our desk may do now: the actions of `act-on-referral`, then the other orders about a referral."""
    named: list[str] = []
    for role in referral.desk_roles:
        actions = allowed_actions(referral.state, role, referral.mode, named=referral.named)
        named += [STAFF_ACTION_OF[action] for action in actions if action in STAFF_ACTION_OF]
    if referral.state == "info_requested":
        named = [action for action in named if action != "send"]  # more fields go with `answer_info`
    if referral.under_way and referral.person_id is not None:
        named.append("fix_appointment")
    asked = referral.direction == "out" and referral.mode in ("self", "accompanied")
    if asked and "complete" in allowed_actions(referral.state, "person", referral.mode):
        named.append("answer_checkback")
    return tuple(dict.fromkeys(named))


STAFF_ACTION_OF: dict[Action, ReferralAction] = {
    "hand_over": "send",
    "ask_consent": "send",
    "deliver": "deliver",
    "request_info": "request_info",
    "answer_info": "answer_info",
    "accept": "accept",
    "waitlist": "waitlist",
    "decline": "decline",
    "start_service": "start_service",
    "complete": "complete",
    "fail": "fail",
    "withdraw": "withdraw",
    "reroute": "reroute",
    "sub": "sub",
    "reopen": "reopen",
    "mark_error": "mark_error",
}
"""What the system does by itself, and what an appointment does, is no order of the desk here."""

CONFIRMED_BY: dict[Role, str] = {
    "person": "person",
    "receiver": "receiver",
    "receiver_by_staff": "staff",
    "sender": "staff",
    "system": "none",
}


def _noted(changed: Referral, action: Action | None, by: Role, reason: str | None, outcome: str | None) -> Referral:
    """The same, with this step in its history."""
    step = Step(changed.version, changed.changed_at, changed.state, action, by, reason, outcome)
    return replace(changed, steps=(*changed.steps, step))


def _asking(changed: Referral, action: Action, given: Given) -> Referral:
    """What the receiver asked back stands as long as it waits for the answer."""
    if action == "request_info":
        return replace(changed, question=given.question, asked_groups=given.asked_groups)
    if changed.state == "info_requested":
        return changed
    return replace(changed, question=None, asked_groups=(), more_groups=())
