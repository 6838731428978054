"""The fact that says what a referral of ours has become."""

from typing import Any, cast

from lotse_chassis.faults import Refused
from lotse_contracts.notify import StopTelling, Tell
from lotse_contracts.referral import (
    AppointmentCancelled,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralDelivered,
    ReferralFact,
    ReferralSent,
    ReferralWithdrawn,
)
from lotse_contracts.values import DeclineReason, OutcomeCode
from lotse_referral.domain.appointments import Appointment
from lotse_referral.domain.machine import Forbidden
from lotse_referral.domain.notices import USEFUL_FOR, made_key
from lotse_referral.domain.referral import Referral

NEEDED = {
    "decline_reason": ("reason_needed", ("reason",)),
    "outcome": ("outcome_needed", ("outcome",)),
    "self_outcome": ("outcome_needed", ("outcome",)),
}


def fact_of(held: Referral) -> tuple[ReferralFact, ...]:
    """One fact, or none: a referral that came to us has no concern here, its answers go to its sender."""
    if held.direction == "in" or held.person_id is None or held.concern_id is None:
        return ()
    ids: dict[str, Any] = {
        "referral_id": held.referral_id,
        "person_id": held.person_id,
        "concern_id": held.concern_id,
        "version": held.version,
    }
    match held.state:
        case "sent":
            return () if held.service_id is None else (ReferralSent(**ids, service_id=held.service_id, mode=held.mode),)
        case "delivered":
            return (ReferralDelivered(**ids),)
        case "accepted":
            return (ReferralAccepted(**ids),)
        case "declined":
            return (ReferralDeclined(**ids, reason=cast(DeclineReason, held.reason or "other")),)
        case "completed":
            outcome = cast(OutcomeCode, held.outcome or "unknown")
            return (ReferralCompleted(**ids, outcome=outcome, confirmed_by=held.confirmed_by or "staff"),)
        case "withdrawn":
            return (ReferralWithdrawn(**ids, reason=held.reason or "client_request"),)
        case _:
            return ()


def refusal_of(fault: Forbidden, field: str) -> Refused:
    """What the desk reads: what is missing, or that this cannot be done now; `ask allowed-actions` says what can."""
    code, fields = NEEDED.get(fault.guard or "", ("action_not_allowed", (field,)))
    return Refused(code, fields=fields)


def tell_made(held: Referral) -> tuple[Tell, ...]:
    """The neutral notice that there is news for her; never which concern or which place."""
    if held.person_id is None:
        return ()
    key, useful_by = made_key(held.referral_id), held.changed_at + USEFUL_FOR
    return (Tell(person_id=held.person_id, template="referral_made", useful_by=useful_by, dedupe_key=key),)


def stop_telling(held: Referral) -> tuple[StopTelling, ...]:
    """That notice has become pointless."""
    if held.person_id is None:
        return ()
    return (StopTelling(person_id=held.person_id, dedupe_key=made_key(held.referral_id)),)


def cancelled(held: Appointment) -> AppointmentCancelled:
    """It does not take place."""
    return AppointmentCancelled(
        appointment_id=held.appointment_id,
        referral_id=held.referral_id,
        person_id=held.person_id,
        version=held.version,
    )
