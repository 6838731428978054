"""A consent as it stands at a moment: given, proved, expired, withdrawn."""

from dataclasses import dataclass
from datetime import datetime

from lotse_contracts.values import ConsentStateName

DISCLOSURE = "disclosure"
SECRECY_RELEASE = "secrecy_release"
HANDOVER = "handover_2027"
CHANNEL = "contact_channel"
WRITTEN = "written"
HEALTH = "health"
IN_FORCE = frozenset({"valid", "pending_proof"})


@dataclass(frozen=True)
class Consent:
    """Whom it binds to what. `pending_until`: how long one in writing counts without its scan."""

    person_id: str
    kind: str
    recipient: str
    purpose: str
    codes: frozenset[str]
    field_groups: frozenset[str]
    method: str
    given_at: datetime
    valid_to: datetime | None = None
    withdrawn_at: datetime | None = None
    pending_until: datetime | None = None
    is_proved: bool = False
    health_ticked: bool = False
    grantor: str = "self"
    guardian_id: str | None = None
    capacity: str | None = None

    def state(self, now: datetime) -> ConsentStateName:
        """How it stands; `valid_to` and `pending_until` are the first moments at which it no longer counts."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.valid_to is not None and now >= self.valid_to:
            return "expired"
        if self.method != WRITTEN or self.is_proved:
            return "valid"
        if self.pending_until is not None and now < self.pending_until:
            return "pending_proof"
        return "unproved"

    def is_valid(self, now: datetime) -> bool:
        """Given, proved or its proof still awaited, not withdrawn and not expired."""
        return self.given_at <= now and self.state(now) in IN_FORCE

    def next_end(self, now: datetime) -> datetime | None:
        """When a timer must look again: the scan is overdue, or the consent ends."""
        waits = self.method == WRITTEN and not self.is_proved
        ends = [end for end in (self.pending_until if waits else None, self.valid_to) if end is not None and end > now]
        return min(ends, default=None)
