"""Why something that may be sent does not go yet, and when to look again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Because = Literal["quiet_hours", "safe_hours", "cap", "kill_switch"]
"""All of them are about time, not about her: what they hold until its use is over expires."""
PAUSES: frozenset[str] = frozenset({*get_args(Because), "provider_away", "under_way"})
"""Every reason to hold something that has nothing to do with her contact."""


@dataclass(frozen=True)
class Wait:
    """It is decided again at `until`, in UTC; then everything is asked afresh."""

    because: Because
    until: datetime
