"""How long a provider may go on trying: no longer than the message is of use."""

from datetime import datetime

MINUTES_MAX = 2_880
"""48 hours; what seven.io takes when nothing is said (docs.seven.io, `ttl`, 2026-11)."""
SECONDS_A_MINUTE = 60


def validity_minutes(useful_by: datetime, now: datetime) -> int | None:
    """Whole minutes, rounded down: a message that comes late harms. None: not even one is left."""
    minutes = int((useful_by - now).total_seconds() // SECONDS_A_MINUTE)
    return min(minutes, MINUTES_MAX) if minutes >= 1 else None
