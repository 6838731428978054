"""Whether she ended one way of being told; by the times of the envelopes, so that the order of arrival is free."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ChannelStop:
    """What was said about one channel, each the latest time.

    `opted_out_at`: her STOP. `opted_in_at`: her START, or her word on her page. `refused_at`: intake said that it has
    recorded a stop. `allowed_at`: intake said that there is none.
    """

    opted_out_at: datetime | None = None
    opted_in_at: datetime | None = None
    refused_at: datetime | None = None
    allowed_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Her own STOP ends with her START, or when intake has recorded it and a consent after it."""
        return self._hers or self._of_intake

    @property
    def _hers(self) -> bool:
        if self.opted_out_at is None or _after(self.opted_in_at, self.opted_out_at):
            return False
        return not (_after(self.refused_at, self.opted_out_at) and _after(self.allowed_at, self.refused_at))

    @property
    def _of_intake(self) -> bool:
        if self.refused_at is None or _after(self.opted_in_at, self.refused_at):
            return False
        return not _after(self.allowed_at, self.refused_at)


def _after(later: datetime | None, earlier: datetime | None) -> bool:
    return later is not None and (earlier is None or later > earlier)
