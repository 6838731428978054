"""Where a page of the inbox ended: opaque to the asker, exact to us."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


class BadCursor(ValueError):
    """Not a cursor that we gave out for this order."""


@dataclass(frozen=True)
class Place:
    """The last entry of a page, by its sorting time and id."""

    at: datetime
    concern_id: UUID

    @property
    def id(self) -> UUID:
        """The entry's id, where other things than concerns are listed."""
        return self.concern_id


def cursor_of(place: Place, *, newest_first: bool) -> str:
    """The place as text; it names the order, since the two orders cannot be mixed."""
    whole = json.dumps([newest_first, place.at.isoformat(), str(place.concern_id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(whole.encode()).rstrip(b"=").decode()


def place_of(cursor: str, *, newest_first: bool) -> Place:
    """The place again. Raises BadCursor."""
    try:
        order, at, concern_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = Place(datetime.fromisoformat(at), UUID(concern_id))
    except (ValueError, TypeError, AttributeError):
        raise BadCursor("not a cursor") from None
    if order is not newest_first or place.at.tzinfo is None:
        raise BadCursor("a cursor of another order")
    return place
