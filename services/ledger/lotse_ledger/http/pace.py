"""How fast a token may ask: a bucket for each, so that no auditor's program keeps the others waiting."""

import math
from collections import OrderedDict
from dataclasses import dataclass, field

from lotse_chassis.bucket import Bucket
from lotse_chassis.faults import Refused

SECONDS_A_MINUTE = 60
BURST_SHARE = 5
"""At once a fifth of what a minute allows."""
TOKENS_KEPT_MAX = 1_000


@dataclass
class Pace:
    """Of one process; the token that was longest silent is forgotten first."""

    requests_a_minute: int
    _buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def take(self, token_id: str) -> None:
        """One request. Raises Refused with the seconds until the next one is taken."""
        bucket = self._buckets.pop(token_id, None) or self._full()
        self._buckets[token_id] = bucket
        if len(self._buckets) > TOKENS_KEPT_MAX:
            self._buckets.popitem(last=False)
        if bucket.available() < 1:
            raise Refused(
                "too_many",
                allowed=f"{self.requests_a_minute} requests a minute",
                retry_after_seconds=max(1, math.ceil(bucket.seconds_until(1))),
            )
        bucket.take(1)

    def _full(self) -> Bucket:
        burst = max(1, self.requests_a_minute // BURST_SHARE)
        return Bucket(self.requests_a_minute / SECONDS_A_MINUTE, burst)
