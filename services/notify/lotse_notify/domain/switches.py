"""The kill switch: everything, or one channel, is held until a coordinator lets it go again."""

from collections.abc import Collection
from datetime import datetime, timedelta

from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.waits import Wait

ALL = "all"
LOOK_AGAIN = timedelta(minutes=10)
"""What is held looks again by itself as well; turning the switch back on lets it go at once."""


def switched_off(off: Collection[str], channel: NoticeChannel, now: datetime) -> Wait | None:
    """None: nothing holds this channel back. `off` are the switches that are off."""
    return Wait("kill_switch", now + LOOK_AGAIN) if holds(off, channel) else None


def holds(off: Collection[str], channel: NoticeChannel) -> bool:
    """Whether one of the switches that are off holds this channel back."""
    return ALL in off or channel in off
