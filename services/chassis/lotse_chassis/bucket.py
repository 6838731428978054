"""A token bucket: how many anonymous orders may be taken now."""

import time
from collections.abc import Callable


class Bucket:
    """Fills with `per_second` up to `burst`; holding back happens where messages are pulled, so nobody else waits."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, float(burst), clock
        self._tokens, self._at = float(burst), clock()

    def available(self) -> int:
        """Whole tokens that may be taken now."""
        at = self._clock()
        self._tokens = min(self._burst, self._tokens + max(0.0, at - self._at) * self._per_second)
        self._at = at
        return int(self._tokens)

    def take(self, tokens: int) -> None:
        """Take what was available."""
        self._tokens -= tokens

    def seconds_until(self, tokens: int) -> float:
        """How long until so many are there."""
        return max(0.0, tokens - self._tokens) / self._per_second
