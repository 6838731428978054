"""Whether a notification goes out now, waits, or ends; asked at each change and once more before the first byte."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lotse_notify.domain.contact import Contact

State = Literal["parked", "queued", "sending", "sent", "failed", "unresolved", "cancelled", "expired"]

UNSENT: tuple[State, ...] = ("parked", "queued")
"""Nothing of it has left the house."""
PERHAPS_SEEN: tuple[State, ...] = ("sending", "sent", "unresolved")
"""She may have it already."""

CHANNELS_WITH_PROVIDER = frozenset({"email"})


@dataclass(frozen=True)
class Asked:
    """When somebody asked to tell her, and until when it is of use."""

    asked_at: datetime
    useful_by: datetime


@dataclass(frozen=True)
class Silence:
    """What was said against telling her.

    `stopped_at`: an order to stop, ended by a contact said later. `opted_out_at`: her own STOP, ended only when intake
    has recorded the withdrawal (`refused_at`) and a consent after it. Times are those of the envelopes, so that the
    order of arrival does not matter.
    """

    stopped_at: datetime | None = None
    opted_out_at: datetime | None = None
    refused_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """A state and the reason for it, as both stand in the table of decisions."""

    state: State
    because: str


def decide(asked: Asked, contact: Contact | None, silence: Silence, now: datetime) -> Verdict:
    """What becomes of a notification that was not sent yet."""
    if now >= asked.useful_by:
        return Verdict("expired", "too_late")
    if silence.opted_out_at is not None and asked.asked_at <= silence.opted_out_at:
        return Verdict("cancelled", "opted_out")
    if silence.stopped_at is not None and asked.asked_at <= silence.stopped_at:
        return Verdict("cancelled", "stopped")
    if contact is None:
        return Verdict("parked", "no_contact")
    if hindrance := _hindrance(contact, silence):
        return Verdict("parked", hindrance)
    if contact.kind not in CHANNELS_WITH_PROVIDER:
        return Verdict("failed", "no_provider")
    return Verdict("queued", "due")


def still_opted_out(contact: Contact, silence: Silence) -> bool:
    """Whether her own STOP still stands for this contact."""
    if silence.opted_out_at is None:
        return False
    recorded = silence.refused_at is not None and silence.refused_at > silence.opted_out_at
    return not (recorded and silence.refused_at is not None and contact.said_at > silence.refused_at)


def _hindrance(contact: Contact, silence: Silence) -> str | None:
    """Why nothing may be pushed to this contact; what waits is released when the contact changes in time."""
    if not contact.safe:
        return "unsafe"
    if not contact.consented:
        return "not_consented"
    if still_opted_out(contact, silence):
        return "opted_out"
    if silence.stopped_at is not None and contact.said_at <= silence.stopped_at:
        return "stopped"
    if contact.kind == "none":
        return "no_channel"
    return None if contact.usable else "invalid_address"
