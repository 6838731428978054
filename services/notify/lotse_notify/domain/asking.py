"""When a provider is asked about a doubtful message: soon, then less and less often; pure."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

FIRST_PAUSE = timedelta(seconds=15)
PAUSE_MAX = timedelta(minutes=5)
FACTOR = 2

K = TypeVar("K", bound=Hashable)


@dataclass
class Agenda(Generic[K]):
    """What was asked, and when it is asked again; a new start asks everything once more, which harms nobody."""

    _due: dict[K, tuple[datetime, timedelta]] = field(default_factory=dict)

    def due(self, open_now: Collection[K], now: datetime) -> list[K]:
        """Which of those that are still open are to be asked now; what is settled is forgotten."""
        self._due = {key: entry for key, entry in self._due.items() if key in set(open_now)}
        return [key for key in open_now if key not in self._due or self._due[key][0] <= now]

    def asked(self, key: K, now: datetime) -> None:
        """It stays open."""
        pause = self._due[key][1] * FACTOR if key in self._due else FIRST_PAUSE
        pause = min(pause, PAUSE_MAX)
        self._due[key] = (now + pause, pause)
