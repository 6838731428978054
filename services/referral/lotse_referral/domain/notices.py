"""What a person is told about a referral, and how long it is worth telling."""

from datetime import date, timedelta
from uuid import UUID

USEFUL_FOR = timedelta(days=14)
LAST_WORD = timedelta(minutes=1)
"""Before a session begins: what became of it is of use until she stands at the door, as with an appointment."""
DOCUMENTS_USEFUL_FOR = timedelta(days=3)


def made_key(referral_id: UUID) -> str:
    """The key under which the notice of a referral is told once."""
    return f"referral-made-{referral_id}"


def news_key(referral_id: UUID, state: str, version: int) -> str:
    """The key under which an answer of the office is told once."""
    return f"referral-{state}-{referral_id}-{version}"


def documents_key(referral_id: UUID, day: date) -> str:
    """The key under which she is reminded of papers once a day."""
    return f"documents-{referral_id}-{day.isoformat()}"
