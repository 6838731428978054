"""How many messages a second a provider is given: a bucket of tokens that fills evenly; pure."""

from dataclasses import dataclass, field

BURST_SECONDS = 1.0
"""What was not used is kept this long: a bucket holds as much as comes in this time, and one at least."""

TURN_SECONDS_MAX = 60.0
"""Nobody is sent away for longer, however many wait: a turn that nobody takes is lost for no longer than this."""


@dataclass
class Bucket:
    """Of one provider. `per_second` 0: no bound. Times are seconds of one clock that never goes back."""

    per_second: float
    _tokens: float = field(init=False)
    _counted_at: float | None = None
    _paused_until: float = float("-inf")
    _promised: float = float("-inf")

    def __post_init__(self) -> None:
        self._tokens = self._most

    def away_until(self, now: float) -> float | None:
        """When the next message may go; None: now."""
        if now < self._paused_until:
            return self._paused_until
        if self.per_second <= 0:
            return None
        self._fill(now)
        return None if self._tokens >= 1 else now + (1 - self._tokens) / self.per_second

    def turn(self, now: float) -> float:
        """When one that cannot go now may ask again: behind all that were told so before, so that few ask in vain."""
        free = self.away_until(now) or now
        if self.per_second > 0:
            self._promised = max(free, min(self._promised + 1 / self.per_second, now + TURN_SECONDS_MAX))
        return max(free, self._promised)

    def take(self, now: float) -> None:
        """One message goes."""
        if self.per_second > 0:
            self._fill(now)
            self._tokens -= 1

    def pause(self, until: float) -> None:
        """The provider asked for a pause; a shorter one does not end a longer one."""
        self._paused_until = max(self._paused_until, until)

    def is_paused(self, now: float) -> bool:
        """Whether the provider has asked not to be bothered yet."""
        return now < self._paused_until

    @property
    def _most(self) -> float:
        return max(1.0, self.per_second * BURST_SECONDS)

    def _fill(self, now: float) -> None:
        last = now if self._counted_at is None else self._counted_at
        if now > last or self._counted_at is None:
            self._tokens = min(self._most, self._tokens + max(0.0, now - last) * self.per_second)
            self._counted_at = now
