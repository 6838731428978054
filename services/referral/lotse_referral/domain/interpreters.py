"""A request for an interpreter: asked for, confirmed or refused, and ended with its appointment."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lotse_contracts.values import InterpreterAnswerName, InterpreterStateName
from lotse_referral.domain.appointments import Appointment


@dataclass(frozen=True)
class InterpreterRequest:
    """`version` rises with each change. Without an appointment it stands for itself."""

    request_id: UUID
    referral_id: UUID
    person_id: UUID
    language: str
    starts_at: datetime
    minutes: int
    changed_at: datetime
    appointment_id: UUID | None = None
    service_id: UUID | None = None
    place: str | None = None
    state: InterpreterStateName = "requested"
    reason: str | None = None
    version: int = 1

    @property
    def running(self) -> bool:
        """Whether somebody may still come."""
        return self.state in ("requested", "confirmed")


class NotRunning(Exception):
    """It was refused or cancelled: there is another request, or none."""


def answered(
    held: InterpreterRequest, answer: InterpreterAnswerName, now: datetime, reason: str | None
) -> InterpreterRequest | None:
    """The request with this answer; None where nothing changes. Raises NotRunning.

    Whoever confirmed may still refuse, as when the interpreter falls ill.
    """
    if held.state == answer:
        return None
    if not held.running:
        raise NotRunning
    why = reason if answer == "refused" else None
    return replace(held, state=answer, reason=why, version=held.version + 1, changed_at=now)


def followed(held: InterpreterRequest, moved: Appointment, now: datetime) -> InterpreterRequest | None:
    """The request after its appointment moved: asked for anew; None where it does not concern it."""
    same = (held.starts_at, held.minutes, held.place) == (moved.starts_at, moved.minutes, moved.place)
    if not held.running or same:
        return None
    return replace(
        held,
        starts_at=moved.starts_at,
        minutes=moved.minutes,
        place=moved.place,
        state="requested",
        version=held.version + 1,
        changed_at=now,
    )
