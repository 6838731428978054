"""Keeps away from a provider that fails, for a while, and lets one message try first when that is over; pure.

Source: 50 errors in 60 seconds are what GOV.UK Notify acts upon (dao/provider_details_dao.py, 2026-08-20).
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

ERRORS_MAX = 50
WINDOW_SECONDS = 60.0
OPEN_SECONDS = 60.0
PROBE_LOOK_SECONDS = 5.0
"""While one message tries, the others look again after this, or after as long again as it has tried so far."""

BreakerState = Literal["closed", "open", "half_open"]
Stands = Literal["closed", "open", "half_open", "paused"]
"""How a provider stands: as its breaker does, or it has itself asked for a pause."""


@dataclass
class Breaker:
    """Of one provider. Times are seconds of one clock that never goes back."""

    probe_seconds: float
    """How long the one message of the half-open state may take, until another may try."""
    _errors: deque[float] = field(default_factory=deque)
    _open_until: float | None = None
    _probe_until: float | None = None

    def state(self, now: float) -> BreakerState:
        """As it is now."""
        if self._open_until is None:
            return "closed"
        return "open" if now < self._open_until else "half_open"

    def away_until(self, now: float) -> float | None:
        """When to ask again; None: a message may go now."""
        if self._open_until is None:
            return None
        if now < self._open_until:
            return self._open_until
        if self._probe_until is None or now >= self._probe_until:
            return None
        tried_for = now - (self._probe_until - self.probe_seconds)
        return min(self._probe_until, now + max(PROBE_LOOK_SECONDS, tried_for))

    def chosen(self, now: float) -> None:
        """A message is about to go; in the half-open state it is the only one."""
        if self.state(now) == "half_open":
            self._probe_until = now + self.probe_seconds

    def succeeded(self, now: float) -> None:
        """The provider answered as it should. What it says while it is shut out opens nothing too early."""
        if self.state(now) == "half_open":
            self._open_until = self._probe_until = None
            self._errors.clear()

    def failed(self, now: float) -> None:
        """The provider is away, refuses us, or nobody knows what it did."""
        if self.state(now) == "half_open":
            self._open(now)
            return
        self._errors.append(now)
        while self._errors[0] <= now - WINDOW_SECONDS:
            self._errors.popleft()
        if self._open_until is None and len(self._errors) >= ERRORS_MAX:
            self._open(now)

    def withdrawn(self, now: float) -> None:
        """The message that was chosen did not go after all; in the half-open state another may try."""
        if self.state(now) == "half_open":
            self._probe_until = None

    def _open(self, now: float) -> None:
        self._open_until, self._probe_until = now + OPEN_SECONDS, None
        self._errors.clear()
