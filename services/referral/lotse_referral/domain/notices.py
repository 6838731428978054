"""What a person is told about a referral, and how long it is worth telling."""

from datetime import timedelta
from uuid import UUID

USEFUL_FOR = timedelta(days=14)


def made_key(referral_id: UUID) -> str:
    """The key under which the notice of a referral is told once."""
    return f"referral-made-{referral_id}"
