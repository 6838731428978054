"""In whose name our desk acts on a referral."""

from lotse_referral.domain.machine import Action, Role, allowed_actions
from lotse_referral.domain.referral import Referral

IN_HER_NAME = ("client_request", "consent_withdrawn", "need_met_elsewhere", "moved")
"""Reasons that are the person's; the others are the sender's own."""


def role_of(held: Referral, action: Action, reason: str | None = None) -> Role:
    """Her own wish to withdraw is hers; else the first role of the desk in which the table knows the action."""
    if action == "withdraw" and held.direction == "out" and reason in IN_HER_NAME:
        return "person"
    for role in held.desk_roles:
        if role != "person" and action in allowed_actions(held.state, role, held.mode, named=held.named):
            return role
    return held.desk_role
