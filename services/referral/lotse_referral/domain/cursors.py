"""Where the next page begins, as text that means nothing to whoever carries it."""

import base64
import binascii
from datetime import datetime
from uuid import UUID


class BadCursor(ValueError):
    """Not a cursor of ours."""


def cursor_of(at: datetime, id_: UUID) -> str:
    """Base64url of time and id."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{id_}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, UUID]:
    """Time and id. Raises BadCursor."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, id_ = text.partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise BadCursor("naive")
        return moment, UUID(id_)
    except (ValueError, binascii.Error) as fault:
        raise BadCursor("cursor") from fault
