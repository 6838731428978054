"""One referral, ours or one that came to us, and how it changes."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from lotse_contracts.values import DeliveryMode, ReferralState
from lotse_referral.domain.machine import (
    LEFT_THE_HOUSE,
    TERMINAL,
    Action,
    Circumstances,
    Role,
    allowed_actions,
    next_state,
)

Direction = Literal["out", "in"]


@dataclass(frozen=True)
class Referral:
    """`partner` is the other association; `asked_consent_id` the consent that fields are being asked under."""

    referral_id: UUID
    direction: Direction
    mode: DeliveryMode
    service_id: UUID | None
    language: str
    urgency: str
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


def advance(
    referral: Referral,
    action: Action,
    role: Role,
    now: datetime,
    *,
    consent_covers: bool = False,
    reason: str | None = None,
    outcome: str | None = None,
) -> Referral:
    """The referral one step on. Raises Forbidden if the table does not allow it."""
    circumstances = Circumstances(referral.mode, consent_covers, reason, outcome)
    state = next_state(referral.state, action, role, circumstances)
    return replace(
        referral,
        state=state,
        version=referral.version + 1,
        changed_at=now,
        reason=reason or referral.reason,
        outcome=outcome or referral.outcome,
        confirmed_by=_confirmed_by(role) if action == "complete" else referral.confirmed_by,
    )


def told(
    referral: Referral, state: ReferralState, now: datetime, *, reason: str | None = None, outcome: str | None = None
) -> Referral:
    """The referral one step on as the receiver reports it; the step was legal where it was taken."""
    return replace(
        referral,
        state=state,
        version=referral.version + 1,
        changed_at=now,
        reason=reason if state == "declined" else referral.reason,
        outcome=outcome if state == "completed" else referral.outcome,
        confirmed_by="receiver" if state == "completed" else referral.confirmed_by,
    )


def desk_actions(referral: Referral) -> tuple[str, ...]:
    """What our desk may do now, in the words of the orders that do it."""
    actions = allowed_actions(referral.state, referral.desk_role, referral.mode)
    named = [ORDER_OF[action] for action in actions if action in ORDER_OF]
    if referral.under_way and referral.person_id is not None:
        named.append("fix_appointment")
    if referral.direction == "out" and "complete" in allowed_actions(referral.state, "person", referral.mode):
        named.append("answer_checkback")
    return tuple(dict.fromkeys(named))


ORDER_OF: dict[Action, str] = {
    "hand_over": "send",
    "ask_consent": "send",
    "accept": "accept",
    "decline": "decline",
    "complete": "complete",
}
"""A withdrawal is no order of the desk here: it is said to intake, which keeps the consent."""


def _confirmed_by(role: Role) -> str:
    return {"person": "person", "receiver": "receiver", "sender": "staff", "system": "staff"}[role]
