"""The fact that says what a referral of ours has become."""

from datetime import datetime
from typing import Any, NamedTuple, cast

from lotse_chassis.faults import Refused
from lotse_contracts.notify import StopTelling, Tell
from lotse_contracts.referral import (
    AppointmentCancelled,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralDelivered,
    ReferralExpired,
    ReferralFact,
    ReferralFailed,
    ReferralInfoRequested,
    ReferralMistaken,
    ReferralScheduled,
    ReferralSent,
    ReferralServiceStarted,
    ReferralUnconfirmed,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from lotse_contracts.values import DeclineReason, FailureReason, FieldGroup, OutcomeCode
from lotse_referral.domain.appointments import Appointment
from lotse_referral.domain.machine import Forbidden
from lotse_referral.domain.notices import USEFUL_FOR, made_key
from lotse_referral.domain.referral import Referral

NEEDED: dict[str, tuple[str, tuple[str, ...]]] = {
    "decline_reason": ("reason_needed", ("reason",)),
    "failure_reason": ("reason_needed", ("reason",)),
    "withdrawal_reason": ("reason_needed", ("reason",)),
    "outcome": ("outcome_needed", ("outcome",)),
    "question": ("question_needed", ("question",)),
    "follower": ("following_needed", ("following_id", "service_id", "mode")),
    "fresh_match": ("fresh_match_needed", ("service_id",)),
    "consent": ("consent_does_not_cover", ("consent_id",)),
}


class Times(NamedTuple):
    """An appointment that was fixed."""

    starts_at: datetime
    ends_at: datetime


def fact_of(held: Referral, times: Times | None = None) -> tuple[ReferralFact, ...]:
    """One fact, or none: a referral that came to us has no concern here, its answers go to its sender.

    That it was rerouted is said by whoever knows what follows it.
    """
    if held.direction == "in" or held.person_id is None or held.concern_id is None:
        return ()
    ids: dict[str, Any] = {
        "referral_id": held.referral_id,
        "person_id": held.person_id,
        "concern_id": held.concern_id,
        "version": held.version,
    }
    if held.state == "sent" and held.service_id is not None:
        return (ReferralSent(**ids, service_id=held.service_id, mode=held.mode),)
    if held.state == "scheduled":
        named = {} if times is None else times._asdict()
        return (ReferralScheduled(**ids, **named),)
    plain = PLAIN.get(held.state)
    return (plain(**ids),) if plain is not None else _with_code(held, ids)


PLAIN: dict[str, type[ReferralFact]] = {
    "delivered": ReferralDelivered,
    "accepted": ReferralAccepted,
    "waitlisted": ReferralWaitlisted,
    "in_service": ReferralServiceStarted,
    "expired": ReferralExpired,
    "unconfirmed": ReferralUnconfirmed,
    "error": ReferralMistaken,
}


def _with_code(held: Referral, ids: dict[str, Any]) -> tuple[ReferralFact, ...]:
    match held.state:
        case "info_requested":
            groups = cast(tuple[FieldGroup, ...], held.asked_groups)
            return (ReferralInfoRequested(**ids, question=held.question or "other", field_groups=groups),)
        case "declined":
            return (ReferralDeclined(**ids, reason=cast(DeclineReason, held.reason or "other")),)
        case "completed":
            outcome = cast(OutcomeCode, held.outcome or "unknown")
            return (ReferralCompleted(**ids, outcome=outcome, confirmed_by=held.confirmed_by or "staff"),)
        case "failed":
            reason = cast(FailureReason, held.reason or "service_ended")
            return (ReferralFailed(**ids, reason=reason, confirmed_by=held.confirmed_by or "staff"),)
        case "withdrawn":
            return (ReferralWithdrawn(**ids, reason=held.reason or "client_request"),)
        case _:
            return ()


def refusal_of(fault: Forbidden, field: str) -> Refused:
    """What the desk reads: what is missing, or that this cannot be done now; `ask allowed-actions` says what can."""
    code, fields = NEEDED.get(fault.guard or "", ("action_not_allowed", (field,)))
    return Refused(code, fields=fields)


def tell_made(held: Referral) -> tuple[Tell, ...]:
    """The neutral notice that it has left; never which concern or which place."""
    if held.person_id is None:
        return ()
    key, useful_by = made_key(held.referral_id), held.changed_at + USEFUL_FOR
    return (Tell(person_id=held.person_id, template="referral_sent", useful_by=useful_by, dedupe_key=key),)


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
