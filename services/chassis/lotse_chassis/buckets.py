"""Token buckets, one for each address: too many are turned away at once, and nobody else waits."""

from collections import OrderedDict
from dataclasses import dataclass

ADDRESSES_MAX = 10_000  # buckets held in memory; the one longest unused goes first


@dataclass(frozen=True)
class Rate:
    """How much one address may do."""

    per_second: float
    burst: float


class Buckets:
    """The buckets of one rate. Not shared between processes: each process of a service allows its own share."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._filled: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_seconds(self, address: str, second: float) -> float:
        """Take one token at this monotonic second; 0 if there was one, else the seconds until there is."""
        tokens, since = self._filled.pop(address, (self._rate.burst, second))
        tokens = min(self._rate.burst, tokens + max(0.0, second - since) * self._rate.per_second)
        taken = tokens >= 1.0
        self._filled[address] = (tokens - 1.0 if taken else tokens, second)
        if len(self._filled) > ADDRESSES_MAX:
            self._filled.popitem(last=False)
        return 0.0 if taken else (1.0 - tokens) / self._rate.per_second
