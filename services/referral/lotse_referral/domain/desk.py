"""What the desk reads of an open referral: what it waits for, and where its list goes on."""

import base64
import binascii
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from lotse_referral.domain.clocks import clock_of
from lotse_referral.domain.cursors import BadCursor
from lotse_referral.domain.referral import Referral

PARTS = 4

CLOSER_WAITS: dict[str, str] = {
    "acknowledge": "receipt",
    "decide": "decision",
    "waitlist_review": "place",
    "service_ping": "outcome",
    "consent": "consent",
}
"""In the desk's words, by the clock that runs."""


class Place(NamedTuple):
    """The last entry of a page. All pages of one walk are cut at the same moment, so that none is read twice."""

    as_of: datetime
    overdue: bool
    at: datetime
    referral_id: UUID


def waits_for(held: Referral) -> str | None:
    """Who or what is next; None once it has ended."""
    if not held.open:
        return None
    if held.state == "draft":
        return "desk"
    if held.state == "info_requested":
        return "our_answer" if held.direction == "out" else "their_answer"
    if held.state == "scheduled":
        return "appointment"
    if held.direction == "in" and held.state == "delivered":
        return "our_decision"
    clock = clock_of(held)
    return "checkback" if clock is None else CLOSER_WAITS[clock]


def cursor_of(place: Place) -> str:
    """Text that means nothing to whoever carries it."""
    parts = (place.as_of.isoformat(), str(int(place.overdue)), place.at.isoformat(), str(place.referral_id))
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """Raises BadCursor where it is none of ours."""
    try:
        parts = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split("|")
        if len(parts) != PARTS or parts[1] not in ("0", "1"):
            raise BadCursor("cursor")
        as_of, at = datetime.fromisoformat(parts[0]), datetime.fromisoformat(parts[2])
        if as_of.tzinfo is None or at.tzinfo is None:
            raise BadCursor("cursor")
        return Place(as_of, parts[1] == "1", at, UUID(parts[3]))
    except (ValueError, binascii.Error) as fault:
        raise BadCursor("cursor") from fault
